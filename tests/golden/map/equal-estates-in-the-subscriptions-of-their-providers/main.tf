variable "subscription" {}
variable "account" {}

provider "azurerm" {
  features {}
  subscription_id = var.subscription
}

provider "azurerm" {
  alias           = "hub"
  subscription_id = "99999999-9999-9999-9999-999999999999"
  features {}
}

provider "aws" {
  region = "eu-west-1"
  assume_role {
    role_arn = "arn:aws:iam::${var.account}:role/deploy"
  }
}

resource "azurerm_resource_group" "shop" {
  name     = "rg-shop"
  location = "westeurope"
}

resource "azurerm_network_security_group" "web" {
  name                = "web"
  location            = "westeurope"
  resource_group_name = azurerm_resource_group.shop.name
}

module "net" {
  source    = "./net"
  providers = { azurerm = azurerm, azurerm.hub = azurerm.hub }
}

resource "aws_sqs_queue" "orders" {
  name = "orders"
}
