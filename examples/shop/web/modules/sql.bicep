param name string
param location string
param tags object

@secure()
param password string

resource server 'Microsoft.Sql/servers@2023-08-01-preview' = {
  name: name
  location: location
  tags: tags
  properties: {
    administratorLogin: 'shopowner'
    administratorLoginPassword: password
    publicNetworkAccess: 'Enabled'
    minimalTlsVersion: '1.2'
  }
}

// Opened for a migration and never closed again.
resource everyone 'Microsoft.Sql/servers/firewallRules@2023-08-01-preview' = {
  parent: server
  name: 'everyone'
  properties: {
    startIpAddress: '0.0.0.0'
    endIpAddress: '255.255.255.255'
  }
}

resource orders 'Microsoft.Sql/servers/databases@2023-08-01-preview' = {
  parent: server
  name: 'orders'
  location: location
  tags: tags
  sku: {
    name: 'S1'
    tier: 'Standard'
  }
}

output host string = server.properties.fullyQualifiedDomainName
