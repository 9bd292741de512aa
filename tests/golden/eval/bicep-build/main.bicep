metadata owner = 'a team'

@description('What all names begin with.')
@minLength(2)
param prefix string
@allowed(['dev', 'prod'])
param stage string = 'dev'
param zones string[]?

type tag = 'a' | 'b' | null

@export()
func named(part string) string => '${part}-${uniqueString(part)}'

var places = [for (zone, i) in (zones ?? []): {
  zone: zone
  name: '${prefix}{${i}}'
}]

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: 'vault'
}

@batchSize(2)
resource store 'Microsoft.Storage/storageAccounts@2023-05-01' = [for place in places: if (stage == 'prod') {
  name: named(place.name)
  location: resourceGroup().location
  tags: { ...{ first: 'x' }, zone: place.?zone }
  properties: {
    accessTier: 'Hot'
    networkAcls: {
      ipRules: [for ip in ['1.2.3.4']: { value: ip }]
    }
  }
}]

resource single 'Microsoft.Storage/storageAccounts@2023-05-01' = if (stage == 'prod') {
  name: 'single'

  resource blobs 'blobServices' = {
    name: 'default'
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  scope: vault
  name: 'lock'
  properties: {
    level: 'CanNotDelete'
    notes: '[no expression]'
  }
}

module part 'part.bicep' = if (!empty(zones)) {
  scope: subscription()
  params: {
    id: store[0].id
    key: vault.getSecret('key')
    tier: stage == 'prod' ? store[1].properties.accessTier : 'none'
  }
}

output out string? = part.?outputs.echo
