output "jump_address" {
  value = azurerm_public_ip.jump.ip_address
}

output "vault_uri" {
  value = azurerm_key_vault.shop.vault_uri
}
