targetScope = 'subscription'
param id string
@secure()
param key string
param tier string
output echo string = '${id}${tier}'
