resource assets 'Microsoft.Storage/storageAccounts@2023-01-01' = {
  name: 'stshopassets'
  location: 'westeurope'
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  tags: {
    team: 'shop'
  }
  properties: {
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}
