module "logs" {
  source  = "acme/storage/azurerm"
  version = "4.2.1"
  name    = "stlogsshop"
}
