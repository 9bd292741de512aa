#!/usr/bin/env python3
"""usage: terraform_synth.py BELAY

Small configurations with what `terraform plan` made of them: the same resources with the same known values, the same outputs, and a refusal
where terraform refuses (at its line, where it names one). BELAY_CORPORA names the folder that holds languages/; without it the tests are skipped. Prints TAP.
"""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import Tap, corpora  # noqa: E402


def known(v):
    """A value without what is not known yet: terraform leaves that out, belay says why."""
    if isinstance(v, dict):
        return {k: known(x) for k, x in v.items() if not (isinstance(x, dict) and '$unknown' in x)}
    if isinstance(v, list):
        return [known(x) for x in v]
    return v


def judge_refusal(expected, told, code):
    errors = [d for d in told if d['severity'] == 'error']
    lines = [(v['range']['filename'], v['range']['start']['line']) for v in expected['validate'] if v['range']]
    wrong = [f'no error at {place}' for place in lines if place not in [(d['file'], d['line']) for d in errors]]
    return wrong + ([] if errors and code == 3 else [f'accepted with exit code {code}'])


def judge_plan(expected, document):
    have = {r['address']: r for r in document['resources']}
    want = {r['address']: r for r in expected['resources']}
    wrong = [f'only one has {a}' for a in sorted(set(have) ^ set(want))]
    for address in sorted(set(have) & set(want)):
        after = {k: v for k, v in want[address]['after'].items() if v is not None}
        if known(have[address]['native']) != after:
            wrong.append(f"{address}: {have[address]['native']} is not {after}")
    for name, output in expected['outputs'].items():
        if 'value' in output and document['outputs'].get(name) != output['value']:
            wrong.append(f"output {name}: {document['outputs'].get(name)} is not {output['value']}")
    return wrong + [f'error: {d}' for d in document['diagnostics'] if d['severity'] == 'error']


def main():
    belay = os.path.abspath(sys.argv[1])
    top = corpora('languages', 'terraform-synth')
    with Tap() as tap:
        for case in sorted(os.listdir(top)):
            folder = os.path.join(top, case)
            with open(os.path.join(folder, 'expected.json'), encoding='utf-8') as f:
                expected = json.load(f)
            run = subprocess.run([belay, 'resources', '--root', folder, '--format', 'json', folder], capture_output=True, timeout=60)
            document = json.loads(run.stdout)
            wrong = judge_refusal(expected, document['diagnostics'], run.returncode) if expected.get('error') else judge_plan(expected, document)
            tap.check(not wrong, case, '\n'.join(wrong))
    return tap.failed != 0


sys.exit(main())
