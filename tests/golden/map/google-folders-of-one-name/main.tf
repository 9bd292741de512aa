resource "google_folder" "shop" {
  display_name = "Shop"
  parent       = "organizations/1"
}

resource "google_folder" "pay" {
  display_name = "Pay"
  parent       = "organizations/1"
}

resource "google_folder" "shop_prod" {
  display_name = "Production"
  parent       = google_folder.shop.name
}

resource "google_folder" "pay_prod" {
  display_name = "Production"
  parent       = google_folder.pay.name
}
