#!/usr/bin/env python3
"""Measures how belay judges many manifests, and how it ends with hostile ones, which it writes itself.

usage: kubernetes.py --belay BIN [--runs N] [--keep DIR]

CPU seconds and peak memory are of whole processes on one worker, the median over the runs; each line names its bar, and the exit code is 1 when
one is missed. --keep writes the manifests to DIR and leaves them there.
"""
import sys

import bars

DEPLOYMENT = '''apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-{i}
  namespace: shop-{n}
  labels: {{app: web-{i}}}
spec:
  replicas: 2
  selector:
    matchLabels: {{app: web-{i}}}
  template:
    metadata:
      labels: {{app: web-{i}}}
    spec:
      serviceAccountName: web
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 20000
        seccompProfile: {{type: RuntimeDefault}}
      containers:
        - name: web
          image: registry.example.com/shop/web:1.{i}
          imagePullPolicy: Always
          ports:
            - containerPort: 8080
          livenessProbe: {{httpGet: {{path: /live, port: 8080}}}}
          readinessProbe: {{httpGet: {{path: /ready, port: 8080}}}}
          resources:
            requests: {{cpu: 100m, memory: 128Mi}}
            limits: {{cpu: 200m, memory: 256Mi}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {{drop: [ALL]}}
'''
SERVICE = '''apiVersion: v1
kind: Service
metadata:
  name: web-{i}
  namespace: shop-{n}
spec:
  selector: {{app: web-{i}}}
  ports:
    - port: 80
      targetPort: 8080
'''
MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'


def objects(n):
    return [(SERVICE if k % 2 else DEPLOYMENT).format(i=k // 2, n=k // 2 % 50) for k in range(n)]


def laughs():
    """Each line ten times the line before."""
    lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n']
    for k in range(1, 20):
        lines.append(f'a{k}: &a{k} [' + ', '.join([f'*a{k - 1}'] * 10) + ']\n')
    return MAP + ''.join(lines)


def overlays(n):
    """An overlay with a patch for every object of its base."""
    patches = ''.join('  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata: {name: web-%d, namespace: shop-%d}\n'
                      '      spec: {replicas: 3}\n' % (k, k % 50) for k in range(n // 2))
    return {'base/kustomization.yaml': 'resources: [all.yaml]\n', 'base/all.yaml': '---\n'.join(objects(n)),
            'prod/kustomization.yaml': 'resources: [../base]\nnamePrefix: prod-\ncommonLabels: {env: prod}\n'
            'images: [{name: registry.example.com/shop/web, newTag: "2"}]\npatches:\n' + patches}


def towers(levels):
    """Bases that each include the next twice."""
    files = {f'b{k}/kustomization.yaml': f'resources: [../b{k + 1}, ../b{k + 1}]\n' for k in range(levels)}
    files[f'b{levels}/kustomization.yaml'] = 'resources: [m.yaml]\n'
    files[f'b{levels}/m.yaml'] = MAP
    return files


# name: (files, most CPU seconds, most MB)
CASES = {
    '10,000 manifests, a file each': (lambda: {f'm{k}.yaml': text for k, text in enumerate(objects(10000))}, 2, 200),
    '10,000 manifests in one file': (lambda: {'all.yaml': '---\n'.join(objects(10000))}, 2, 200),
    'an overlay of 2,000 manifests and 1,000 patches': (lambda: overlays(2000), 2, 200),
    'aliases of aliases, 10 ** 20': (lambda: {'m.yaml': laughs()}, 1, 50),
    'nested 100,000 deep': (lambda: {'m.yaml': MAP + 'data: ' + '[' * 100000 + ']' * 100000 + '\n'}, 1, 50),
    'a million documents': (lambda: {'m.yaml': MAP + '---\n' * 1000000}, 2, 200),
    '270,000 documents of one object': (lambda: {'m.yaml': ('---\n' + MAP) * 270000}, 5, 500),
    'one line of 8 MB': (lambda: {'m.yaml': MAP + 'data: {a: "' + 'x' * 8000000 + '"}\n'}, 1, 100),
    '1,000,000 keys': (lambda: {'m.yaml': MAP + 'data:\n' + ''.join(f'  k{k}: v\n' for k in range(1000000))}, 3, 500),
    'bases of bases, 2 ** 30': (lambda: towers(30), 2, 200),
    'policies for all pods, 10,000 * 10,000': (lambda: {'m.yaml': ''.join(
        'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n%d}\nspec: {podSelector: {}}\n---\n'
        'apiVersion: v1\nkind: Pod\nmetadata: {name: p%d}\n---\n' % (k, k) for k in range(10000))}, 3, 300),
}


if __name__ == '__main__':
    sys.exit(bars.main(CASES))
