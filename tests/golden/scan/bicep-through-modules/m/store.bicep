param name string
param https bool = true
param tls string

resource store 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: name
  location: 'westeurope'
  sku: { name: 'Standard_LRS' }
  kind: 'StorageV2'
  properties: {
    supportsHttpsTrafficOnly: https
    minimumTlsVersion: tls
    allowBlobPublicAccess: false
  }
}
