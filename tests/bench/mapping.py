#!/usr/bin/env python3
"""Measures belay map on large estates, which it writes itself.

usage: mapping.py --belay BIN [--runs N] [--only NAME] [--keep DIR]

CPU seconds and peak memory are of whole processes on one worker, the median over the runs; each line names its bars, and the exit code is 1 when one
is missed. An estate is code of so many resource blocks in roots of a hundred, and a Resource Graph export of so many assets: one for each block, the rest
with names of the same making. `snapshot` reads a Terraform state of so many gigabytes, of which little is kept. --keep writes to DIR and leaves it there.
"""
import argparse
import json
import os
import sys
import tempfile

from bench import in_turn, median

TENANT = '00000000-0000-4000-8000-000000000001'
IN_ROOT = 100
# (Terraform type, type in Resource Graph, name, further arguments, properties)
KINDS = [
    ('azurerm_storage_account', 'microsoft.storage/storageaccounts', 'st{root}x{n}prod',
     '  account_tier = "Standard"\n  account_replication_type = "LRS"\n  min_tls_version = "TLS1_2"\n',
     {'minimumTlsVersion': 'TLS1_2', 'supportsHttpsTrafficOnly': True, 'allowBlobPublicAccess': False, 'networkAcls': {'defaultAction': 'Deny', 'ipRules': []}}),
    ('azurerm_virtual_network', 'microsoft.network/virtualnetworks', 'vnet-{root}-{n}', '  address_space = ["10.0.0.0/16"]\n',
     {'addressSpace': {'addressPrefixes': ['10.0.0.0/16']}, 'subnets': [], 'enableDdosProtection': False}),
    ('azurerm_network_security_group', 'microsoft.network/networksecuritygroups', 'nsg-{root}-{n}', '', {'securityRules': []}),
    ('azurerm_key_vault', 'microsoft.keyvault/vaults', 'kv-{root}-{n}', f'  tenant_id = "{TENANT}"\n  sku_name = "standard"\n',
     {'tenantId': TENANT, 'sku': {'family': 'A', 'name': 'standard'}, 'accessPolicies': []}),
    ('azurerm_public_ip', 'microsoft.network/publicipaddresses', 'pip-{root}-{n}', '  allocation_method = "Static"\n',
     {'publicIPAllocationMethod': 'Static', 'idleTimeoutInMinutes': 4}),
]


def block(root, n):
    """The nth block of a root; every fourth name has a part that nobody gives a value."""
    native, _, name, arguments, _ = KINDS[n % len(KINDS)]
    name = name.format(root=root, n=n)
    if n % 4 == 3:
        name += '${var.suffix}'
    return (f'resource "{native}" "r{n}" {{\n  name = "{name}"\n  resource_group_name = "rg-{root}"\n  location = "westeurope"\n{arguments}'
            f'  tags = {{ team = "t{n % 7}" }}\n}}\n')


