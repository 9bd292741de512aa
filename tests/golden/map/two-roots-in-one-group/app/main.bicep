param suffix string
resource s 'Microsoft.Storage/storageAccounts@2023-01-01' = { name: 'shopst${suffix}', location: 'westeurope', kind: 'StorageV2', sku: { name: 'Standard_LRS' } }
resource k 'Microsoft.KeyVault/vaults@2023-02-01' = { name: 'shopkv${suffix}', location: 'westeurope', properties: { tenantId: tenant().tenantId, sku: { family: 'A', name: 'standard' } } }
resource f 'Microsoft.Web/serverfarms@2022-09-01' = { name: 'shop-plan', location: 'westeurope', sku: { name: 'B1' } }
