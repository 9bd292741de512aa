param registry string
param tag string

resource jobs 'Microsoft.App/jobs@2024-03-01' = {
  name: 'jobs'
  location: 'westeurope'
  properties: {
    environmentId: 'env'
    configuration: { triggerType: 'Manual', replicaTimeout: 60 }
    template: {
      containers: [
        { name: 'jobs', image: '${registry}/shop/jobs:${tag}' }
      ]
    }
  }
}
