param https bool = false
param names array = ['one', 'two']
@allowed(['TLS1_0', 'TLS1_1'])
param tls string
var allow = https

module stores 'm/store.bicep' = [for name in names: {
  name: 'stores-${name}'
  params: {
    name: name
    https: allow
    tls: tls
  }
}]

module plain 'm/store.bicep' = {
  name: 'plain'
  params: {
    name: 'plain'
    tls: 'TLS1_2'
  }
}
