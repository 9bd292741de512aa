#!/usr/bin/env python3
"""usage: bicep_build.py BELAY [--misses] [CASE...]

`belay build` of each registry module and compiler sample of the corpora prints the template that the Bicep compiler made of it. What compiler versions and
hashes change is left out of the comparison: the generator's version and hash, the API version of the deployments that modules become, the order of keys,
the case of resource types.
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

DEPLOYMENT = 'Microsoft.Resources/deployments'
SECTIONS = ('definitions', 'functions', 'outputs', 'parameters', 'variables')
# The version that a compiler gives to a module's deployment, where it is asked for its outputs by id.
VERSION = re.compile(r"(, ')20\d\d-\d\d-\d\d('\)\.outputs)")
# The compiler writes a resource's type as its catalogue of types spells it.
TYPE = re.compile(r"\bmicrosoft\.\w+(/\w+)+", re.IGNORECASE)
# The registry's templates were stamped with their version when they were published, those beside their sources were not.
STAMP = re.compile(r"replace\('\d+\.\d+\.\d+', '\.', '-'\)")


def plain(value):
    """Without what changes from compiler to compiler."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k not in ('_generator', '__bicep_imported_from!')}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, str):
        value = TYPE.sub(lambda m: m[0].lower(), value)
        value = STAMP.sub("replace('-..--..-', '.', '-')", value)
        return VERSION.sub(r'\g<1>VERSION\g<2>', value).replace('\r\n', '\n')
    return value


def is_module(resource):
    properties = resource.get('properties')
    return resource.get('type') == DEPLOYMENT and isinstance(properties, dict) and 'expressionEvaluationOptions' in properties


def resources(template, prefix=''):
    """Every resource by its path, a module's template taken out of it and looked into."""
    found, counts = {}, collections.Counter()
    listed = template.get('resources', {})
    for name, resource in listed.items() if isinstance(listed, dict) else ((None, r) for r in listed):
        resource = dict(resource)
        if name is None:
            name = f"{plain(resource.get('type'))} {json.dumps(plain(resource.get('name')))}"
            counts[name] += 1
            name += f'#{counts[name]}' if counts[name] > 1 else ''
        if is_module(resource):
            properties = resource['properties'] = dict(resource['properties'])
            inner = properties.pop('template', None)
            resource.pop('apiVersion', None)
            if isinstance(inner, dict):
                found.update(resources(inner, f'{prefix}{name} > '))
        found[prefix + name] = plain(resource)
    return found


def build(belay, folder, main, registry):
    run = subprocess.run([belay, 'build', '--quiet', '--root', '.', '--bicep-registry', registry, main], cwd=folder, capture_output=True, timeout=120)
    return json.loads(run.stdout) if run.stdout.strip() else {}


def compare(want, have, misses, case, sections):
    one, other = resources(want), resources(have)
    same = 0
    for path, resource in one.items():
        if other.get(path) == resource:
            same += 1
        elif misses:
            got = other.get(path)
            print(f'# {case}: {path}')
            for key in sorted(set(resource) | set(got or {})):
                if got is None or resource.get(key) != got.get(key):
                    print(f'#   want {key}: {json.dumps(resource.get(key))}\n#   have {key}: {json.dumps((got or {}).get(key))}'[:3000])
    for section in SECTIONS:
        w, h = plain(want.get(section, {})), plain(have.get(section, {}))
        for name in w if isinstance(w, dict) else range(len(w)):
            sections[section][1] += 1
            equal = w[name] == (h.get(name) if isinstance(h, dict) else h[name] if name < len(h) else None)
            sections[section][0] += equal
            if not equal and misses:
                print(f'# {case}: {section}.{name}\n#   want {json.dumps(w[name])}\n#   have {json.dumps(h.get(name) if isinstance(h, dict) else h)}'[:3000])
    return same, len(one)


def run_all(belay, folders, registry, misses, only):
    same = total = whole = 0
    sections = {s: [0, 0] for s in SECTIONS}
    for case, folder in folders:
        if only and not any(o in case for o in only):
            continue
        with open(os.path.join(folder, 'main.json'), encoding='utf-8-sig') as f:
            want = json.load(f)
        have = build(belay, folder, 'main.bicep', registry)
        equal, count = compare(want, have, misses, case, sections)
        same, total, whole = same + equal, total + count, whole + (equal == count)
    return same, total, whole, sections


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith('--')]
    belay, misses = os.path.abspath(arguments[0]), '--misses' in sys.argv
    top = corpora('languages')
    registry = os.path.join(top, 'bicep', '_registry')
    families = []
    for family, least in (('bicep', 0.97), ('bicep-samples', 0.92)):
        folders = [(f'{family}/{c}', os.path.join(top, family, c)) for c in sorted(os.listdir(os.path.join(top, family)))]
        families.append((family, least, [(c, d) for c, d in folders if all(os.path.exists(os.path.join(d, f)) for f in ('main.bicep', 'main.json'))]))
    print(f'1..{len(families)}')
    good = True
    for number, (family, least, folders) in enumerate(families, 1):
        same, total, whole, sections = run_all(belay, folders, registry, misses, arguments[1:])
        ok = bool(total) and same >= least * total
        good = good and ok
        print('#', family, ', '.join(f'{s} {a} of {b}' for s, (a, b) in sections.items()))
        print(f"{'ok' if ok else 'not ok'} {number} - {family}: {same} of {total} resources, {whole} of {len(folders)} files")
    return not good


sys.exit(main())