def write_code(folder, blocks):
    for root in range(blocks // IN_ROOT):
        path = os.path.join(folder, f'root{root}')
        os.makedirs(path)
        with open(os.path.join(path, 'main.tf'), 'w', encoding='utf-8') as f:
            f.write('variable "suffix" {}\n')
            f.writelines(block(root, n) for n in range(IN_ROOT))


def rows(assets, blocks):
    for i in range(assets):
        root, n = divmod(i, IN_ROOT) if i < blocks else (i // IN_ROOT, i % IN_ROOT)
        _, kind, name, _, properties = KINDS[n % len(KINDS)]
        name = name.format(root=root, n=n) + ('q7' if n % 4 == 3 else '')
        group = f'rg-{root}'
        subscription = f'00000000-0000-4000-8000-{root:012}'
        yield {'id': f'/subscriptions/{subscription}/resourceGroups/{group}/providers/{kind}/{name}', 'name': name, 'type': kind,
               'tenantId': TENANT, 'kind': '', 'location': 'westeurope', 'resourceGroup': group, 'subscriptionId': subscription, 'managedBy': '',
               'sku': None, 'plan': None, 'properties': dict(properties, provisioningState='Succeeded'), 'tags': {'team': f't{n % 7}'}}


def write_graph(path, assets, blocks):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(f'{{"count": {assets}, "data": [\n')
        for i, row in enumerate(rows(assets, blocks)):
            f.write((',\n' if i else '') + json.dumps(row, separators=(',', ':')))
        f.write(f'\n], "skip_token": null, "total_records": {assets}}}\n')


def write_state(path, size):
    """A state of so many bytes; 20 KB an instance, as machines with their user data have."""
    filler = 'x' * 20000
    with open(path, 'w', encoding='utf-8') as f:
        f.write('{"version": 4, "terraform_version": "1.9.5", "serial": 1, "lineage": "a", "outputs": {}, "resources": [\n')
        i = 0
        while f.tell() < size:
            identity = f'/subscriptions/{TENANT}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm{i}'
            instance = {'schema_version': 0, 'attributes': {'id': identity, 'name': f'vm{i}', 'location': 'westeurope', 'custom_data': filler}}
            f.write((',\n' if i else '') + json.dumps({'mode': 'managed', 'type': 'azurerm_linux_virtual_machine', 'name': f'vm{i}', 'provider': 'p',
                                                      'instances': [instance]}))
            i += 1
        f.write('\n], "check_results": null}\n')


def make(folder, assets, blocks, size):
    """Writes one case; returns the snapshot's path."""
    os.makedirs(os.path.join(folder, 'code'))
    if size:
        with open(os.path.join(folder, 'code', 'main.tf'), 'w', encoding='utf-8') as f:
            f.write('resource "azurerm_linux_virtual_machine" "vm0" {\n  name = "vm0"\n}\n')
        snapshot = os.path.join(folder, 'estate.tfstate')
        write_state(snapshot, size)
        return snapshot
    write_code(os.path.join(folder, 'code'), blocks)
    snapshot = os.path.join(folder, 'estate.json')
    write_graph(snapshot, assets, blocks)
    return snapshot


# name: (assets, blocks, bytes of state, most CPU seconds, most MB)
CASES = {
    '100000': (100_000, 20_000, 0, 3, 600),
    '1000000': (1_000_000, 20_000, 0, 40, 4096),
    'snapshot': (0, 0, 2 << 30, None, 200),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--belay', required=True)
    parser.add_argument('--runs', type=int, default=1)
    parser.add_argument('--only', choices=sorted(CASES))
    parser.add_argument('--keep')
    options = parser.parse_args()
    missed, seconds = 0, {}
    with tempfile.TemporaryDirectory() as temporary:
        for name, (assets, blocks, size, most_seconds, most_megabytes) in CASES.items():
            if options.only and options.only != name:
                continue
            folder = os.path.join(options.keep or temporary, name)
            snapshot = os.path.join(folder, 'estate.tfstate' if size else 'estate.json')
            if not os.path.exists(snapshot):
                make(folder, assets, blocks, size)
            code = os.path.join(folder, 'code')
            command = [os.path.abspath(options.belay), 'map', '-q', '--jobs', '1', '--root', code, '--format', 'json', '--snapshot', snapshot, code]
            measured = in_turn({name: command}, options.runs)[name]
            cpu, memory = median(measured, 1), median(measured, 2)
            seconds[name] = cpu
            over = (most_seconds is not None and cpu > most_seconds) or memory > most_megabytes
            missed += over
            print(f'{name:10} {os.path.getsize(snapshot) >> 20:5} MB  {cpu:6.2f} s of {most_seconds}  {memory:5.0f} MB of {most_megabytes}'
                  f'{"  MISSED" if over else ""}', flush=True)
    if len(seconds) > 1 and '1000000' in seconds:
        factor = seconds['1000000'] / seconds['100000']
        missed += factor > 13
        print(f'ten times the assets take {factor:.1f} times as long{"  MISSED" if factor > 13 else ""}')
    return missed != 0


if __name__ == '__main__':
    sys.exit(main())
