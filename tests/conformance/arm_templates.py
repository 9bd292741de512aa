#!/usr/bin/env python3
"""usage: arm_templates.py BELAY

1. No valid ARM template is refused: those of template-analyzer and arm-ttk, the decompiler's pairs, and what the Bicep compiler made of the
   registry modules.
2. A registry module and its compiled template declare the same: equal resources by type and API version, equal properties of all resources
   that have one address in both, equal outputs. Deployments are left out: a module has no body of its own in Bicep. What is unknown in
   both is equal, whatever the words.

BELAY_CORPORA names the folder that holds languages/; without it the test is skipped. Prints TAP.
"""
import collections
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import corpora  # noqa: E402

KEYS = ('type', 'api_version', 'existing', 'condition', 'name', 'properties', 'sku', 'kind', 'identity', 'location', 'tags')
DEPLOYMENT = 'microsoft.resources/deployments'


def evaluated(belay, folder, main, *options):
    run = subprocess.run([belay, 'resources', '--root', '.', '--format', 'json', *options, main], cwd=folder,
                         capture_output=True, timeout=300)
    return json.loads(run.stdout)


def errors(document):
    return [d for d in document['diagnostics'] if d['severity'] == 'error']


def is_template(path):
    with open(path, encoding='utf-8-sig', errors='replace') as f:
        return 'deploymenttemplate.json' in f.read(2000).lower()


def templates(languages):
    for family in ('arm', 'arm-rules', 'arm-ttk'):
        for folder, _, names in sorted(os.walk(os.path.join(languages, family))):
            for name in sorted(names):
                path = os.path.join(folder, name)
                if name.endswith('.json') and name != 'expected.json' and '.NonWorking.' not in path and is_template(path):
                    yield folder, name


def is_unknown(v):
    return isinstance(v, dict) and ('$unknown' in v or '$sensitive' in v)


def differences(a, b, path=''):
    if is_unknown(a) and is_unknown(b):
        return
    if isinstance(a, dict) and isinstance(b, dict) and not is_unknown(a) and not is_unknown(b):
        for key in {**a, **b}:
            yield from differences(a.get(key), b.get(key), f'{path}.{key}')
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from differences(x, y, f'{path}[{i}]')
    elif a != b or isinstance(a, bool) != isinstance(b, bool):
        yield f'{path}: {str(a)[:80]} in Bicep, {str(b)[:80]} in the template'


def counted(resources):
    once = {}
    for r in resources:
        once.setdefault(re.sub(r'\[[^\]]*\]', '', r['address']), r)
    return collections.Counter((r['type'].lower(), r['api_version']) for r in once.values()
                               if not r['module'] and not r['existing'] and r['type'].lower() != DEPLOYMENT)


def compare(belay, top, case, total):
    folder = os.path.join(top, case)
    with open(os.path.join(folder, 'expected.json'), encoding='utf-8') as f:
        expected = json.load(f)
    bicep, template = (evaluated(belay, folder, expected[k], '--bicep-registry', os.path.join(top, '_registry'))
                       for k in ('main', 'compiled'))
    found = [f'error: {e["message"]}' for e in errors(template)]
    x, y = counted(bicep['resources']), counted(template['resources'])
    if x != y:
        found.append(f'only in Bicep {dict(x - y)}, only in the template {dict(y - x)}')
    by_address = {r['address']: r for r in template['resources'] if r['type'].lower() != DEPLOYMENT}
    for r in bicep['resources']:
        other = by_address.get(r['address'])
        if other:
            total['compared'] += 1
            found += [f"{r['address']} {d}" for k in KEYS for d in differences(r.get(k), other.get(k), k)]
    total['outputs'] += len(bicep['outputs'])
    return found + list(differences(bicep['outputs'], template['outputs'], 'outputs'))


def main():
    belay = os.path.abspath(sys.argv[1])
    languages = corpora('languages')
    read, refused = 0, 0
    for folder, name in templates(languages):
        read += 1
        where = os.path.relpath(os.path.join(folder, name), languages)
        wrong = errors(evaluated(belay, folder, name))
        if wrong:
            refused += 1
            print(f"# {where}:{wrong[0]['line']}: {wrong[0]['message']}")
    top = os.path.join(languages, 'bicep')
    cases = sorted(c for c in os.listdir(top) if os.path.exists(os.path.join(top, c, 'expected.json')))
    total, unequal = collections.Counter(), 0
    for case in cases:
        found = compare(belay, top, case, total)
        unequal += bool(found)
        for line in found[:5]:
            print(f'# {case}: {line}')
    results = [
        (read >= 200, f'there are templates ({read})'),
        (not refused, 'no valid template is refused'),
        (len(cases) >= 100 and total['compared'] >= 1000,
         f"there are modules ({len(cases)}), resources ({total['compared']}) and outputs ({total['outputs']}) to compare"),
        (not unequal, 'a module and its compiled template declare the same'),
    ]
    print(f'1..{len(results)}')
    for i, (ok, words) in enumerate(results, 1):
        print(f"{'ok' if ok else 'not ok'} {i} - {words}")
    return not all(ok for ok, _ in results)


sys.exit(main())
