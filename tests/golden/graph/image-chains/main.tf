variable "registry" {}
variable "tag" {}

resource "azurerm_container_app" "api" {
  name = "api"
  template {
    container {
      name  = "api"
      image = "${var.registry}/shop/api:${var.tag}"
    }
  }
}
