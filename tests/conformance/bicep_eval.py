#!/usr/bin/env python3
"""usage: bicep_eval.py BELAY

What the deployment engine made of Bicep files' outputs, and the resources that the compiler's snapshots predict. Left out, each by a rule:
assertions on the compiled text ("[...]", unevaluated), those on outputs that no file of the case declares (the corpus joins the assertions
of several tests), those of a mocked runtime (reference(), providers(), externalInput()), and literals that the corpus holds as C# source
with its escapes. BELAY_CORPORA names the folder that holds languages/; without it the test is skipped. Prints TAP.
"""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import corpora  # noqa: E402

NO_GUID = '00000000-0000-0000-0000-000000000000'


def resources(belay, folder, main, options=()):
    run = subprocess.run([belay, 'resources', '--root', '.', '--format', 'json', *options, main], cwd=folder,
                         capture_output=True, timeout=60)
    return json.loads(run.stdout)


def asserts(belay, folder):
    """(path, wanted, got) of each assertion that can be decided."""
    with open(os.path.join(folder, 'expected.json'), encoding='utf-8') as f:
        expected = json.load(f)
    with open(os.path.join(folder, 'main.bicep'), encoding='utf-8') as f:
        declared = set(re.findall(r'^output (\w+)', f.read(), re.M))
    config = expected['config']
    external = any('externalInput' in open(os.path.join(folder, n), encoding='utf-8').read() for n in os.listdir(folder))
    if expected['mockedRuntime'] or external:
        return []
    options = ['--subscription', config.get('SubscriptionId', NO_GUID), '--resource-group',
               config.get('ResourceGroup', 'DummyResourceGroup')]
    outputs = resources(belay, folder, 'main.bicep', options)['outputs']
    found = []
    for e in expected['expect']:
        m = re.match(r"(?:\$\.)?outputs(?:\['(\w+)'\]|\.(\w+))\.value$", e['path'])
        name = m and (m[1] or m[2])
        want = e.get('value')
        if name not in declared or (isinstance(want, str) and (want.startswith('[') or '\\' in want)):
            continue
        if isinstance(want, str):
            want = want.replace('{Guid.Empty}', NO_GUID)
        found.append((f'{os.path.basename(folder)} {name}', want, outputs.get(name)))
    return found


def snapshot(belay, folder):
    """The predicted resources' ids and literal properties against belay's."""
    with open(os.path.join(folder, 'main.snapshot.json'), encoding='utf-8') as f:
        predicted = json.load(f)['predictedResources']
    main = next(n for n in sorted(os.listdir(folder)) if n.endswith('.bicep'))
    got = resources(belay, folder, main, ['--subscription', NO_GUID, '--resource-group', 'myRg', '--var-file', 'main.bicepparam'])
    have = {(r['type'], r['name']): r for r in got['resources']}
    found = [(f'{os.path.basename(folder)}: how many', len(predicted), len(have))]
    for p in predicted:
        r = have.get((p['type'], p['name']), {})
        for key in ('apiVersion', 'location', 'sku', 'kind'):
            if key in p and not str(p[key]).startswith('['):
                found.append((f"{p['id']} {key}", p[key], r.get({'apiVersion': 'api_version'}.get(key, key))))
        for key, want in p.get('properties', {}).items():
            if not str(want).startswith('['):
                found.append((f"{p['id']} {key}", want, r.get('properties', {}).get(key)))
    return found


def main():
    belay = os.path.abspath(sys.argv[1])
    languages = corpora('languages')
    evaluated, snapshots = os.path.join(languages, 'bicep-eval'), os.path.join(languages, 'arm')
    decided = [a for case in sorted(os.listdir(evaluated)) for a in asserts(belay, os.path.join(evaluated, case))]
    predicted = [a for case in sorted(os.listdir(snapshots)) if case.startswith('snapshot.')
                 for a in snapshot(belay, os.path.join(snapshots, case))]
    results = []
    for what, found, least in (('outputs', decided, 40), ('predicted resources', predicted, 8)):
        wrong = [a for a in found if a[1] != a[2]]
        for where, want, have in wrong:
            print(f'# {where}: want {want!r}, have {have!r}')
        results.append((not wrong and len(found) >= least, f'{what} are as the engine has them ({len(found) - len(wrong)} of {len(found)})'))
    print(f'1..{len(results)}')
    for i, (ok, words) in enumerate(results, 1):
        print(f"{'ok' if ok else 'not ok'} {i} - {words}")
    return not all(ok for ok, _ in results)


sys.exit(main())
