variable "id" {}

resource "google_project" "net" {
  project_id = var.id
  name       = "net"
}

resource "google_compute_network" "vpc" {
  name    = "core-vpc"
  project = google_project.net.project_id
}

resource "google_compute_address" "nat" {
  name    = "core-nat"
  project = google_project.net.project_id
  region  = "europe-west1"
}
