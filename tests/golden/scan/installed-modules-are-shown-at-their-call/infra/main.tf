module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.0.0"
  cidr    = "0.0.0.0/0"
}
module "x" {
  source  = "Azure/x/azurerm"
  version = "1.2.0"
  https   = false
}
module "g" {
  source = "git::https://github.com/o/r.git//sub?ref=v1"
}
module "none" {
  source = "a/b/c"
}
