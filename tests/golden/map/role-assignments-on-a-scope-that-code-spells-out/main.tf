variable "agents" {
  type = map(string)
}

resource "azurerm_role_assignment" "reader" {
  for_each             = var.agents
  scope                = "/providers/Microsoft.Management/managementGroups/shop-platform"
  role_definition_name = "Reader"
  principal_id         = each.value
}
