param name string

resource bus 'Microsoft.ServiceBus/namespaces@2022-10-01-preview' = {
  name: name
  location: resourceGroup().name == 'shop-queue' ? 'westeurope' : 'northeurope'
}
