param suffix string

resource data 'Microsoft.Storage/storageAccounts@2023-01-01' = {
  name: 'stshop'
  location: 'westeurope'
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
}

resource web 'Microsoft.Web/sites@2023-01-01' = {
  name: 'shop-${suffix}'
  location: 'westeurope'
}
