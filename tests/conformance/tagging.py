#!/usr/bin/env python3
"""usage: tagging.py BELAY

Tags a copy of every real repository, and asks that what is tagged still declares what it declared, that tagging again changes nothing, and that
tagging after the commit of the tags settles: what tagging itself wrote does not count as a change.

BELAY_CORPORA names the folder that holds languages/; without it the test is skipped. Prints TAP.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import Tap, corpora  # noqa: E402


def git(folder, *words):
    subprocess.run(['git', '-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'core.autocrlf=false', *words], cwd=folder,
                   check=True, capture_output=True)


def commit(folder):
    git(folder, 'add', '-A', '--force')
    git(folder, 'commit', '-q', '--allow-empty', '-m', 'x')


def declared(belay, folder):
    """What stands where, and what is refused; tags are left out."""
    run = subprocess.run([belay, 'scan', '--quiet', '--root', '.', '--format', 'json', '.'], cwd=folder, capture_output=True, timeout=120)
    report = json.loads(run.stdout)
    errors = sorted((d['file'], d['message']) for d in report['diagnostics'] if d['severity'] == 'error')
    return report['summary']['resources'], errors


def tag(belay, folder):
    run = subprocess.run([belay, 'tag', '--quiet', '--root', '.', '--format', 'json', '.'], cwd=folder, capture_output=True, timeout=120)
    return json.loads(run.stdout)


def check(t, belay, repository, folder):
    name = os.path.basename(repository)
    shutil.copytree(repository, folder, symlinks=True)
    git(folder, 'init', '-q', '.')
    commit(folder)
    before = None
    first = tag(belay, folder)
    if first['changed']:
        before = declared(belay, repository)
    left = [r for r in first['resources'] if r['why'] == 'the file would not be read any more']
    t.check(not left, f'{name}: every file that is tagged can be read', left[:3])
    bare = [r for r in first['resources'] if r['outcome'] != 'skipped' and not r['trace']]
    t.check(not bare, f'{name}: all that is tagged has a trace tag', bare[:3])
    after = declared(belay, folder) if first['changed'] else None
    t.check(before == after, f'{name}: with tags it declares what it did', f'{before}\n{after}')
    if not first['changed']:
        return 0
    again = tag(belay, folder)
    t.check(again['changed'] == 0, f'{name}: tagging again changes nothing', [r for r in again['resources'] if r['outcome'] == 'changed'][:3])
    commit(folder)
    tag(belay, folder)
    commit(folder)
    last = tag(belay, folder)
    t.check(last['changed'] == 0, f'{name}: tagging after a commit settles', [r for r in last['resources'] if r['outcome'] == 'changed'][:3])
    return len([r for r in first['resources'] if r['outcome'] != 'skipped'])


def main(belay):
    real = corpora('languages', 'real')
    total = 0
    with Tap() as t:
        for name in sorted(os.listdir(real)):
            with tempfile.TemporaryDirectory() as folder:
                total += check(t, belay, os.path.join(real, name), os.path.join(folder, 'copy'))
        t.check(total > 1500, 'most of the corpora takes tags', total)


main(os.path.abspath(sys.argv[1]))
