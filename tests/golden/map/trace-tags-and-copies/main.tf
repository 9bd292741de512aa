# one block, one asset
resource "azurerm_storage_account" "official" {
  name                = "${var.prefix}data"
  resource_group_name = "rg-shop"
  tags                = { mapping_tag = "6189b638-15a5-42ec-b934-0d2b8e035ce1" }
}

# a block and its copy: the name tells which of them it is
resource "azurerm_key_vault" "first" {
  name                = "kv-shop"
  resource_group_name = "rg-shop"
  tags                = { yor_trace = "0d2b8e03-15a5-42ec-b934-6189b63815a5" }
}

resource "azurerm_key_vault" "copied" {
  name                = "kv-other"
  resource_group_name = "rg-shop"
  tags                = { yor_trace = "0d2b8e03-15a5-42ec-b934-6189b63815a5" }
}

# and a pair of copies of which no name is known
resource "azurerm_managed_disk" "one" {
  name                = var.one
  resource_group_name = "rg-shop"
  tags                = { yor_trace = "42ec0d2b-15a5-42ec-b934-6189b63815a5" }
}

resource "azurerm_managed_disk" "two" {
  name                = var.two
  resource_group_name = "rg-shop"
  tags                = { yor_trace = "42ec0d2b-15a5-42ec-b934-6189b63815a5" }
}

variable "prefix" {}
variable "one" {}
variable "two" {}
