#!/usr/bin/env python3
"""usage: bicep_resources.py BELAY

For each registry module of the corpora: the resources belay declares are those of the template that the Bicep compiler made, by type and
API version, over all modules it uses. A loop counts once; deployments and existing resources are left out, since compiler versions write
them differently. BELAY_CORPORA names the folder that holds languages/; without it the test is skipped. Prints TAP.
"""
import collections
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import corpora  # noqa: E402

DEPLOYMENT = 'microsoft.resources/deployments'


def counted(resources, version):
    return collections.Counter((r['type'].lower(), (r.get(version) or '').lower()) for r in resources
                               if not r.get('module') and not r.get('existing') and r['type'].lower() != DEPLOYMENT)


def declared(belay, folder, main, registry):
    run = subprocess.run([belay, 'resources', '--root', '.', '--format', 'json', '--bicep-registry', registry, main],
                         cwd=folder, capture_output=True, timeout=120)
    document = json.loads(run.stdout)
    errors = [d for d in document['diagnostics'] if d['severity'] == 'error']
    once = {}
    for r in document['resources']:
        once.setdefault(re.sub(r'\[[^\]]*\]', '', r['address']).lower(), r)
    return counted(once.values(), 'api_version'), errors


def main():
    belay = os.path.abspath(sys.argv[1])
    top = corpora('languages', 'bicep')
    cases = sorted(c for c in os.listdir(top) if os.path.exists(os.path.join(top, c, 'expected.json')))
    wrong = 0
    print('1..2')
    for case in cases:
        folder = os.path.join(top, case)
        with open(os.path.join(folder, 'expected.json'), encoding='utf-8') as f:
            expected = json.load(f)
        want = counted(expected['resources'], 'apiVersion')
        have, errors = declared(belay, folder, expected['main'], os.path.join(top, '_registry'))
        if want != have or errors:
            wrong += 1
            print(f'# {case}: missing {dict(want - have)}, too many {dict(have - want)}, errors {errors[:1]}')
    print(f"{'ok' if len(cases) >= 100 else 'not ok'} 1 - there are cases ({len(cases)})")
    print(f"{'not ok' if wrong else 'ok'} 2 - every module declares what the compiler's template declares")
    return wrong != 0 or len(cases) < 100


sys.exit(main())
