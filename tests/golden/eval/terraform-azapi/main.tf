variable "secret" {}
variable "n" {}

resource "azurerm_resource_group" "rg" {
  name     = "rg-x"
  location = "westeurope"
}

resource "azapi_resource" "store" {
  type      = "Microsoft.Storage/storageAccounts@2023-01-01"
  name      = "stx${var.n}"
  parent_id = azurerm_resource_group.rg.id
  location  = azurerm_resource_group.rg.location
  identity {
    type         = "UserAssigned"
    identity_ids = ["/subscriptions/1/x"]
  }
  body = {
    sku  = { name = "Standard_LRS" }
    kind = "StorageV2"
    properties = {
      allowBlobPublicAccess    = true
      supportsHttpsTrafficOnly = false
      minimumTlsVersion        = "TLS1_0"
    }
  }
}

resource "azapi_resource" "blobs" {
  type      = "Microsoft.Storage/storageAccounts/blobServices@2023-01-01"
  name      = "default"
  parent_id = azapi_resource.store.id
  body = {
    properties = {
      isVersioningEnabled = true
      deleteRetentionPolicy = { enabled = true, days = 7 }
    }
  }
}

resource "azapi_resource" "old" {
  type      = "Microsoft.KeyVault/vaults@2022-07-01"
  name      = "kvx"
  parent_id = azurerm_resource_group.rg.id
  location  = "westeurope"
  body = jsonencode({
    properties = {
      tenantId                = var.n
      enablePurgeProtection   = false
      publicNetworkAccess     = "Enabled"
    }
  })
}

resource "azapi_resource" "unknown" {
  type      = "Microsoft.Web/sites@2023-12-01"
  name      = "webx"
  parent_id = azurerm_resource_group.rg.id
  body      = var.secret
}

variable "type" {}

resource "azapi_resource" "anything" {
  type = var.type
  name = "any"
}

resource "azapi_resource" "secret" {
  type           = "Microsoft.Web/sites@2023-12-01"
  name           = "weby"
  parent_id      = azurerm_resource_group.rg.id
  body           = { properties = { httpsOnly = true } }
  sensitive_body = { properties = { siteConfig = { ftpsState = var.secret } } }
}

data "azapi_resource" "there" {
  type      = "Microsoft.Storage/storageAccounts@2023-01-01"
  name      = "stthere"
  parent_id = azurerm_resource_group.rg.id
}

resource "azapi_resource" "its_blobs" {
  type      = "Microsoft.Storage/storageAccounts/blobServices@2023-01-01"
  name      = "default"
  parent_id = data.azapi_resource.there.id
  body      = { properties = { isVersioningEnabled = false } }
}
