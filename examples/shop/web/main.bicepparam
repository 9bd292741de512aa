using './main.bicep'

param environment = 'prod'
param location = 'westeurope'
param sqlPassword = readEnvironmentVariable('SQL_PASSWORD', '')
