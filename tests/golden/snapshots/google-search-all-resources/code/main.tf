resource "google_storage_bucket" "media" {
  name     = "shop-media"
  location = "EU"
  labels   = { env = "prod" }
}

resource "google_compute_network" "net" {
  name    = "shop"
  project = "shop-prod"
}

resource "google_cloud_run_v2_service" "web" {
  name     = "web"
  location = "europe-west1"
  project  = "shop-prod"
  template {
    containers {
      image = "europe-docker.pkg.dev/shop-prod/images/web:1"
    }
  }
}
