variable "settings" {
  type = object({ https = bool })
}

resource "azurerm_storage_account" "logs" {
  name                              = "stlogs"
  https_traffic_only_enabled        = var.settings.https
  min_tls_version                   = "TLS1_2"
  allow_nested_items_to_be_public   = false
  shared_access_key_enabled         = false
  infrastructure_encryption_enabled = true

  network_rules {
    default_action = "Deny"
  }
}

resource "azurerm_storage_account" "dumps" {
  name                              = "stdumps"
  https_traffic_only_enabled        = false
  min_tls_version                   = "TLS1_2"
  allow_nested_items_to_be_public   = false
  shared_access_key_enabled         = false
  infrastructure_encryption_enabled = true

  network_rules {
    default_action = "Deny"
  }
}
