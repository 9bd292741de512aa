https = true
