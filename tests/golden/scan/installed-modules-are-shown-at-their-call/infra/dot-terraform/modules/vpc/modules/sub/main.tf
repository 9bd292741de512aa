resource "aws_subnet" "s" {
  p = path.module
}
