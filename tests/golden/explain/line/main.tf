variable "sites" {
  default = ["blue", "green", "red"]
}

resource "azurerm_storage_account" "site" {
  for_each                 = toset(var.sites)
  name                     = "stsite${each.key}"
  resource_group_name      = "rg-sites"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "LRS"
  min_tls_version          = "TLS1_2"
}

resource "random_id" "suffix" {
  byte_length = 4
}

resource "azurerm_storage_account" "logs" {
  name                     = "stlogs${random_id.suffix.hex}"
  resource_group_name      = "rg-sites"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "LRS"
}

resource "azurerm_storage_account" "planned" {
  name                     = "stplanned"
  resource_group_name      = "rg-sites"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "LRS"
}
