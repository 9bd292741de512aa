#!/usr/bin/env python3
"""usage: azure_pipelines.py BELAY

Every Azure pipeline of the real repositories evaluates without an error, and each step that is written in one is a step of it. BELAY_CORPORA names the
folder that holds languages/; without it the test is skipped. Prints TAP.
"""
import collections
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import Tap, corpora  # noqa: E402

STEP = re.compile(r'^\s*- (?:task|script|bash|pwsh|powershell|checkout): ')
TOP = re.compile(r'^(?:steps|jobs|stages|extends):', re.M)
# what tells Azure's apart from others that have jobs and steps
OURS = re.compile(r'^\s*(?:- task: \w+@\d|vmImage:|- deployment:|- template: )', re.M)


def pipelines(folder):
    """Paths by repository."""
    found = collections.defaultdict(list)
    for root, dirs, files in os.walk(folder):
        dirs[:] = [d for d in dirs if d != '.git']
        for name in files:
            path = os.path.join(root, name)
            if not name.endswith(('.yml', '.yaml')) or '.github' in path:
                continue
            with open(path, encoding='utf-8', errors='replace') as f:
                text = f.read()
            if TOP.search(text) and OURS.search(text):
                repository = os.path.relpath(path, folder).split(os.sep)[0]
                found[repository].append(os.path.relpath(path, os.path.join(folder, repository)))
    return found


def judge(belay, folder, paths):
    p = subprocess.run([belay, 'resources', '--root', '.', '--format', 'json', *paths], cwd=folder, capture_output=True, text=True, timeout=120)
    document = json.loads(p.stdout)
    wrong = [f"{d['file']}:{d['line']}: {d['message']}" for d in document['diagnostics'] if d['severity'] == 'error']
    steps = {(r['file'], r['start_line']) for r in document['resources'] if r['type'] == 'azure-pipelines/step'}
    written = 0
    for path in paths:
        with open(os.path.join(folder, path), encoding='utf-8') as f:
            text = f.read()
        for number, line in enumerate(text.split('\n'), 1):
            # below a condition that is known a step may be left out
            if STEP.match(line) and '${{ if' not in text:
                written += 1
                if (path, number) not in steps:
                    wrong.append(f'{path}:{number}: no step')
    return wrong, written


def main():
    folder = corpora('languages', 'real')
    total = 0
    with Tap() as tap:
        for repository, paths in sorted(pipelines(folder).items()):
            wrong, written = judge(os.path.abspath(sys.argv[1]), os.path.join(folder, repository), sorted(paths))
            total += written
            tap.check(not wrong, f'{repository}: {len(paths)} pipelines, {written} steps', '\n'.join(wrong[:20]))
        tap.check(total > 0, f'{total} steps were looked for')
    return tap.failed != 0


sys.exit(main())
