targetScope = 'resourceGroup'

@description('dev or prod.')
@allowed([
  'dev'
  'prod'
])
param environment string = 'dev'

param location string = resourceGroup().location

@description('What runs in the container app, with its tag.')
param image string = 'shopregistry.azurecr.io/shop/api:1.4.2'

@secure()
param sqlPassword string

var suffix = 'shop-${environment}'
var tags = {
  application: 'shop'
  environment: environment
  owner: 'web-team'
}

module sql 'modules/sql.bicep' = {
  name: 'sql'
  params: {
    name: 'sql-${suffix}'
    location: location
    password: sqlPassword
    tags: tags
  }
}

resource appEnvironment 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: 'cae-${suffix}'
  location: location
  tags: tags
  properties: {
    zoneRedundant: false
  }
}

resource api 'Microsoft.App/containerApps@2024-03-01' = {
  name: 'ca-${suffix}-api'
  location: location
  tags: union(tags, {
    mapping_tag: '3f8d17ba-60c5-4e92-a7b4-d95c02e81f36'
  })
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    managedEnvironmentId: appEnvironment.id
    configuration: {
      ingress: {
        external: true
        targetPort: 8080
        allowInsecure: true
      }
    }
    template: {
      containers: [
        {
          name: 'api'
          image: image
          env: [
            {
              name: 'SQL_SERVER'
              value: sql.outputs.host
            }
          ]
        }
      ]
    }
  }
}

resource plan 'Microsoft.Web/serverfarms@2023-12-01' = {
  name: 'plan-${suffix}'
  location: location
  tags: tags
  sku: {
    name: 'P1v3'
  }
}

resource site 'Microsoft.Web/sites@2023-12-01' = {
  name: 'app-${suffix}'
  location: location
  tags: tags
  properties: {
    serverFarmId: plan.id
    httpsOnly: false
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'FtpsOnly'
    }
  }
}

output apiHost string = api.properties.configuration.ingress.fqdn
