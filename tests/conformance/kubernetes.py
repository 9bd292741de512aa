#!/usr/bin/env python3
"""usage: kubernetes.py BELAY

Every manifest, overlay and chart of the repositories kubernetes/examples and aks-store-demo is recognised: each object that a file declares is a
resource with its address, or a part of an overlay's or of a chart's; nothing is refused that kubectl takes. And files that no reader should read
to the end (a sparse gigabyte in one line) end at a limit. BELAY_CORPORA names the folder that holds languages/; without it the tests are
skipped. Prints TAP.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import Tap, corpora  # noqa: E402

# What is told of these files, and why it is right. kubectl takes the last of two equal keys, and says so no more than this.
TOLD = {
    '_archived/openshift-origin/etcd-controller.yaml': "written twice, the last one counts: key 'selector'",
    '_archived/openshift-origin/etcd-discovery-controller.yaml': "written twice, the last one counts: key 'selector'",
    '_archived/openshift-origin/openshift-controller.yaml': "written twice, the last one counts: key 'selector'",
    '_archived/persistent-volume-provisioning/quobyte/quobyte-admin-secret.yaml': "written twice, the last one counts: key 'type'",
    '_archived/volumes/scaleio/sc-pvc.yaml': "written twice, the last one counts: key 'storageClassName'",
    # azd writes these when it deploys
    'kustomize/overlays/azd/ai-service/kustomization.yaml': "'kustomize/overlays/azd/ai-service/.env' could not be read",
    'kustomize/overlays/azd/makeline-service/kustomization.yaml': "'kustomize/overlays/azd/makeline-service/.env' could not be read",
    'kustomize/overlays/azd/order-service/kustomization.yaml': "'kustomize/overlays/azd/order-service/.env' could not be read",
    'charts/aks-store-demo/Chart.yaml': "the templates of the Helm chart 'aks-store-demo-chart' are not analysed",
}

# The overlays of aks-store-demo, and how many objects each is, counted by hand along their `resources`: the base is 16.
OVERLAYS = {
    'kustomize/overlays/azd/ai-service': 4,
    'kustomize/overlays/azd/makeline-service': 4,
    'kustomize/overlays/azd/order-service': 4,
    'kustomize/overlays/azd/product-service': 2,
    'kustomize/overlays/azd/store-admin': 2,
    'kustomize/overlays/azd/store-front': 2,
    'kustomize/overlays/dev': 16,
    'kustomize/overlays/kaito': 20,
}


def declared(path):
    """The (kind, name) of each object of a manifest, by its text alone: `kind:` and the `name:` of `metadata:` at the left margin."""
    with open(path, encoding='utf-8') as f:
        text = f.read()
    for part in re.split(r'^---.*$', text, flags=re.M):
        kind = re.search(r'^kind:\s*["\']?(\w+)', part, flags=re.M)
        version = re.search(r'^apiVersion:', part, flags=re.M)
        name = re.search(r'^metadata:\s*(?:#.*)?\n(?:\s*#.*\n)*( +)(?:.*\n(?:\1 .*\n)*\1)*?name:\s*["\']?([^\s"\'#]+)', part, flags=re.M)
        if kind and version and name and not kind.group(1).endswith('List'):
            yield kind.group(1), name.group(2)


def report_of(belay, folder):
    run = subprocess.run([belay, 'resources', '--root', folder, folder, '--format', 'json'], capture_output=True, timeout=120)
    return json.loads(run.stdout), run.returncode


def manifests(folder):
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.relpath(os.path.join(base, name), folder)
            if name.endswith(('.yaml', '.yml')) and not path.startswith(('.github/', 'charts/', 'infra/')):
                yield path


def check_repository(tap, belay, folder, name):
    report, _ = report_of(belay, folder)
    have = {}
    for r in report['resources']:
        have.setdefault(r['file'], set()).add((r['address'].split('.')[0], r['address'].split('.', 2)[-1]))
    missing, objects = [], 0
    for path in manifests(folder):
        for kind, label in declared(os.path.join(folder, path)):
            if kind == 'Kustomization':
                continue
            objects += 1
            if (kind, label) not in have.get(path, ()):
                missing.append(f'{path}: {kind} {label}')
    tap.check(not missing and objects > 60, f'{name}: each of {objects} objects is a resource at its file', '\n'.join(missing))
    told = [d for d in report['diagnostics'] if not d['file'].startswith('infra/')]
    wrong = [f'{d["file"]}: {d["severity"]}: {d["message"]}' for d in told if TOLD.get(d['file'], '\0') not in d['message']]
    tap.check(not wrong, f'{name}: nothing is told but what is known to be', '\n'.join(wrong))
    tap.check(not [d for d in told if d['severity'] == 'error'], f'{name}: nothing is refused', told)
    return report


def check_store(tap, report):
    for overlay, count in OVERLAYS.items():
        have = [r['address'] for r in report['resources'] if r['root'] == overlay]
        tap.check(len(have) == count, f'{overlay} is {count} objects', have)
    charts = [r for r in report['resources'] if r['type'] == 'helm/Chart']
    images = charts[0]['properties']['images'] if charts else []
    tap.check(len(charts) == 1 and len([i for i in images if 'aks-store-demo' in i]) == 8, 'the chart names the images of its 8 services', images)
    tap.check(not [r for r in report['resources'] if '/templates/' in r['file']], 'no template is taken for a manifest', '')


def check_limits(tap, belay):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'line.yaml'), 'wb') as f:
            f.write(b'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: "' + b'x' * 100000)  # a file that begins with zeros is a binary
            f.truncate(1 << 30)
        begun = time.monotonic()
        report, code = report_of(belay, folder)
        seconds = time.monotonic() - begun
    told = [d['message'] for d in report['diagnostics']]
    tap.check(code == 3 and len(told) == 1 and 'larger than' in told[0], 'a gigabyte in one line ends at a limit', f'{code} {told}')
    tap.check(seconds < 2, 'which is met before it is read', f'{seconds:.1f} s')


def main():
    belay = os.path.abspath(sys.argv[1])
    top = corpora('languages', 'real')
    with Tap() as tap:
        check_repository(tap, belay, os.path.join(top, 'kubernetes__examples'), 'kubernetes/examples')
        check_store(tap, check_repository(tap, belay, os.path.join(top, 'Azure-Samples__aks-store-demo'), 'aks-store-demo'))
        check_limits(tap, belay)
    return tap.failed != 0


sys.exit(main())
