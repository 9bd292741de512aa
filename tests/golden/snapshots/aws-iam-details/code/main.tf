resource "aws_s3_bucket" "media" {
  bucket = "shop-media"
}

resource "aws_lambda_function" "resize" {
  function_name = "resize"
  runtime       = "python3.12"
  handler       = "app.run"
  role          = aws_iam_role.resize.arn
}

resource "aws_iam_role" "resize" {
  name               = "resize"
  assume_role_policy = "{}"
}

resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = "vpc-0a1b2c3d4e5f60718"
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
