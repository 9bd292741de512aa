using 'main.bicep'

param size = 'large'
param count = 2
