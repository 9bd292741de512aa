#!/usr/bin/env python3
"""usage: estates.py BELAY [--only REPO] [--seed N] [--misses] [--keep DIR] [--formats LIST] [--write FILE]

Simulated estates: for each repository of the corpora's languages/real that declares what a cloud runs, `belay simulate` makes what would run
(5% renamed, 5% drifted, 10% shadow, tags stripped from half) and `belay map` is held to the truth, without state files. It is done twice: with the
repositories as they are, and with trace tags that `belay tag` has written into copies of them, which is what finds a renamed asset again and tells
equal roots apart. Counted over all estates of one kind together:

  precision      of the links claimed at 0.95 or more (bar 99.5%) and in [0.8, 0.95) (bar 97%)
  calibration    in each 0.05 bin with 200 links or more the share that is true is at least the claim less 0.03
  recall         of the true links, those claimed at 0.8 or more (bar 95%; RECALL is what something has broken below), leaving out assets both renamed
                 and stripped of tags
  images         the same three over images and the Dockerfiles they were built from, by digest and history, names and labels (from half of them stripped); what
                 others made (the databases of a cluster, another repository's images) must not be claimed. Recall leaves none out, and its bar is met

What another asset's row holds (a subnet) is right when it is found and not missed when it is not. --misses prints each wrong and each missed
link by type. BELAY_CORPORA names the folder that holds languages/; without it the test is skipped. Prints TAP.
"""
import argparse
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import Tap, corpora  # noqa: E402

CHANGES = ['--rename', '5', '--drift', '5', '--shadow', '10', '--strip-tags', '50', '--now', '2026-03-01T12:00:00Z']
FORMATS = 'aws-config,aws-tags,azure,google,kubernetes,images'
OK = 0.8
IMAGE_RECALL = 0.95
RECALL = {False: 0.91, True: 0.95}  # without and with trace tags. Without, equal roots are told apart by nothing in the exports
Estate = collections.namedtuple('Estate', 'name truth links drift images')


def snapshots_in(folder):
    """Each export; images/ is one as a whole."""
    return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name != 'truth.json')


def run_map(belay, top, name, snapshots):
    out = subprocess.run([belay, 'map', '-q', '--format', 'json', *snapshots, name], cwd=top, capture_output=True, timeout=600, check=False)
    if out.stdout:
        return json.loads(out.stdout)
    print(f"# {name}: {out.stderr.decode(errors='replace')[:400]}")
    return {'links': [], 'drift': [], 'images': []}


def run_estate(belay, top, name, seed, folder, formats):
    os.makedirs(folder, exist_ok=True)
    subprocess.run([belay, 'simulate', '-q', '-o', folder, '--seed', str(seed), '--formats', formats, *CHANGES, name], cwd=top, check=False,
                   timeout=600)
    with open(os.path.join(folder, 'truth.json'), encoding='utf-8') as f:
        truth = json.load(f)
    if not truth['links'] and not truth['images']:
        return None
    snapshots = [x for path in snapshots_in(folder) for x in ('--snapshot', path)]
    said = run_map(belay, top, name, snapshots)
    return Estate(name, truth, said['links'], said['drift'], said['images'])


def asset_key(name):
    """Kubernetes' objects have no id but their uid: belay writes k8s://UID/NAMESPACE/KIND/NAME."""
    name = name.lower()
    return name.split('/')[2] if name.startswith('k8s://') else name


def code_key(code):
    return code['repo'], code['root'], code['address']


class Claims:
    """What is claimed with which confidence and is right, and how much of what is true is found."""

    def __init__(self):
        self.all = []  # (confidence, right)
        self.expected = self.found = self.named = 0

    def add(self, confidence, right):
        self.all.append((confidence, right))

    def expect(self, confidence):
        """named: claimed for less, as one candidate of several, mostly because equal configurations are all deployed."""
        self.expected += 1
        self.found += confidence >= OK
        self.named += 0 < confidence < OK

    def precision(self, low, high):
        rights = [right for confidence, right in self.all if low <= confidence < high]
        return sum(rights), len(rights)

    def recall(self):
        return share(self.found, self.expected)

    def over_confident(self):
        counts = collections.defaultdict(lambda: [0, 0, 0.0])
        for confidence, right in self.all:
            counted = counts[int(confidence * 20 + 1e-9)]
            counted[0] += right
            counted[1] += 1
            counted[2] += confidence
        return [f'{b / 20:.2f}: {right} of {n}, claimed {claimed / n:.3f}' for b, (right, n, claimed) in sorted(counts.items())
                if n >= 200 and right / n < claimed / n - 0.03]


