param stage string
param revision string = 'none'

resource plan 'Microsoft.Web/serverfarms@2023-12-01' = {
  name: 'plan-${stage}-${resourceGroup().name}'
  location: 'westeurope'
  tags: { revision: revision }
  sku: { name: 'B1' }
}
