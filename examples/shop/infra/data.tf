# Product pictures; the web shop reads them, the jump machine may replace them.
resource "azurerm_storage_account" "assets" {
  name                            = "stshop${var.environment}assets"
  resource_group_name             = azurerm_resource_group.shop.name
  location                        = azurerm_resource_group.shop.location
  account_tier                    = "Standard"
  account_replication_type        = "LRS"
  https_traffic_only_enabled      = false
  min_tls_version                 = "TLS1_2"
  allow_nested_items_to_be_public = true
  tags                            = merge(local.tags, { yor_trace = "5e2c8b40-96fa-4d27-b3a1-71d8e4c60f95" })
}

resource "azurerm_storage_container" "pictures" {
  name                  = "pictures"
  storage_account_id    = azurerm_storage_account.assets.id
  container_access_type = "blob"
}

# Who did what in the shop; nothing but the audit job reads it.
resource "azurerm_storage_account" "audit" {
  name                            = "stshop${var.environment}audit"
  resource_group_name             = azurerm_resource_group.shop.name
  location                        = azurerm_resource_group.shop.location
  account_tier                    = "Standard"
  account_replication_type        = "GRS"
  https_traffic_only_enabled      = true
  min_tls_version                 = "TLS1_2"
  allow_nested_items_to_be_public = false
  shared_access_key_enabled       = false
  public_network_access_enabled   = false
  tags                            = local.tags

  network_rules {
    default_action = "Deny"
    bypass         = ["AzureServices"]
  }
}

resource "azurerm_key_vault" "shop" {
  name                       = "kv-${local.name}"
  resource_group_name        = azurerm_resource_group.shop.name
  location                   = azurerm_resource_group.shop.location
  tenant_id                  = var.tenant_id
  sku_name                   = "standard"
  enable_rbac_authorization  = true
  purge_protection_enabled   = false
  soft_delete_retention_days = 7
  tags                       = merge(local.tags, { yor_trace = "c7a40f13-2b69-4815-9e0d-a84f6d31b2c8" })
}

resource "azurerm_container_registry" "shop" {
  name                = "shopregistry"
  resource_group_name = azurerm_resource_group.shop.name
  location            = azurerm_resource_group.shop.location
  sku                 = "Standard"
  admin_enabled       = true
  tags                = local.tags
}
