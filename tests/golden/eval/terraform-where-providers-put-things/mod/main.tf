resource "azurerm_resource_group" "m" {
  name = "rg-m"
  location = "westeurope"
}
