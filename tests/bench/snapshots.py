#!/usr/bin/env python3
"""Measures how exports of what runs are streamed, which it writes itself.

usage: snapshots.py --belay BIN [--megabytes N] [--only FORMAT] [--keep DIR]

Each format is written twice with the same assets: with much that such exports hold and nobody keeps (who set which field, relations, secrets), and without. The
memory that the large file takes beyond the small one is held against the bar; its speed is CPU time. The exit code is 1 when a bar is missed.
--keep writes to DIR and leaves it there.
"""
import argparse
import gzip
import json
import os
import sys
import tempfile

from bench import measure

MOST_MEGABYTES = 200
FILLER = 20_000  # bytes an asset
TENANT = '00000000-0000-4000-8000-000000000001'


def config(n, filler):
    item = {'configurationItemVersion': '1.3', 'resourceType': 'AWS::EC2::Volume', 'resourceId': f'vol-{n:017x}', 'awsAccountId': '123456789012',
            'awsRegion': 'eu-west-1', 'ARN': f'arn:aws:ec2:eu-west-1:123456789012:volume/vol-{n:017x}', 'configurationItemStatus': 'OK',
            'configurationItemCaptureTime': '2026-01-01T00:00:00Z', 'configuration': {'encrypted': n % 2 == 0, 'size': n % 100}}
    return item | {'relationships': [{'name': filler}]}


def google(n, filler):
    return {'name': f'//compute.googleapis.com/projects/p/zones/z/disks/d{n}', 'asset_type': 'compute.googleapis.com/Disk', 'ancestors': ['projects/1'],
            'resource': {'version': 'v1', 'discovery_document_uri': filler, 'data': {'name': f'd{n}', 'sizeGb': str(n % 100)}}}


def kubernetes(n, filler):
    return {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': f'c{n}', 'namespace': 'default', 'uid': f'{n:032x}', 'managedFields': [{'fieldsV1': filler}]}}


def state(n, filler):
    attributes = {'id': f'/subscriptions/{TENANT}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st{n}', 'name': f'st{n}', 'secret': filler}
    return {'mode': 'managed', 'type': 'azurerm_storage_account', 'name': f'a{n}', 'instances': [{'attributes': attributes}]}


# format: (an asset, what stands before, between and after)
FORMATS = {
    'aws-config': (config, '{"fileVersion":"1.0","configurationItems":[\n', ',\n', '\n]}\n'),
    'google-asset': (google, '', '\n', '\n'),
    'kubernetes': (kubernetes, '{"apiVersion":"v1","items":[\n', ',\n', '\n],"kind":"List"}\n'),
    'terraform-state': (state, '{"version":4,"terraform_version":"1.9.5","resources":[\n', ',\n', '\n]}\n'),
}


def write(path, name, assets, filler, opened=open):
    make, before, between, after = FORMATS[name]
    with opened(path, 'wt', encoding='utf-8') as f:
        f.write(before)
        for n in range(assets):
            f.write((between if n else '') + json.dumps(make(n, 'x' * filler)))
        f.write(after)


def packed(path, mode, encoding):
    return gzip.open(path, mode, compresslevel=1, encoding=encoding)


def measure_format(options, top, name):
    folder = os.path.join(top, name)
    code, large, small, zipped = (os.path.join(folder, x) for x in ('code', 'large.json', 'small.json', 'large.json.gz'))
    assets = (options.megabytes << 20) // FILLER
    if not os.path.exists(large):
        os.makedirs(code)
        write(small, name, assets, 1)
        write(large, name, assets, FILLER)
        write(zipped, name, assets, FILLER, packed)
    command = [options.belay, 'dump', '--stage', 'eval', '--jobs', '1', '--root', code]
    needed = measure([*command, '--snapshot', small, code])[2]
    missed = False
    for path in (large, zipped):
        _, cpu, peak = measure([*command, '--snapshot', path, code])
        over = peak - needed > MOST_MEGABYTES
        missed |= over
        print(f'{name:16} {os.path.basename(path):14} {options.megabytes / cpu:5.0f} MB/s  {peak - needed:5.0f} MB of {MOST_MEGABYTES} beyond the {needed:.0f} that '
              f'{assets} assets take{"  MISSED" if over else ""}', flush=True)
    return missed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--belay', required=True)
    parser.add_argument('--megabytes', type=int, default=2048)
    parser.add_argument('--only', choices=sorted(FORMATS))
    parser.add_argument('--keep')
    options = parser.parse_args()
    options.belay = os.path.abspath(options.belay)
    with tempfile.TemporaryDirectory() as temporary:
        missed = [measure_format(options, options.keep or temporary, name) for name in FORMATS if options.only in (None, name)]
    return any(missed)


if __name__ == '__main__':
    sys.exit(main())
