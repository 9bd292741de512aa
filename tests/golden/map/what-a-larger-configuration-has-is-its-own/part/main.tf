resource "azurerm_resource_group" "mgmt" {
  name     = "shop-mgmt"
  location = "westeurope"
}

resource "azurerm_log_analytics_workspace" "logs" {
  name                = "shop-logs"
  location            = "westeurope"
  resource_group_name = azurerm_resource_group.mgmt.name
}

resource "azurerm_automation_account" "jobs" {
  name                = "shop-jobs"
  location            = "westeurope"
  resource_group_name = azurerm_resource_group.mgmt.name
  sku_name            = "Basic"
}

resource "azurerm_user_assigned_identity" "agent" {
  name                = "shop-agent"
  location            = "westeurope"
  resource_group_name = azurerm_resource_group.mgmt.name
}

resource "azurerm_monitor_action_group" "page" {
  name                = "shop-page"
  short_name          = "page"
  resource_group_name = azurerm_resource_group.mgmt.name
}

resource "azurerm_recovery_services_vault" "backup" {
  name                = "shop-backup"
  location            = "westeurope"
  resource_group_name = azurerm_resource_group.mgmt.name
  sku                 = "Standard"
}
