variable "https" { type = bool }

resource "azurerm_storage_account" "a" {
  name                       = "sta"
  https_traffic_only_enabled = var.https
  min_tls_version            = "TLS1_0"
}
