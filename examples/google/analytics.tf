provider "google" {
  project = "shop-analytics"
  region  = "europe-west1"
}

resource "google_storage_bucket" "exports" {
  name                        = "shop-analytics-exports"
  location                    = "EU"
  uniform_bucket_level_access = false
}

resource "google_storage_bucket_iam_member" "everyone" {
  bucket = google_storage_bucket.exports.name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}

resource "google_compute_firewall" "notebook" {
  name          = "notebook-ssh"
  network       = "default"
  direction     = "INGRESS"
  source_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
