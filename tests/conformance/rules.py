#!/usr/bin/env python3
"""Scores `belay scan` on labelled cases of other scanners' rules that belay claims through aliases. Prints TAP, or with --write the figures.

usage: rules.py BELAY [--write FILE] [--misses] [--only PEER[:RULE]]

BELAY_CORPORA names the folder with rules/cases/PEER/PLATFORM/RULE/expected.json; unset, the tests are skipped. Labels marked unknown, config or
unverified are left out. tests/conformance/disagreements.yaml lists the labels that contradict the provider's documentation.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import corpora  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STANDALONE = ('kics', 'trivy', 'hadolint')
RECALL_BAR, FALSE_BAR = 95.0, 2.0


def load_disagreements():
    import yaml
    with open(os.path.join(HERE, 'disagreements.yaml')) as f:
        return yaml.safe_load(f) or []


def call(belay, words, cwd):
    p = subprocess.run([belay] + words, cwd=cwd, capture_output=True, timeout=120)
    if p.returncode not in (0, 1, 3):
        raise RuntimeError(f'{cwd}: exit {p.returncode}: {p.stderr.decode(errors="replace")[-200:]}')
    return json.loads(p.stdout)


def plain(address):
    return re.sub(r'(^|\.)data\.', r'\1', address or '').replace("'", '"').lower()


def is_resource(wanted, resource):
    want = plain(wanted)
    for key in ('address', 'typed_address'):
        have = plain(resource.get(key))
        if not have:
            continue
        bare = re.sub(r'\[[^\]]*\]', '', have)
        if want == have or ('[' not in want and want == bare) or have.endswith('.' + want) or want.endswith('.' + have):
            return True
    return False


def answers(finding, label, granularity):
    """Does the finding say what the label says?"""
    where, resource = finding['location'], finding.get('resource') or {}
    if label.get('file') is not None and os.path.normpath(where['file']) != os.path.normpath(label['file']):
        return False
    wanted, line = label.get('resource'), label.get('line')
    if granularity == 'file' or (wanted is None and line is None):
        return True
    first, last = where['start_line'], where.get('end_line', where['start_line'])
    top, bottom = resource.get('start_line', first), resource.get('end_line', last)
    if granularity == 'line' and line is not None:
        return first - 2 <= line <= last + 2 or top <= line <= bottom
    if wanted and wanted.startswith('/'):
        mine = (resource.get('address') or '').rsplit('.', 1)[-1].upper()
        return not mine or wanted.endswith('.') or mine == wanted.rsplit('.', 1)[-1].upper()
    if wanted and is_resource(wanted, resource):
        return True
    return line is not None and '[' not in (wanted or '') and abs(top - line) <= 1


def counted(label):
    return not (label.get('unknown') or label.get('config') or label.get('unverified'))


def findings_of_case(belay, folder, case):
    alone = set(case.get('standalone_files', []))
    if case['peer'] in STANDALONE:
        alone |= set(case['files'])
    groups = [[name] for name in sorted(alone)]
    if not alone or set(case['files']) - alone:
        groups.append(['.'])
    alias = f"{case['peer']}:{case['rule']}".lower()
    found = []
    for group in groups:
        report = call(belay, ['scan', '--no-config', '--quiet', '--root', '.', '--format', 'json'] + group, folder)
        for f in report['findings']:
            if f['result'] == 'fail' and alias in (a.lower() for a in f['aliases']):
                if group != ['.'] or os.path.normpath(f['location']['file']) not in alone:
                    found.append(f)
    return found


def disputed(label, case, disagreements):
    name = f"{case['peer']}:{case['rule']}".lower()
    return any(d['label'].lower() == name and all(d[k] == label.get(k) for k in ('file', 'resource', 'line') if d.get(k) is not None)
               for d in disagreements)


def judge(belay, folder, disagreements):
    with open(os.path.join(folder, 'expected.json')) as f:
        case = json.load(f)
    n, notes = collections.Counter(), []
    found = findings_of_case(belay, folder, case)
    unsure = {label['file'] for label in case.get('uncertain_fail', [])}
    for kind, hit, miss in (('fail', 'right', 'missed'), ('pass', 'false', 'clean')):
        for label in case[kind]:
            if not counted(label) or (kind == 'fail' and label.get('file') in unsure):
                continue
            if kind == 'pass' and label.get('resource') is None and any(x.get('file') == label.get('file') for x in case['fail']):
                continue
            good = any(answers(f, label, case['granularity']) for f in found)
            outcome = hit if good else miss
            n[outcome] += 1
            if disputed(label, case, disagreements):
                n['disputed'] += 1
                n['disputed ' + outcome] += 1
            if outcome in ('missed', 'false'):
                notes.append(f"{outcome} {case['peer']} {case['platform']} {case['rule']} {json.dumps(label)}")
    return case['peer'], case['platform'], n, notes


def claimed_cases(belay, top, only):
    rules = call(belay, ['rules', 'list', '--format', 'json'], '.')['rules']
    aliases = {a.lower() for r in rules for a in r['aliases']}
    for base, _, files in os.walk(os.path.join(top, 'rules', 'cases')):
        if 'expected.json' not in files:
            continue
        peer, _, rule = os.path.relpath(base, os.path.join(top, 'rules', 'cases')).split(os.sep)[:3]
        with open(os.path.join(base, 'expected.json')) as f:
            rule = json.load(f)['rule']
        if f'{peer}:{rule}'.lower() in aliases and (not only or f'{peer}:{rule}'.lower().startswith(only.lower())):
            yield base


def percent(a, b):
    return f'{100 * a / b:.1f}% ({a} of {b})' if b else 'none'


def table(totals):
    rows = ['| peer | platform | recall over failing labels | flagged among passing labels |', '|---|---|---|---|']
    for (peer, platform), n in sorted(totals.items()):
        rows.append(f"| {peer} | {platform} | {percent(n['right'], n['right'] + n['missed'])} | {percent(n['false'], n['false'] + n['clean'])} |")
    return rows


def write(path, totals, all_of_it):
    text = ['# Conformance', '', 'Written by `tests/conformance/rules.py`: belay against the labelled cases of the scanners whose rules it names as aliases, for the rules it claims.',
            '', *table(totals), '',
            f"In all: recall {percent(all_of_it['right'], all_of_it['right'] + all_of_it['missed'])}, flagged among passing labels {percent(all_of_it['false'], all_of_it['false'] + all_of_it['clean'])}, "
            f"labels disputed with a source in `tests/conformance/disagreements.yaml`: {all_of_it['disputed']}.", '']
    with open(path, 'w') as f:
        f.write('\n'.join(text))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument('belay')
    ap.add_argument('--write')
    ap.add_argument('--misses', action='store_true')
    ap.add_argument('--only')
    a = ap.parse_args()
    top = corpora()
    belay = os.path.abspath(a.belay)
    disagreements = load_disagreements()
    folders = sorted(claimed_cases(belay, top, a.only))
    totals, whole, notes = collections.defaultdict(collections.Counter), collections.Counter(), []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for peer, platform, n, more in pool.map(lambda f: judge(belay, f, disagreements), folders):
            totals[(peer, platform)].update(n)
            whole.update(n)
            notes += more
    if a.write:
        write(a.write, totals, whole)
        return
    labels = whole['right'] + whole['missed'] + whole['false'] + whole['clean']
    recall = 100 * whole['right'] / max(1, whole['right'] + whole['missed'])
    false = 100 * whole['false'] / max(1, whole['false'] + whole['clean'])
    print('1..3')
    print(f"{'ok' if recall >= RECALL_BAR else 'not ok'} 1 - recall over claimed rules is {RECALL_BAR}% or better ({recall:.1f}%)")
    print(f"{'ok' if labels and false <= FALSE_BAR else 'not ok'} 2 - at most {FALSE_BAR}% of passing labels are flagged ({false:.1f}%)")
    print(f"{'ok' if whole['disputed'] <= 0.03 * labels else 'not ok'} 3 - at most 3% of labels are disputed ({whole['disputed']} of {labels})")
    for row in table(totals):
        print('#', row)
    for note in notes if a.misses else notes[:40]:
        print('#', note)


if __name__ == '__main__':
    main()
