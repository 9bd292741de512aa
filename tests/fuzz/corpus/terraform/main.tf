variable "x" { default = ["a", "b"] }
locals { y = { for k, v in var.x : k => upper(v) if v != "" } }
resource "aws_s3_bucket" "b" {
  for_each = toset(var.x)
  bucket   = "st-${each.key}-${local.y[0]}"
  dynamic "rule" {
    for_each = var.x
    content { a = rule.value }
  }
  policy = <<-E
    {"a": "${aws_s3_bucket.b["a"].arn}"}
  E
}
module "m" { source = "./m" }
