resource "azurerm_storage_account" "data" {
  name                = "stshop"
  resource_group_name = "rg-shop"
}
