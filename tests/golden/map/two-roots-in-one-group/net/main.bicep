resource v 'Microsoft.Network/virtualNetworks@2023-04-01' = { name: 'shop-vnet', location: 'westeurope', properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } } }
resource n 'Microsoft.Network/networkSecurityGroups@2023-04-01' = { name: 'shop-nsg', location: 'westeurope' }
resource r 'Microsoft.Network/routeTables@2023-04-01' = { name: 'shop-rt', location: 'westeurope' }
resource p 'Microsoft.Network/publicIPAddresses@2023-04-01' = { name: 'shop-pip', location: 'westeurope' }
