#!/usr/bin/env python3
"""Dockerfile -> image -> workload in a repository of eight services, against what reading it by hand gave. Prints TAP.

usage: image_chains.py BELAY

BELAY_CORPORA names the folder with languages/real/Azure-Samples__aks-store-demo; unset, the test is skipped.
"""
import collections
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import Tap, corpora

IMAGES = 'image:ghcr.io/azure-samples/aks-store-demo/'
VERSION = '2.2.0'
# service: (the stage its Dockerfile ends with, files whose manifests run the image, base images)
SERVICES = {
    'ai-service': ('0', ['ai-service.yaml', 'kustomize/overlays/kaito/ai-service.yaml'], ['python:3.12.7-alpine']),
    'makeline-service': ('runner', ['aks-store-all-in-one.yaml', 'kustomize/base/makeline-service.yaml'], ['golang:1.26-alpine', 'alpine:3.22']),
    'order-service': ('builder', ['aks-store-all-in-one.yaml', 'aks-store-quickstart.yaml', 'kustomize/base/order-service.yaml'], ['node:24.14-alpine']),
    'product-service': ('runner', ['aks-store-all-in-one.yaml', 'aks-store-quickstart.yaml', 'kustomize/base/product-service.yaml'],
                        ['rust:1.96', 'debian:bookworm-slim']),
    'store-admin': ('runner', ['aks-store-all-in-one.yaml', 'kustomize/base/store-admin.yaml'], ['node:24.14-alpine', 'nginx:stable-alpine-slim']),
    'store-front': ('runner', ['aks-store-all-in-one.yaml', 'aks-store-quickstart.yaml', 'kustomize/base/store-front.yaml'],
                    ['node:24.14-alpine', 'nginx:stable-alpine-slim']),
    'virtual-customer': ('runner', ['aks-store-all-in-one.yaml', 'kustomize/base/virtual-customer.yaml'], ['rust:1.80', 'debian:bookworm-slim']),
    'virtual-worker': ('runner', ['aks-store-all-in-one.yaml', 'kustomize/base/virtual-worker.yaml'], ['rust:1.80', 'debian:bookworm-slim']),
}


def judge(service, nodes, edges, final, runners, bases):
    """What is wrong with the chain of one service; empty where nothing is."""
    dockerfile, image = f'src/{service}/Dockerfile', f'{IMAGES}{service}:{VERSION}'
    stages = [n for n in nodes if n.startswith('code:') and f':{dockerfile}:' in n]
    builds = [e for e in edges['builds'] if e['from'] in stages]
    by_pipeline = [e for e in builds if e['to'] == image and e['file'] == f'.github/workflows/package-{service}.yaml']
    wrong = []
    if not by_pipeline:
        wrong.append('its workflow builds no image that the manifests run')
    if len({e['from'] for e in builds}) != 1:
        wrong.append('not just one stage is built')
    elif builds[0]['from'].rsplit(':', 1)[1] != final:
        wrong.append(f'{builds[0]["from"]} is not the last stage')
    for file in runners:
        if not any(e['to'] == image and e['file'] == file for e in edges['runs']):
            wrong.append(f'nothing in {file} runs it')
    if not any(e['to'] == image and e['file'] == f'.github/workflows/package-{service}.yaml' for e in edges['pushes']):
        wrong.append('nothing pushes it')
    others = [e['to'] for e in builds if not e['to'].split(':')[1].rsplit('/', 1)[-1].endswith(service)]
    if others:
        wrong.append(f'its Dockerfile makes {others}')
    refers = {e['to'] for e in edges['refers'] if e['from'] in stages}
    for base in bases:
        if f'image:docker.io/library/{base}' not in refers:
            wrong.append(f'no stage begins from {base}')
    return wrong


def main():
    belay = os.path.abspath(sys.argv[1])
    folder = corpora('languages', 'real', 'Azure-Samples__aks-store-demo')
    p = subprocess.run([belay, 'dump', '--stage', 'graph', '--format', 'json', '--root', '.', '.'], cwd=folder, capture_output=True, timeout=120)
    graph = json.loads(p.stdout)
    nodes, edges = {n['id'] for n in graph['nodes']}, collections.defaultdict(list)
    for edge in graph['edges']:
        edges[edge['kind']].append(edge)
    folders = sorted(d for d in os.listdir(os.path.join(folder, 'src')) if os.path.exists(os.path.join(folder, 'src', d, 'Dockerfile')))
    with Tap() as t:
        t.check(folders == sorted(SERVICES), 'every folder with a Dockerfile is a service that was looked at', folders)
        for service in sorted(SERVICES):
            wrong = judge(service, nodes, edges, *SERVICES[service])
            t.check(not wrong, f'{service}: Dockerfile, image, workload', '\n'.join(wrong))
    return 1 if t.failed else 0


if __name__ == '__main__':
    sys.exit(main())
