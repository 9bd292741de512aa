# Each block holds one mistake; what stands beside it stays.
resource "a" "missing_value" {
  x =
  y = 1
}

resource "a" "unclosed_string" {
  x = "oops
  y = 2
}

resource "a" "unclosed_list" {
  x = [1, 2
  y = 3
}

resource "a" "broken_interpolation" {
  x = "${one two}"
  y = 4
}

resource "a" "broken_heredoc" {
  x = <<-EOT
    ${ one two
  EOT
  y = 5
}

resource "a" "unknown_escape" {
  x = "\d"
  y = 6
}

resource "a" "missing_sign" {
  x "a"
  y = 7
}

resource "a" "endless_directive" {
  x = "%{ if a }b"
  y = 8
}

resource "a" "line" {
  x = 1 +
    2
  y = 9
}

resource "a" "stray" {
  x = 1 )
  y = 10
}

resource "a" "last" {
  y = 11
