resource "aws_s3_bucket" "media" {
  bucket_prefix = "media-"
  tags          = { yor_trace = "6189b638-15a5-42ec-b934-0d2b8e035ce1" }
}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}
