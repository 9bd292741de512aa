variable "name" {}
variable "https" {
  type    = bool
  default = true
}
variable "tag" {
  default = "latest"
}

resource "azurerm_storage_account" "logs" {
  name                       = var.name
  https_traffic_only_enabled = var.https
  tags                       = { tag = var.tag }
}
