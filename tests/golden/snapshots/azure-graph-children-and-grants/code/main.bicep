resource net 'Microsoft.Network/virtualNetworks@2023-01-01' = {
  name: 'shop'
  location: 'westeurope'
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } }
  resource web 'subnets' = {
    name: 'web'
    properties: { addressPrefix: '10.0.1.0/24' }
  }
}

resource user 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'shop'
  location: 'westeurope'
}

resource data 'Microsoft.Storage/storageAccounts@2023-01-01' existing = {
  name: 'stshop'
}

resource grant 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(data.id, user.id)
  scope: data
  properties: {
    principalId: user.properties.principalId
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
  }
}
