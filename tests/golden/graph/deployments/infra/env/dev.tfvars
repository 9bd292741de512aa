name = "logsdev"
https = false
