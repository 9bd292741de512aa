resource "azurerm_storage_account" "assets" {
  name                            = "stshopassets"
  resource_group_name             = "rg-shop"
  location                        = "westeurope"
  account_tier                    = "Standard"
  account_replication_type        = "LRS"
  min_tls_version                 = "TLS1_0"
  shared_access_key_enabled       = true
  allow_nested_items_to_be_public = false
  https_traffic_only_enabled      = true
  public_network_access_enabled   = false
  access_tier                     = "Cool"

  tags = {
    team = "shop"
  }
}
