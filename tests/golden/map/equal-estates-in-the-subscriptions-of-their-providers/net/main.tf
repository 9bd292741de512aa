terraform {
  required_providers {
    azurerm = {
      source                = "hashicorp/azurerm"
      configuration_aliases = [azurerm.hub]
    }
  }
}

resource "azurerm_route_table" "out" {
  name                = "out"
  location            = "westeurope"
  resource_group_name = "rg-shop"
}

resource "azurerm_private_dns_zone" "names" {
  provider            = azurerm.hub
  name                = "shop.example"
  resource_group_name = "rg-hub"
}
