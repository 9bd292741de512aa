resource "azurerm_storage_account" "site" {
  name                     = "stsiteblue"
  resource_group_name      = "rg-sites"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "LRS"
}

resource "azurerm_storage_account" "unseen" {
  name                     = "stunseen"
  resource_group_name      = "rg-sites"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "LRS"
}
