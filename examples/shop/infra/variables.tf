variable "subscription_id" {
  type        = string
  description = "The subscription the shop runs in."
}

variable "environment" {
  type    = string
  default = "dev"

  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "The environment is dev or prod."
  }
}

variable "location" {
  type    = string
  default = "westeurope"
}

variable "tenant_id" {
  type = string
}

variable "admin_password" {
  type      = string
  sensitive = true
}
