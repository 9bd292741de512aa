resource "a" "b" {
 x = "${a[*].b}${