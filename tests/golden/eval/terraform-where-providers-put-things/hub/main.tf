terraform {
  required_providers {
    azurerm = {
      source = "hashicorp/azurerm"
      configuration_aliases = [azurerm.conn]
    }
  }
}
resource "azurerm_resource_group" "own" {
  name = "rg-own"
  location = "westeurope"
}
resource "azurerm_resource_group" "conn" {
  provider = azurerm.conn
  name = "rg-conn"
  location = "westeurope"
}
