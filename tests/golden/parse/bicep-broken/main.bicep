// A list that nobody closes, a name that is missing, a value that is: what stands beside them is read all the same.
@description('''
kept
''')
param name string
var open = {
  list: [1, 2

var = 3

resource sa 'Microsoft.Storage/storageAccounts@2023-01-01' = {
  name: 'it\'s ${name}'
  properties: {
    before: true
    wrong:
    after: false
  }
}

output id string = sa.id
