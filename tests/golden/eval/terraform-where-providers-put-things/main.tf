variable "env" { default = "prod" }
locals { subs = { prod = "11111111-1111-1111-1111-111111111111", dev = "22222222-2222-2222-2222-222222222222" } }
provider "azurerm" {
  features {}
  subscription_id = local.subs[var.env]
}
provider "azurerm" {
  alias = "hub"
  features {}
  subscription_id = "33333333-3333-3333-3333-333333333333"
}
provider "aws" {
  region = "eu-west-1"
  assume_role { role_arn = "arn:aws:iam::444455556666:role/deploy" }
}
provider "google" { project = "shop-prod" }
resource "azurerm_resource_group" "a" {
  name = "rg-a"
  location = "westeurope"
}
resource "azurerm_resource_group" "h" {
  provider = azurerm.hub
  name = "rg-h"
  location = "westeurope"
}
resource "aws_s3_bucket" "b" { bucket = "b" }
resource "google_compute_network" "n" { name = "n" }
module "plain" { source = "./mod" }
module "hub" {
  source = "./mod"
  providers = { azurerm = azurerm.hub }
}
module "two" {
  source = "./hub"
  providers = {
    azurerm      = azurerm
    azurerm.conn = azurerm.hub
  }
}
