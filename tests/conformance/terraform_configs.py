#!/usr/bin/env python3
"""usage: terraform_configs.py BELAY

Configurations that Terraform or OpenTofu accept or refuse when they load them. Every valid one must be without error; every invalid one must
be refused, at the line that the corpus marks with `# ERROR:` (or that its `errors` file names), and warned of where it marks `# WARNING:`.
BELAY_CORPORA names the folder that holds languages/; without it the tests are skipped. Prints TAP.
"""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import Tap, corpora  # noqa: E402

# What is told but not refused, or not told, and why.
ASIDE = {
    'config-diagnostics.tests-provider-mismatch': 'files of `terraform test` are not read',
    'config-diagnostics.tests-provider-mismatch-with-module': 'files of `terraform test` are not read',
    'invalid-files.variable-validation-condition-badref.tf': 'Terraform 1.9 and later accept it: a note',
}


def marks(folder):
    """(level, file, line) of everything that the corpus says must be told."""
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            with open(path, encoding='utf-8', errors='replace') as f:
                lines = f.read().splitlines()
            for number, line in enumerate(lines, 1):
                if name in ('errors', 'warnings'):
                    m = re.match(r'(?:testdata/config-diagnostics/)?[^/]+/(\S+?):(\d+),', line)
                    if m:
                        yield name[:-1], m.group(1), int(m.group(2))
                else:
                    m = re.search(r'# (ERROR|WARNING): ', line)
                    if m:
                        yield m.group(1).lower(), os.path.relpath(path, folder), number


def judge(belay, group, folder):
    run = subprocess.run([belay, 'resources', '--root', folder, '--format', 'json', folder], capture_output=True, timeout=60)
    told = [(d['severity'], d['file'], d['line']) for d in json.loads(run.stdout)['diagnostics']]
    errors = [d for d in json.loads(run.stdout)['diagnostics'] if d['severity'] == 'error']
    want = list(marks(folder))
    wrong = [f'nothing says {w}' for w in want if w not in told]
    if group == 'valid' or (group == 'invalid-annotated' and not any(w[0] == 'error' for w in want)):
        wrong += [f'refused: {e}' for e in errors]
    elif not errors:
        wrong.append('accepted')
    if bool(errors) != (run.returncode == 3):
        wrong.append(f'exit code {run.returncode}')
    return wrong


def main():
    belay = os.path.abspath(sys.argv[1])
    top = corpora('languages', 'terraform-configs')
    with Tap() as tap:
        for group in sorted(os.listdir(top)):
            for case in sorted(os.listdir(os.path.join(top, group))):
                if case in ASIDE:
                    tap.skip(f'{group}/{case}', ASIDE[case])
                    continue
                wrong = judge(belay, group, os.path.join(top, group, case))
                tap.check(not wrong, f'{group}/{case}', '\n'.join(wrong))
    return tap.failed != 0


sys.exit(main())
