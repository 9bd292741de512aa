resource "azurerm_resource_group" "setup" {
  name     = "rg-setup"
  location = "westeurope"
}
