variable "https" {
  type    = bool
  default = true
}

module "inner" {
  source   = "./inner"
  settings = { https = var.https }
}
