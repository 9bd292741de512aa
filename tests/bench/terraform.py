#!/usr/bin/env python3
"""Measures how belay evaluates large and hostile Terraform configurations, which it writes itself.

usage: terraform.py --belay BIN [--runs N] [--keep DIR]

CPU seconds and peak memory are of whole processes on one worker, the median over the runs; each line names its bar, and the exit code is 1 when
one is missed. --keep writes the configurations to DIR and leaves them there.
"""
import sys

import bars

ACCOUNT = '''resource "azurerm_storage_account" "sa{k}" {{
  name                       = "${{local.name}}{k}"
  resource_group_name        = azurerm_resource_group.rg.name
  location                   = azurerm_resource_group.rg.location
  account_tier               = "Standard"
  account_replication_type   = var.size > 3 ? "GRS" : "LRS"
  https_traffic_only_enabled = {https}
  min_tls_version            = "TLS1_2"
  tags = merge(local.tags, {{
    index = {k}
  }})
  network_rules {{
    default_action = "Deny"
    ip_rules       = [for i in range(3) : "10.0.${{i}}.0/24"]
  }}
}}
'''

MODULE = '''variable "env" {
  type = string
}
variable "size" {
  type    = number
  default = 1
}
variable "prefix" {
  type = string
}
locals {
  name = "${var.prefix}-${var.env}"
  tags = merge({ env = var.env }, { module = var.prefix })
}
resource "azurerm_resource_group" "rg" {
  name     = "rg-${local.name}"
  location = "westeurope"
}
output "name" {
  value = local.name
}
'''


def large(modules, lines):
    """modules modules of about lines lines each, called by one root."""
    files = {'main.tf': 'variable "env" {\n  default = "dev"\n}\n'}
    accounts = (lines - MODULE.count('\n')) // ACCOUNT.count('\n') + 1
    body = MODULE + ''.join(ACCOUNT.format(k=k, https='true' if k % 2 else 'false') for k in range(accounts))
    for i in range(modules):
        files['main.tf'] += f'module "m{i}" {{\n  source = "./m{i}"\n  env    = var.env\n  size   = {i % 7}\n  prefix = "p{i}"\n}}\n'
        files[f'm{i}/main.tf'] = body
    return files


def nested(outer, inner):
    """outer * inner calls of one module, by way of another."""
    leaf = 'variable "n" {}\nresource "azurerm_resource_group" "x" {\n  name     = "rg-${var.n}"\n  location = "x"\n}\n'
    call = 'module "m{i}" {{\n  source = "{source}"\n  n      = {n}\n}}\n'
    return {
        'main.tf': ''.join(call.format(i=i, source='./mid', n=i) for i in range(outer)),
        'mid/main.tf': 'variable "n" {}\n' + ''.join(call.format(i=i, source='../leaf', n=f'var.n + {i}') for i in range(inner)),
        'leaf/main.tf': leaf,
    }


def instances(n):
    return {'main.tf': f'resource "azurerm_storage_account" "x" {{\n  count    = {n}\n  name     = "st${{count.index}}"\n  location = "w"\n'
            '  network_rules {\n    default_action = "Deny"\n  }\n}\noutput "n" {\n  value = azurerm_storage_account.x[*].name\n}\n'}


def fan_out(depth, width):
    """Modules that each call the next several times."""
    files = {f'm{i}/main.tf': ''.join(f'module "a{k}" {{\n  source = "../m{i + 1}"\n}}\n' for k in range(width)) for i in range(depth)}
    files[f'm{depth}/main.tf'] = 'resource "t" "x" {}\n'
    files['main.tf'] = 'module "a" {\n  source = "./m0"\n}\n'
    return files


def blocks(depth):
    text = 'v = 1\n'
    for _ in range(depth):
        text = 'dynamic "b" {\n  for_each = range(1000)\n  content {\n' + text + '}\n}\n'
    return {'main.tf': 'resource "t" "x" {\n' + text + '}\n'}


# name: (files, most CPU seconds, most MB)
CASES = {
    '50,000 lines in 200 modules': (large(200, 250), 1, 150),
    '1,000 nested module calls': (nested(40, 25), 1, 150),
    '2,000 instances': (instances(2000), 1, 150),
    '20,000 instances': (instances(20000), 10, 300),
    'count = 1e9': ({'main.tf': 'resource "t" "x" {\n  count = 1000000000\n  a     = 1\n}\n'}, 1, 300),
    'a module that calls itself': ({'main.tf': 'module "m" {\n  source = "./"\n  count  = 100\n}\n'}, 1, 300),
    'modules calling modules, 3 ** 30': (fan_out(30, 3), 1, 300),
    'for_each over a million pairs': ({'main.tf': 'resource "t" "x" {\n  for_each = { for p in setproduct(range(1000), range(1000)) : "${p[0]}-${p[1]}" => p }\n}\n'},
                                      1, 300),
    'dynamic blocks, 1,000 ** 3': (blocks(3), 1, 300),
    'large values in each instance': ({'main.tf': 'resource "t" "x" {\n  count = 100000\n  a     = [for i in range(100) : { n = i, x = "abc-${i}" }]\n}\n'},
                                      1, 300),
}


if __name__ == '__main__':
    sys.exit(bars.main(CASES))
