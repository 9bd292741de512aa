variable "size" {
  type    = number
  default = 1
}

module "shared" {
  source = "../shared"
  count  = var.size
}