class Score:
    def __init__(self):
        self.links, self.images = Claims(), Claims()
        self.by_name = collections.defaultdict(lambda: [0, 0])  # how much of the name code says: found, expected
        self.not_drifted = []
        self.drift = [0, 0, 0]  # said and true, said, true
        self.wrong = collections.defaultdict(list)
        self.missed = collections.defaultdict(list)
        self.image_faults = []

    def add(self, estate):
        self.add_links(estate)
        self.add_images(estate)

    def add_links(self, estate):
        by_asset = {}  # what a controller made is its workload's
        for link in estate.truth['links']:
            by_asset[link['asset'].lower()] = link
        for derived in estate.truth['derived']:
            by_asset[derived['asset'].lower()] = by_asset.get(derived['owner'].lower())
        best = collections.defaultdict(float)
        for link in estate.links:
            if link['kind'] != 'provisions':
                continue
            true = by_asset.get(asset_key(link['asset']['id']))
            right = true is not None and code_key(link['code']) in [code_key(true), *map(code_key, true['also'])]
            self.links.add(link['confidence'], right)
            if right:
                best[true['asset'].lower()] = max(best[true['asset'].lower()], link['confidence'])
            elif link['confidence'] >= OK:
                self.wrong[link['asset']['type']].append((link, true))
        true = {(d['asset'].lower(), d['path'].lower()) for d in estate.truth['drift'] if best[d['asset'].lower()] >= OK}
        said = {(asset_key(d['asset']), d['path'].lower()) for d in estate.drift}
        for i, places in enumerate((true & said, said, true)):
            self.drift[i] += len(places)
        for place in sorted(said - true):
            self.not_drifted.append(place)
        for link in estate.truth['links']:
            if link['within'] or (link['renamed'] and link['tags_stripped']):
                continue
            found = best[link['asset'].lower()] >= OK
            self.links.expect(best[link['asset'].lower()])
            self.by_name[link['name_known']][0] += found
            self.by_name[link['name_known']][1] += 1
            if not found:
                self.missed[link['type']].append((link, best[link['asset'].lower()]))

    def add_images(self, estate):
        files = {image['digest']: image['file'] for image in estate.truth['images']}
        best = collections.defaultdict(float)
        for image in estate.images:
            if not image['built_from']:
                continue
            right = files.get(image['digest']) == image['built_from']['file']
            self.images.add(image['confidence'], right)
            if right:
                best[image['digest']] = image['confidence']
            elif image['confidence'] >= OK:
                self.image_faults.append(f"wrong: {image['names']} {image['confidence']:.3f} {image['built_from']['file']}, made from {files.get(image['digest'])}")
        for digest, file in files.items():
            self.images.expect(best[digest])
            if best[digest] < OK:
                self.image_faults.append(f'missed: {best[digest]:.3f} {file}')


def share(part, whole):
    return part / whole if whole else 1.0


def figures(claims):
    sure, probable = claims.precision(0.95, 2), claims.precision(OK, 0.95)
    return (f'{claims.expected:6} recall {100 * claims.recall():6.2f}%  >=0.95: {100 * share(*sure):6.2f}% of {sure[1]:5}  '
            f'>=0.80: {100 * share(*probable):6.2f}% of {probable[1]:5}')


def line_of(name, score):
    return f'{name:48} links {figures(score.links)}' + (f'\n# {"":48} images{figures(score.images)}' if score.images.expected else '')


def print_misses(score):
    for kind, items in sorted(score.wrong.items(), key=lambda x: -len(x[1])):
        print(f'# wrong: {len(items)} of {kind}')
        for link, true in items:
            said = ', '.join(f"{e['id']} {e['why']}" for e in link['evidence'])
            print(f"#   {link['confidence']:.3f} {link['code']['root']} {link['code']['address']} -> {link['asset']['id']} ({said})")
            print(f"#     truth: {true['root']} {true['address']}" + (' (renamed)' if true['renamed'] else '') if true else '#     truth: no code declares it')
    for fault in score.image_faults:
        print(f'# image {fault}')
    for asset, path in score.not_drifted:
        print(f'# no drift: {asset} {path}')
    for kind, items in sorted(score.missed.items(), key=lambda x: -len(x[1])):
        print(f'# missed: {len(items)} of {kind}')
        for link, best in items:
            marks = ' '.join(mark for mark in ('renamed', 'drifted', 'tags_stripped') if link[mark])
            print(f"#   {best:.3f} {link['root']} {link['address']} ({link['native_type']}) -> {link['asset']} {marks}")


def columns(claims):
    sure, probable = claims.precision(0.95, 2), claims.precision(OK, 0.95)
    if not claims.expected:
        return '| | | | |'
    return (f'| {claims.expected} | {100 * claims.recall():.1f}% | {100 * share(*sure):.1f}% of {sure[1]} | '
            f'{100 * share(*probable):.1f}% of {probable[1]} |')


def bars_of(claims):
    met = {'99.5% of the surest true': share(*claims.precision(0.95, 2)) >= 0.995, '97% of the next true': share(*claims.precision(OK, 0.95)) >= 0.97,
           'no claim over-confident': not claims.over_confident(), 'recall 95%': claims.recall() >= 0.95}
    return ['', 'Bars: ' + ', '.join(f"{bar} ({'met' if holds else 'not met'})" for bar, holds in met.items()) + '.']


