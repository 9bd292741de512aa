resource "azurerm_storage_account" "there" {
  name                = var.a
  resource_group_name = "rg-shop"
}

resource "azurerm_storage_account" "gone" {
  name                = var.b
  resource_group_name = "rg-shop"
}

variable "a" {}
variable "b" {}
