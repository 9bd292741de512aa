param name string
param tags object = {}
@secure()
param key string = newGuid()

resource hub 'My.Network/hubs@2024-01-01' = {
  name: toUpper(name)
  tags: union(tags, { made: 'here' })
  properties: {
    key: key
  }

  resource rules 'rules' = {
    name: 'default'
    properties: {
      of: hub.name
    }
  }
}

output id string = hub.id
output name string = hub.name
output state string = hub.properties.state
