param name string
param tag string
param id string
