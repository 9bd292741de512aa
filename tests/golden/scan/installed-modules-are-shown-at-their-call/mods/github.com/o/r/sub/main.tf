resource "null_resource" "g" {}
