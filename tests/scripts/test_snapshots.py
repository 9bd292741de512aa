#!/usr/bin/env python3
"""Snapshots of every kind, as golden cases have them: cut, packed, given in any order, and with secrets in them.

usage: test_snapshots.py BELAY GOLDEN

Of GOLDEN/map only the order of snapshots and repositories is changed, all else is of GOLDEN/snapshots.

The word m4rker stands wherever an export may hold a secret; no output may show it.
"""
import base64
import gzip
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from tap import Tap

SECRET = 'm4rker'
SECRETS = (SECRET, base64.b64encode(SECRET.encode()).decode())
PACKED = b'\x1f\x8b'
CUTS = (0.35, 0.7, 0.97)
# What one document says as a whole: of half of it nothing is left to use.
WHOLE = {'bundle.json', 'config.json', 'index.json', 'inspect.json', 'manifest.json', 'pods.json', 'provenance.json', 'report.json'}
VERBS = (['map'], ['map', '--format', 'json'], ['inventory'], ['inventory', '--format', 'json'], ['inventory', '--format', 'csv'], ['scan', '--format', 'json'],
         ['scan', '--format', 'sarif'], ['paths', '--format', 'json'], ['dump', '--stage', 'graph', '--format', 'json'])


class Case:
    def __init__(self, folder, work):
        self.name = os.path.basename(folder)
        self.folder = os.path.join(work, self.name)
        shutil.copytree(folder, self.folder)
        setup = os.path.join(self.folder, 'setup')
        if os.path.exists(setup):
            names = {f'GIT_{who}_{what}': value for who in ('AUTHOR', 'COMMITTER')
                     for what, value in (('NAME', 'A'), ('EMAIL', 'a@example.com'), ('DATE', '2026-01-01T00:00:00Z'))}
            subprocess.run(['sh', '-e', 'setup'], cwd=self.folder, check=True, env={**os.environ, **names, 'GIT_CONFIG_GLOBAL': '/dev/null'}, stdout=subprocess.DEVNULL)
        with open(os.path.join(self.folder, 'args'), encoding='utf-8') as f:
            words = f.read().split()
        self.snapshots, self.repos, self.code = [], [], []
        i = 1
        while i < len(words):
            wanted = {'--snapshot': self.snapshots, '--repo': self.repos, '--format': []}.get(words[i])
            i += wanted is not None
            (self.code if wanted is None else wanted).append(words[i])
            i += 1

    def files(self):
        """Each file of each snapshot."""
        for path in self.snapshots:
            full = os.path.join(self.folder, path)
            if not os.path.isdir(full):
                yield path
            elif not os.path.exists(os.path.join(full, 'oci-layout')):
                yield from (os.path.join(path, name) for name in sorted(os.listdir(full)))

    def read(self, path):
        with open(os.path.join(self.folder, path), 'rb') as f:
            return f.read()

    def write(self, path, data):
        with open(os.path.join(self.folder, path), 'wb') as f:
            f.write(data)


def run(belay, case, verb, snapshots, repos=None):
    words = [belay, *verb, *(w for s in snapshots for w in ('--snapshot', s)), *(w for r in repos or case.repos for w in ('--repo', r)), '--now', '2026-01-01T00:00:00Z', *case.code]
    return subprocess.run(words, cwd=case.folder, capture_output=True, timeout=60, check=False)


def mapped(belay, case, snapshots):
    p = run(belay, case, ['map', '--format', 'json'], snapshots)
    return json.loads(p.stdout) if p.stdout else None, p


def assets(said):
    return {link['asset']['id'] for link in said['links']} | {a['id'] for a in said['cloud_only']}


def check_orders(t, belay, case):
    want, problems = {}, []
    orders = itertools.product(itertools.permutations(case.snapshots), itertools.permutations(case.repos))
    for snapshots, repos in itertools.islice(orders, 24):
        for verb in (['map', '--format', 'json'], ['inventory', '--format', 'json'], ['map']):
            p = run(belay, case, verb, snapshots, repos)
            have = (p.stdout, p.stderr, p.returncode)
            if want.setdefault(tuple(verb), have) != have:
                problems.append(f'{" ".join(verb)}: {" ".join(snapshots + repos)}')
    t.check(not problems, f'{case.name}: the order of what is given changes nothing', '\n'.join(problems))


def check_gzip(t, belay, case):
    before = run(belay, case, ['map'], case.snapshots)
    for path in case.files():
        data = case.read(path)
        if data[:2] == PACKED:
            continue
        case.write(path, gzip.compress(data, mtime=0))
        after = run(belay, case, ['map'], case.snapshots)
        case.write(path, data)
        t.check((before.stdout, before.returncode) == (after.stdout, after.returncode), f'{case.name}: {os.path.basename(path)} is read packed, too',
                after.stderr.decode() + after.stdout.decode())


def cut_problems(case, path, data, share, whole, belay):
    case.write(path, data[:int(len(data) * share)])
    said, p = mapped(belay, case, case.snapshots)
    words = p.stderr.decode()
    yield p.returncode == 3, f'exit code {p.returncode}'
    yield path in words and re.search(r'byte \d+', words), f'says {words!r}'
    yield SECRET not in words, 'shows a secret'
    if said is None:
        yield len(case.snapshots) == 1 and share < 0.9, 'nothing was printed'
        return
    yield not said['code_only'], f"{[c['address'] for c in said['code_only']]} are called missing"
    yield assets(said) <= assets(whole), f'{assets(said) - assets(whole)} was not there before'
    if share > 0.9 and os.path.basename(path) not in WHOLE:
        yield assets(said), 'the rest is lost'


def check_cuts(t, belay, case):
    whole, _ = mapped(belay, case, case.snapshots)
    for path in case.files():
        data = case.read(path)
        if data[:2] == PACKED or path.endswith('.tar'):
            continue
        problems = []
        for share in CUTS:
            problems += [f'at {share}: {words}' for holds, words in cut_problems(case, path, data, share, whole, belay) if not holds]
        case.write(path, data)
        t.check(not problems, f'{case.name}: {os.path.basename(path)} cut short says where, and the rest counts', '\n'.join(problems))


def check_secrets(t, belay, case):
    said, _ = mapped(belay, case, case.snapshots)
    ids = [link['asset']['id'] for link in said['links']] + [a['id'] for a in said['cloud_only']]
    shown = []
    for verb in [*VERBS, *(['explain', i] for i in ids[:4])]:
        p = run(belay, case, verb, case.snapshots)
        for secret in SECRETS:
            if secret.encode() in p.stdout + p.stderr:
                shown.append(f'{" ".join(verb)} shows {secret}')
        if p.returncode == 2:
            shown.append(f'{" ".join(verb)} could not run: {p.stderr.decode()}')
    t.check(not shown, f'{case.name}: no output shows a secret', '\n'.join(shown))


def main(belay, folder):
    with Tap() as t, tempfile.TemporaryDirectory() as work:
        for name in sorted(os.listdir(os.path.join(folder, 'map'))):
            case = Case(os.path.join(folder, 'map', name), work)
            if len(case.snapshots) > 1 or len(case.repos) > 1:
                check_orders(t, belay, case)
        for name in sorted(os.listdir(os.path.join(folder, 'snapshots'))):
            case = Case(os.path.join(folder, 'snapshots', name), work)
            if len(case.snapshots) > 1:
                check_orders(t, belay, case)
            check_gzip(t, belay, case)
            if 'refused' not in name:
                check_cuts(t, belay, case)
            check_secrets(t, belay, case)
    return t.failed != 0


sys.exit(main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])))
