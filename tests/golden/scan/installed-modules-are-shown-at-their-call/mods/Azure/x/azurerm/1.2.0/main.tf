variable "https" {}

resource "azurerm_storage_account" "s" {
  name                              = "stx"
  https_traffic_only_enabled        = var.https
  min_tls_version                   = "TLS1_2"
  allow_nested_items_to_be_public   = false
  shared_access_key_enabled         = false
  infrastructure_encryption_enabled = true

  network_rules {
    default_action = "Deny"
  }
}