def write(path, seed, plain, tagged):
    text = ['# Simulated estates', '', f'Written by `tests/conformance/estates.py` (seed {seed}): what real repositories declare, deployed by `belay simulate` with 5% renamed,',
            '5% drifted, 10% shadow and tags and labels stripped from half, and found again by `belay map` without any state file. Recall counts what is claimed at 0.8 or',
            'more. "Sure" are claims at 0.95 or more, "next" those in [0.8, 0.95): so much of them is true.']
    for title, kind, lines in (('Blocks and assets, trace tags written before', 'links', tagged), ('Blocks and assets, code as it is', 'links', plain),
                               ('Dockerfiles and images', 'images', plain)):
        text += ['', f'## {title}', '', f'| repository | {kind} | recall | sure | next |', '|---|---|---|---|---|']
        text += [f'| {name} {columns(getattr(score, kind))}' for name, score in lines if getattr(score, kind).expected]
        claims = getattr(lines[-1][1], kind)
        text += bars_of(claims)
        if kind == 'links' and claims.named:
            text += ['', f'Of {claims.expected - claims.found} that are not found, {claims.named} are named as one of several candidates: configurations that are equal, or differ in what '
                     'no export shows, are all deployed here, and what is of one is as likely of the other.']
    with open(path, 'w', encoding='utf-8') as f:
        f.write('\n'.join(text) + '\n')


def judge(t, claims, of, recall):
    right, claimed = claims.precision(0.95, 2)
    t.check(share(right, claimed) >= 0.995, f'of the {of} claimed at 0.95 or more 99.5% are true', f'{right} of {claimed}')
    right, claimed = claims.precision(OK, 0.95)
    t.check(share(right, claimed) >= 0.97, f'of the {of} claimed at 0.8 to 0.95 97% are true', f'{right} of {claimed}')
    over = claims.over_confident()
    t.check(not over, f'no claim on {of} is over-confident', '\n'.join(over))
    t.check(claims.recall() >= recall, f'{100 * recall:.0f}% of the true {of} are claimed at 0.8 or more', f'{claims.found} of {claims.expected}')


def names_of(top, options):
    return [name for name in sorted(os.listdir(top)) if not options.only or options.only in name]


def with_tags(belay, top, copies, options):
    """Copies of the repositories whose blocks have trace tags; returns the folder."""
    for name in names_of(top, options):
        copy = os.path.join(copies, name)
        shutil.copytree(os.path.join(top, name), copy, symlinks=True, dirs_exist_ok=True)
        subprocess.run([belay, 'tag', '-q', '--seed', str(options.seed), '--tags', 'yor_trace', '.'], cwd=copy, check=False, timeout=600, capture_output=True)
    return copies


def run_all(belay, top, work, options, tagged):
    """Scores of each repository, and of all together as the last; prints them."""
    total, lines, layouts = Score(), [], []
    print(f"# {'with trace tags' if tagged else 'as they are'}")
    for name in names_of(top, options):
        estate = run_estate(belay, top, name, options.seed, os.path.join(work, name), options.formats)
        if not estate:
            continue
        one = Score()
        one.add(estate)
        total.add(estate)
        print('# ' + line_of(name, one))
        lines.append((name.replace('__', '/'), one))
        layout = os.path.join(work, name, 'images')
        if os.path.isdir(layout):
            layouts.append((name, layout))
    for (name, _), (_, layout) in zip(layouts, layouts[1:]):
        total.add_images(Estate(name, {'images': []}, [], [], run_map(belay, top, name, ['--snapshot', layout])['images']))
    print('# ' + line_of('all', total))
    links = total.links
    print(f'# not found: {links.expected - links.found} links, {links.named} of them named among several candidates')
    print('# recall by how much of the name code says: ' +
          ', '.join(f'{known} {100 * share(*counts):.2f}% of {counts[1]}' for known, counts in sorted(total.by_name.items())))
    print(f'# drift, where the link is found: {total.drift[0]} of {total.drift[2]} are said; of {total.drift[1]} said '
          f'{100 * share(total.drift[0], total.drift[1]):.2f}% are true')
    if options.misses:
        print_misses(total)
    return lines + [('all', total)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('belay')
    parser.add_argument('--only')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--misses', action='store_true')
    parser.add_argument('--keep')
    parser.add_argument('--write')
    parser.add_argument('--formats', default=FORMATS)
    options = parser.parse_args()
    belay = os.path.abspath(options.belay)
    top = corpora('languages', 'real')
    work = os.path.abspath(options.keep or tempfile.mkdtemp(prefix='belay-estates-'))
    plain = run_all(belay, top, os.path.join(work, 'plain'), options, False)
    tagged = run_all(belay, with_tags(belay, top, os.path.join(work, 'repositories'), options), os.path.join(work, 'tagged'), options, True)
    if options.write:
        write(options.write, options.seed, plain, tagged)
    if not options.keep:
        shutil.rmtree(work)
    with Tap() as t:
        for lines, how in ((plain, 'links'), (tagged, 'links with trace tags')):
            judge(t, lines[-1][1].links, how, RECALL[lines is tagged])
        judge(t, plain[-1][1].images, 'images', IMAGE_RECALL)
    return t.failed != 0


sys.exit(main())
