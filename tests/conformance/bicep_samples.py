#!/usr/bin/env python3
"""usage: bicep_samples.py BELAY

The errors belay finds in the compiler's own samples are on lines where the compiler finds one: main.diagnostics.bicep quotes the source with a note
`//@[begin:end) [CODE (Error)] ...` below each line that has any. Samples without such a file, or without a note of an error, are valid. BELAY_CORPORA
names the folder that holds languages/; without it the test is skipped. Prints TAP.
"""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import corpora  # noqa: E402

MAINS = (('main.bicep', 'main.diagnostics.bicep'), ('parameters.bicepparam', 'parameters.diagnostics.bicepparam'))
NOTE = re.compile(r'^//@\[\d+:\d+\) \[\S+ \((\w+)\)\]')
# A file has at most as many diagnostics as one document may report, so long lists of errors are met in part.
LEAST_FOUND, MOST_EXTRA = 0.65, 0.02


def noted(path):
    """The numbers of the lines that have an error."""
    lines, number = set(), 0
    if not os.path.exists(path):
        return lines
    with open(path, encoding='utf-8', newline='') as f:
        for line in f.read().split('\n'):
            note = NOTE.match(line)
            number += not note
            if note and note[1] == 'Error':
                lines.add(number)
    return lines


def found(belay, folder, main):
    run = subprocess.run([belay, 'resources', '--root', '.', '--format', 'json', main], cwd=folder, capture_output=True, timeout=60)
    errors = [d for d in json.loads(run.stdout)['diagnostics'] if d['severity'] == 'error']
    return {d['line'] for d in errors if d['file'] == main}, [d for d in errors if d['file'] != main]


def main():
    belay = os.path.abspath(sys.argv[1])
    top = corpora('languages', 'bicep-samples')
    valid = invalid = met = have = want = extra = 0
    refused, missed = [], []
    for sample in sorted(os.listdir(top)):
        for name, notes in MAINS:
            folder = os.path.join(top, sample)
            # what stands beside a parameter file is only what it is for
            if not os.path.exists(os.path.join(folder, name)) or (name == 'main.bicep' and sample.startswith('baselines_bicepparam')):
                continue
            expected = noted(os.path.join(folder, notes))
            lines, elsewhere = found(belay, folder, name)
            if not expected:
                valid += 1
                if lines or elsewhere:
                    refused.append(f'{sample}/{name}: {sorted(lines)} {elsewhere[:1]}')
                continue
            invalid += 1
            if not lines & expected:
                missed.append(f'{sample}/{name}')
            want, met, have, extra = (want + len(expected), met + len(lines & expected), have + len(lines), extra + len(lines - expected))
    checks = [(valid >= 100 and invalid >= 15, f'there are samples ({valid} valid, {invalid} invalid)'),
              (not refused, 'no valid sample has an error'),
              (not missed, 'every invalid sample has an error on a line where the compiler has one'),
              (met >= LEAST_FOUND * want, f'most lines with an error have one ({met} of {want})'),
              (extra <= MOST_EXTRA * want, f'few other lines have one ({extra} of {have})')]
    print(f'1..{len(checks)}')
    for line in refused + missed:
        print('#', line)
    for i, (ok, what) in enumerate(checks, 1):
        print('ok' if ok else 'not ok', i, '-', what)
    return not all(ok for ok, _ in checks)


sys.exit(main())
