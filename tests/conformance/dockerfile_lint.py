#!/usr/bin/env python3
"""BuildKit's own cases of its build checks, against `belay scan`: which checks warn, and on which line. Prints TAP.

usage: dockerfile_lint.py BELAY

BELAY_CORPORA names the folder with languages/dockerfile-lint.jsonl; unset, the test is skipped. Left out: cases whose Dockerfile is not in the
corpus, that are built with other options than the file's, and the check that asks a registry.
"""
import collections
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import Tap, corpora

BAR = 98.0
ASKS_REGISTRY = 'InvalidBaseImagePlatform'


def is_counted(case):
    attrs = case.get('FrontendAttrs')
    overridden = isinstance(attrs, dict) and 'build-arg:BUILDKIT_DOCKERFILE_CHECK' in attrs
    return case['dockerfile'] is not None and not overridden and \
        not any(w.get('RuleName') == ASKS_REGISTRY for w in case['warnings'])


def warnings_of(belay, case):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'Dockerfile'), 'w') as f:
            f.write(case['dockerfile'])
        if case.get('dockerignore'):
            with open(os.path.join(folder, '.dockerignore'), 'w') as f:
                f.write(case['dockerignore'])
        p = subprocess.run([belay, 'scan', '--no-config', '--quiet', '--root', '.', '--format', 'json', '.'], cwd=folder,
                           capture_output=True, timeout=60)
    found = collections.Counter()
    for finding in json.loads(p.stdout)['findings']:
        names = [a.split(':', 1)[1] for a in finding['aliases'] if a.startswith('buildkit:')]
        if finding['result'] == 'fail' and names:
            found[(names[0], finding['location']['start_line'])] += 1
    return found


def main():
    belay = os.path.abspath(sys.argv[1])
    right = wanted = invented = cases = 0
    notes = []
    with open(corpora('languages', 'dockerfile-lint.jsonl')) as f:
        for case in filter(is_counted, map(json.loads, f)):
            cases += 1
            have = warnings_of(belay, case)
            if all('RuleName' in w for w in case['warnings']):
                want = collections.Counter((w['RuleName'], w['Line']) for w in case['warnings'])
            else:  # only how many there are is known
                want = have if sum(have.values()) == len(case['warnings']) else collections.Counter({('?', 0): len(case['warnings'])})
            hits = sum((want & have).values())
            right, wanted, invented = right + hits, wanted + sum(want.values()), invented + sum((have - want).values())
            if have != want:
                notes.append(f"{case['name']}: missed {dict(want - have)}, invented {dict(have - want)}")
    with Tap() as t:
        t.check(cases > 40 and right * 100 >= BAR * wanted, f'{BAR}% of the warnings stand on the right line ({right} of {wanted})', '\n'.join(notes))
        t.check(not invented, f'no warning is invented ({cases} cases)', '\n'.join(notes))
    return 1 if t.failed else 0


if __name__ == '__main__':
    sys.exit(main())
