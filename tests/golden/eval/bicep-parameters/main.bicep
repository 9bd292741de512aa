@allowed(['small', 'large'])
param size string
param count int = 1
param label string?

resource vm 'My.Compute/machines@2024-01-01' = [for i in range(0, count): {
  name: '${label ?? 'vm'}${i}'
  properties: {
    size: size
    big: size == 'large'
    huge: size == 'huge'
  }
}]
