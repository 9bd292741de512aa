variable "office" {
  type = string
}

resource "azurerm_virtual_network" "main" {
  name                = "vnet"
  resource_group_name = "rg"
  location            = "westeurope"
  address_space       = ["10.0.0.0/16"]
}

resource "azurerm_subnet" "ops" {
  name                 = "ops"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.0.1.0/24"]
}

resource "azurerm_network_security_group" "ops" {
  name                = "nsg"
  resource_group_name = "rg"
  location            = "westeurope"
}

resource "azurerm_network_security_rule" "no_rdp" {
  name                        = "no-rdp"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.ops.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "3389"
  source_address_prefix       = "Internet"
  destination_address_prefix  = "*"
}

resource "azurerm_network_security_rule" "login" {
  name                        = "login"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.ops.name
  priority                    = 200
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = ["22", "3389"]
  source_address_prefixes     = ["0.0.0.0/1", "128.0.0.0/1"]
  destination_address_prefix  = "10.0.0.0/8"
}

resource "azurerm_network_security_rule" "office" {
  name                        = "office"
  resource_group_name         = "rg"
  network_security_group_name = azurerm_network_security_group.ops.name
  priority                    = 300
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5986"
  source_address_prefix       = var.office
  destination_address_prefix  = "*"
}

resource "azurerm_subnet_network_security_group_association" "ops" {
  subnet_id                 = azurerm_subnet.ops.id
  network_security_group_id = azurerm_network_security_group.ops.id
}

resource "azurerm_public_ip" "jump" {
  name                = "pip"
  resource_group_name = "rg"
  location            = "westeurope"
  allocation_method   = "Static"
  sku                 = "Standard"
}

resource "azurerm_network_interface" "jump" {
  name                = "nic"
  resource_group_name = "rg"
  location            = "westeurope"

  ip_configuration {
    name                          = "primary"
    subnet_id                     = azurerm_subnet.ops.id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.jump.id
  }
}

resource "azurerm_linux_virtual_machine" "jump" {
  name                  = "jump"
  resource_group_name   = "rg"
  location              = "westeurope"
  size                  = "Standard_B2s"
  admin_username        = "ops"
  network_interface_ids = [azurerm_network_interface.jump.id]

  identity {
    type = "SystemAssigned"
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "StandardSSD_LRS"
  }
}

resource "azurerm_key_vault" "main" {
  name                      = "kv-golden"
  resource_group_name       = "rg"
  location                  = "westeurope"
  tenant_id                 = "00000000-0000-0000-0000-000000000002"
  sku_name                  = "standard"
  enable_rbac_authorization = true
}

resource "azurerm_role_assignment" "secrets" {
  scope                = azurerm_key_vault.main.id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_linux_virtual_machine.jump.identity[0].principal_id
}
