resource "azurerm_storage_account" "data" {
  name                = "stshop"
  resource_group_name = "rg-shop"
  location            = "westeurope"
  min_tls_version     = "TLS1_2"
}

resource "azurerm_linux_web_app" "web" {
  name                = "shop-web"
  resource_group_name = "rg-shop"
  location            = "westeurope"
}

resource "azurerm_storage_account" "logs" {
  name                = "stshoplogs"
  resource_group_name = "rg-shop"
  location            = "westeurope"
}
