#!/usr/bin/env python3
"""usage: github.py BELAY

Every GitHub workflow and action of the real repositories evaluates without an error, and each step that is written in one is a step of it, with the
expressions of its script where they are written. BELAY_CORPORA names the folder that holds languages/; without it the test is skipped. Prints TAP.
"""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import Tap, corpora  # noqa: E402

STEP = re.compile(r'^\s*- (?:name|id|if|uses|run|shell|env|with|working-directory|continue-on-error|timeout-minutes): ?')
STEPS = re.compile(r'^(\s*)steps:\s*$')


def written_steps(text):
    """The lines on which an element of a `steps` list begins."""
    lines, at, inside = [], None, None
    for number, line in enumerate(text.split('\n'), 1):
        bare = line.lstrip()
        if not bare or bare.startswith('#'):
            continue
        indent = len(line) - len(bare)
        match = STEPS.match(line)
        if at is not None and (indent < at or (indent == at and not bare.startswith('- '))):
            at = inside = None
        if match:
            at, inside = len(match.group(1)), None
        elif at is not None and bare.startswith('- '):
            inside = indent if inside is None else inside
            if indent == inside and STEP.match(line):
                lines.append(number)
    return lines


def files(folder):
    found = []
    for root, dirs, names in os.walk(folder):
        dirs[:] = [d for d in dirs if d != '.git']
        for name in names:
            path = os.path.relpath(os.path.join(root, name), folder)
            workflow = '.github/workflows' in path.replace(os.sep, '/') and name.endswith(('.yml', '.yaml'))
            if workflow or name in ('action.yml', 'action.yaml'):
                found.append(path)
    return sorted(found)


def judge(belay, folder, paths):
    p = subprocess.run([belay, 'resources', '--root', '.', '--format', 'json', *paths], cwd=folder, capture_output=True, text=True, timeout=120)
    document = json.loads(p.stdout)
    wrong = [f"{d['file']}:{d['line']}: {d['message']}" for d in document['diagnostics'] if d['severity'] == 'error']
    steps = {(r['file'], r['start_line']) for r in document['resources'] if r['type'] == 'github/step'}
    whole = {r['file'] for r in document['resources'] if r['type'] in ('github/workflow', 'github/action')}
    wrong += [f'{path}: no workflow and no action' for path in paths if path not in whole]
    written = 0
    for path in paths:
        with open(os.path.join(folder, path), encoding='utf-8') as f:
            for line in written_steps(f.read()):
                written += 1
                if (path, line) not in steps:
                    wrong.append(f'{path}:{line}: no step')
    return wrong, written


def main():
    folder = corpora('languages', 'real')
    total = 0
    with Tap() as tap:
        for repository in sorted(os.listdir(folder)):
            inside = os.path.join(folder, repository)
            paths = files(inside) if os.path.isdir(inside) else []
            if not paths:
                continue
            wrong, written = judge(os.path.abspath(sys.argv[1]), inside, paths)
            total += written
            tap.check(not wrong, f'{repository}: {len(paths)} workflows and actions, {written} steps', '\n'.join(wrong[:20]))
        tap.check(total > 0, f'{total} steps were looked for')
    return tap.failed != 0


sys.exit(main())
