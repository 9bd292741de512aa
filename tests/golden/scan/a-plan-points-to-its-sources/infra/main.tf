variable "https" {
  default = false
}
resource "azurerm_resource_group" "rg" {
  name     = "rg-x"
  location = "westeurope"
}
resource "azurerm_storage_account" "sa" {
  name                              = "stx"
  resource_group_name               = azurerm_resource_group.rg.name
  location                          = azurerm_resource_group.rg.location
  account_tier                      = "Standard"
  account_replication_type          = "LRS"
  https_traffic_only_enabled        = var.https
  min_tls_version                   = "TLS1_2"
  allow_nested_items_to_be_public   = false
  shared_access_key_enabled         = false
  infrastructure_encryption_enabled = true

  network_rules {
    default_action = "Deny"
  }
}
module "logs" {
  source = "./mod"
  https  = false
}
