locals {
  name = "shop-${var.environment}"

  tags = {
    application = "shop"
    environment = var.environment
    owner       = "web-team"
  }
}

resource "azurerm_resource_group" "shop" {
  name     = "rg-${local.name}"
  location = var.location
  tags     = local.tags
}
