https = false
