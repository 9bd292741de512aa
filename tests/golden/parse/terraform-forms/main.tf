locals {
  numbers    = [1, 2.50, 1e3, 6.02E-23, -4]
  strings    = ["", "a\tb", "$${x} %%{y} $ %", "\u00e9"]
  references = [a, a.b.c, a[0].b, a.0, a["k"], a[b].c, a.*.b[0], a[*].b[0], f(x).y]
  operations = !a || b && c + d * 2 >= e - f % 3 ? g == h : i != null
  calls      = [f(), max(1, 2), concat(a, b...), provider::ns::fn(1)]
  object     = { a = 1, b : 2, "c" = 3
    (d) = 4
    "${e}f" = 5
  }
  list       = [for v in x : v.a if v.b != null]
  map        = { for k, v in x : k => v.a... if k != "" }
  template   = "a ${b}${~ c ~} d %{ if e }f%{ else }${g}%{ endif }"
  plain      = <<EOT
one
  two ${three}
EOT
  indented   = <<-EOT
    one
      two
    %{ for k, v in x ~}
    ${k} = $${v}
    %{ endfor ~}
  EOT
}

block "label" bare {
  one_line { a = 1 }
  empty {}
} // a comment
