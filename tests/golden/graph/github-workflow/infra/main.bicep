param image string = 'none'

resource plan 'Microsoft.Web/serverfarms@2023-12-01' = {
  name: 'shop'
  location: 'westeurope'
  tags: { image: image }
  sku: { name: 'B1' }
}
