param regions array = ['north', 'south']
param extra bool

module hub 'parts/hub.bicep' = [for (region, i) in regions: {
  name: 'hub-${region}'
  params: {
    name: 'hub${i}'
    tags: { region: region }
  }
}]

module more 'parts/hub.bicep' = if (extra) {
  name: 'more'
  params: {
    name: 'more'
  }
}

resource peer 'My.Network/peers@2024-01-01' = {
  name: 'peer'
  properties: {
    between: '${hub[0].outputs.name}-${hub[1].outputs.name}'
    from: hub[0].outputs.id
    state: more.outputs.state
  }
}

output names array = [for i in range(0, length(regions)): hub[i].outputs.name]
