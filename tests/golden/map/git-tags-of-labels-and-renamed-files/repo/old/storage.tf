resource "google_storage_bucket" "logs" {
  name     = "${var.team}-logs"
  location = "EU"
}

resource "google_pubsub_topic" "events" {
  name = "${var.team}-events"
}

variable "team" {}
