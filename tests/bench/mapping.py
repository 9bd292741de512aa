#!/usr/bin/env python3
"""Measures belay map on large estates, which it writes itself.

usage: mapping.py --belay BIN [--runs N] [--only NAME] [--keep DIR]

CPU seconds and peak memory are of whole processes on one worker, the median over the runs; each line names its bars, and the exit code is 1 when one
is missed. An estate is code of so many resource blocks in roots of a hundred, and a Resource Graph export of so many assets: one for each block, the rest
with names of the same making. The last case reads a Terraform state of 2 GB, and only what it takes beyond its assets counts. --keep writes to DIR and
leaves it there.
"""
import argparse
import json
import os
import sys
import tempfile

from bench import measure, median

TENANT = '00000000-0000-4000-8000-000000000001'
IN_ROOT, BLOCKS = 100, 20_000
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


def write_state(path, instances, filler):
    """A state with so many bytes besides in each instance, as machines with their user data have."""
    filler = 'x' * filler
    with open(path, 'w', encoding='utf-8') as f:
        f.write('{"version": 4, "terraform_version": "1.9.5", "serial": 1, "lineage": "a", "outputs": {}, "resources": [\n')
        for i in range(instances):
            identity = f'/subscriptions/{TENANT}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm{i}'
            instance = {'schema_version': 0, 'attributes': {'id': identity, 'name': f'vm{i}', 'location': 'westeurope', 'custom_data': filler}}
            f.write((',\n' if i else '') + json.dumps({'mode': 'managed', 'type': 'azurerm_linux_virtual_machine', 'name': f'vm{i}', 'provider': 'p',
                                                      'instances': [instance]}))
        f.write('\n], "check_results": null}\n')


def map_of(belay, folder, snapshot):
    code = os.path.join(folder, 'code')
    return [belay, 'map', '-q', '--jobs', '1', '--root', code, '--format', 'json', '--snapshot', snapshot, code]


def run(name, command, runs, most_seconds, most_megabytes, without=0):
    """(median CPU seconds, is a bar missed?); without: megabytes that do not count."""
    measured = [measure(command) for _ in range(runs)]
    cpu, memory = median(measured, 1), median(measured, 2) - without
    over = cpu > most_seconds or memory > most_megabytes
    print(f'{name:20} {cpu:6.2f} s of {most_seconds}  {memory:5.0f} MB of {most_megabytes}{"  MISSED" if over else ""}', flush=True)
    return cpu, over


def estate(options, top, assets, most_seconds, most_megabytes):
    folder = os.path.join(top, str(assets))
    snapshot = os.path.join(folder, 'estate.json')
    if not os.path.exists(snapshot):
        write_code(os.path.join(folder, 'code'), BLOCKS)
        write_graph(snapshot, assets, BLOCKS)
    return run(f'{assets} assets', map_of(options.belay, folder, snapshot), options.runs, most_seconds, most_megabytes)


def stream(options, top):
    """What a snapshot of 2 GB takes beyond one with the same assets and nothing besides."""
    folder = os.path.join(top, 'stream')
    large, small = os.path.join(folder, 'large.tfstate'), os.path.join(folder, 'small.tfstate')
    if not os.path.exists(large):
        os.makedirs(os.path.join(folder, 'code'))
        with open(os.path.join(folder, 'code', 'main.tf'), 'w', encoding='utf-8') as f:
            f.write('resource "azurerm_linux_virtual_machine" "vm0" {\n  name = "vm0"\n}\n')
        write_state(small, 106_000, 1)
        write_state(large, 106_000, 20_000)
    needed = median([measure(map_of(options.belay, folder, small)) for _ in range(options.runs)], 2)
    return run(f'{os.path.getsize(large) >> 20} MB of state', map_of(options.belay, folder, large), options.runs, 60, 200, needed)[1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--belay', required=True)
    parser.add_argument('--runs', type=int, default=1)
    parser.add_argument('--only', choices=['100000', '1000000', 'stream'])
    parser.add_argument('--keep')
    options = parser.parse_args()
    options.belay = os.path.abspath(options.belay)
    missed, seconds = 0, []
    with tempfile.TemporaryDirectory() as temporary:
        top = options.keep or temporary
        for assets, most_seconds, most_megabytes in ((100_000, 3, 600), (1_000_000, 40, 4096)):
            if options.only in (None, str(assets)):
                cpu, over = estate(options, top, assets, most_seconds, most_megabytes)
                seconds.append(cpu)
                missed += over
        if len(seconds) == 2:
            factor = seconds[1] / seconds[0]
            missed += factor > 13
            print(f'ten times the assets take {factor:.1f} times as long{"  MISSED" if factor > 13 else ""}')
        if options.only in (None, 'stream'):
            missed += stream(options, top)
    return missed != 0


if __name__ == '__main__':
    sys.exit(main())
