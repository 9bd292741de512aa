variable "https" {
  type = bool
}

locals {
  secure = var.https
}

module "outer" {
  source = "./mod"
  https  = local.secure
}
