@description('x')
@allowed(['a', 'b'])
param name string = 'a'
var list = [for i in range(0, 3): '${name}${i}']
resource sa 'Microsoft.Storage/storageAccounts@2023-01-01' = if (name == 'a') {
  name: 'st${uniqueString(resourceGroup().id)}'
  properties: { supportsHttpsTrafficOnly: false }
  resource blob 'blobServices' = { name: 'default' }
}
module m './x.bicep' = { name: 'm', params: { a: sa.id } }
output o string = sa.properties.primaryEndpoints.blob
