resource "azurerm_storage_account" "a" {
  name = "sta"
  https_traffic_only_enabled = false
}
