#!/usr/bin/env python3
"""usage: kustomize.py BELAY [CASE...]  or  kustomize.py BELAY --random N [SEED]

Builds small kustomizations with belay and with `kubectl kustomize`, and compares what comes out, object by object. The order of objects and of
their fields does not count. Without kubectl the tests are skipped: it is run by hand. Prints TAP.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import Tap  # noqa: E402

DEPLOYMENT = '''apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      serviceAccountName: runner
      initContainers:
        - name: init
          image: busybox:1.36
      containers:
        - name: web
          image: registry.example.com:5000/shop/web:1.0
          ports:
            - containerPort: 80
            - containerPort: 443
              name: tls
          env:
            - name: A
              value: "1"
            - name: B
              valueFrom: {configMapKeyRef: {name: settings, key: b}}
          envFrom:
            - secretRef: {name: keys}
          volumeMounts:
            - {name: data, mountPath: /data}
        - name: side
          image: nginx
      volumes:
        - name: data
          configMap: {name: settings}
'''
SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector: {app: web}\n  ports: [{port: 80, targetPort: 80}]\n'
ACCOUNT = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: runner}\n'
RBAC = '''apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [secrets], resourceNames: [keys, other], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reads}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
  - {kind: ServiceAccount, name: runner}
  - {kind: ServiceAccount, name: default}
  - {kind: User, name: web}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reads-all}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
  - {kind: ServiceAccount, name: runner, namespace: old}
'''
STATEFUL = '''apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - {name: db, image: postgres@sha256:0000000000000000000000000000000000000000000000000000000000000000}
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - labelSelector: {matchLabels: {app: db}}
              topologyKey: zone
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], storageClassName: fast}
'''
CRON = '''apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 0 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - {name: job, image: "busybox", args: ["$(WEB_NAME)", "x-$(WEB_NAME)-$(OTHER)"]}
          volumes: [{name: s, secret: {secretName: keys}}]
'''
MORE = '''apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: only}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: [{from: [{podSelector: {matchLabels: {app: front}}}]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: in, annotations: {nginx.ingress.kubernetes.io/auth-secret: keys}}
spec:
  ingressClassName: nginx
  tls: [{hosts: [a.example.com], secretName: keys}]
  rules: [{host: a.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicas: 1, maxReplicas: 3}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: claim}
spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 1Gi}}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: x
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: w}
spec: {containers: [{name: a, image: nginx:1}], list: [{name: a, v: 1}, {name: b, v: 2}]}
'''
SETTINGS = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {b: "2", c: "w3"}\n'
KEYS = 'apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {a: b}\n'
BASE = {'base/web.yaml': DEPLOYMENT, 'base/service.yaml': SERVICE, 'base/account.yaml': ACCOUNT, 'base/rbac.yaml': RBAC,
        'base/db.yaml': STATEFUL, 'base/cron.yaml': CRON, 'base/more.yaml': MORE, 'base/settings.yaml': SETTINGS, 'base/keys.yaml': KEYS}
ALL = '''resources: [web.yaml, service.yaml, account.yaml, rbac.yaml, db.yaml, cron.yaml, more.yaml, settings.yaml, keys.yaml]
'''


def over(overlay, base=ALL, **more):
    """The base below an overlay, whose kustomization is `overlay`."""
    return dict(BASE, **{'base/kustomization.yaml': base, 'kustomization.yaml': 'resources: [base]\n' + overlay}, **more)


def patch(text, target=None, options=''):
    lines = ''.join('      ' + line + '\n' for line in text.splitlines())
    return 'patches:\n  - patch: |-\n' + lines + (f'    target: {target}\n' if target else '') + options


CASES = {
    'as it is': over(''),
    'namespace': over('namespace: prod\n'),
    'namespace below namespace': over('namespace: prod\n', ALL + 'namespace: dev\n'),
    'prefix and suffix': over('namePrefix: prod-\nnameSuffix: -v2\n'),
    'prefix below prefix': over('namePrefix: prod-\n', ALL + 'namePrefix: a-\nnameSuffix: -z\n'),
    'prefix and namespace': over('namePrefix: prod-\nnamespace: prod\n'),
    'common labels': over('commonLabels: {team: a, app: other}\n'),
    'labels': over('labels:\n  - pairs: {team: a}\n  - pairs: {part: b}\n    includeTemplates: true\n  - pairs: {all: c}\n    includeSelectors: true\n'),
    'labels in a field': over('labels:\n  - pairs: {team: a}\n    fields:\n      - {path: spec/labels, kind: Widget, create: true}\n'),
    'annotations': over('commonAnnotations: {owner: me}\n'),
    'images': over('images:\n  - {name: nginx, newTag: "1.27"}\n  - {name: registry.example.com:5000/shop/web, newName: x.example.com/web}\n'
                   '  - {name: busybox, newName: tools/box, digest: "sha256:1111111111111111111111111111111111111111111111111111111111111111"}\n'
                   '  - {name: postgres, newTag: "16"}\n'),
    'images: tag and digest': over('images:\n  - {name: nginx, newTag: "1.27", digest: "sha256:1111111111111111111111111111111111111111111111111111111111111111"}\n'),
    'images: not a longer name': over('images:\n  - {name: ngin, newTag: "1"}\n  - {name: shop/web, newTag: "9"}\n'),
    'replicas': over('replicas:\n  - {name: web, count: 5}\n  - {name: db, count: 2}\n'),
    'replicas under a prefix': over('namePrefix: p-\nreplicas:\n  - {name: web, count: 5}\n'),
    'patch by its own name': over(patch('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 3\n  template:\n    spec:\n'
                                        '      containers:\n        - name: web\n          image: other\n          env:\n            - {name: A, value: "9"}\n            - {name: C, value: "3"}\n'
                                        '        - {name: new, image: n}\n')),
    'patch of a base with a prefix': over(patch('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n'), ALL + 'namePrefix: p-\nnamespace: dev\n'),
    'patch by the new name': over(patch('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: p-web, namespace: dev}\nspec: {replicas: 3}\n'), ALL + 'namePrefix: p-\nnamespace: dev\n'),
    'patch with a target': over(patch('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: any}\nspec: {replicas: 3}\n', '{kind: "Deployment|StatefulSet"}')),
    'target by regular expression': over(patch('- {op: add, path: /metadata/annotations, value: {x: "1"}}\n', '{name: "we.*", version: v1}')),
    'target by labels': over(patch('- {op: add, path: /metadata/annotations, value: {x: "1"}}\n', '{labelSelector: "team=a"}'), ALL + 'commonLabels: {team: a}\n'),
    'target by label sets': over(patch('- {op: add, path: /metadata/annotations, value: {x: "1"}}\n', '{labelSelector: "team in (a, b),!x,app!=db"}'), ALL + 'commonLabels: {team: a}\n'),
    'delete an object': over(patch('$patch: delete\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n')),
    'delete a container': over(patch('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - {name: side, $patch: delete}\n')),
    'delete by null': over(patch('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: null\n  template:\n    spec:\n      serviceAccountName: null\n')),
    'replace a map': over(patch('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata:\n  $patch: replace\n  d: "4"\n')),
    'replace a list': over(patch('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - $patch: replace\n        - {name: one, image: a}\n')),
    'ports by number': over(patch('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          ports:\n            - {containerPort: 80, name: http}\n'
                                  '            - {containerPort: 443, hostPort: 1}\n')),
    'service ports': over(patch('apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  ports:\n    - {port: 80, name: http}\n    - {port: 81, name: more}\n')),
    'tolerations and volumes': over(patch('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      tolerations: [{key: a}]\n      volumes:\n        - {name: data, emptyDir: {}}\n        - {name: b, emptyDir: {}}\n')),
    'lists of a custom resource': over(patch('apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {list: [{name: b, v: 3}]}\n')),
    'finalizers': over(patch('apiVersion: v1\nkind: Service\nmetadata: {name: web, finalizers: [a, b]}\n') ,
                       ALL + patch('apiVersion: v1\nkind: Service\nmetadata: {name: web, finalizers: [b, c]}\n')),
    'a new name by patch': over(patch('- {op: replace, path: /metadata/name, value: renamed}\n', '{kind: Service}')),
    'allowNameChange': over(patch('apiVersion: v1\nkind: Service\nmetadata: {name: other}\n', '{kind: Service, name: web}', '    options: {allowNameChange: true}\n')),
    'json patch': over(patch('- {op: replace, path: /spec/replicas, value: 9}\n- {op: add, path: /spec/template/spec/containers/0/args, value: [a, b]}\n'
                             '- {op: add, path: /spec/template/spec/containers/0/args/-, value: c}\n- {op: add, path: /spec/template/spec/containers/0/args/0, value: z}\n'
                             '- {op: remove, path: /spec/template/spec/containers/1}\n- {op: copy, from: /spec/replicas, path: /metadata/generation}\n'
                             '- {op: move, from: /spec/template/spec/volumes, path: /spec/template/spec/moved}\n- {op: test, path: /spec/replicas, value: 9}\n'
                             '- {op: add, path: "/metadata/labels", value: {}}\n- {op: add, path: "/metadata/labels/a~1b~0c", value: x}\n', '{kind: Deployment}')),
    'older forms': over('patchesStrategicMerge:\n  - p.yaml\n  - |-\n    apiVersion: v1\n    kind: Service\n    metadata: {name: web}\n    spec: {type: NodePort}\n'
                        'patchesJson6902:\n  - target: {group: apps, version: v1, kind: Deployment, name: web}\n    path: j.json\n',
                        **{'p.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 4}\n---\n'
                                     'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {b: "9"}\n',
                           'j.json': '[{"op": "add", "path": "/spec/paused", "value": true}]'}),
    'bases': dict(over(''), **{'kustomization.yaml': 'bases: [base]\nnamePrefix: p-\n'}),
    'two bases': {'a/kustomization.yaml': 'resources: [m.yaml]\nnamePrefix: a-\n', 'b/kustomization.yaml': 'resources: [m.yaml]\nnamePrefix: b-\n',
                  'a/m.yaml': DEPLOYMENT + '---\n' + SETTINGS, 'b/m.yaml': DEPLOYMENT + '---\n' + SETTINGS, 'kustomization.yaml': 'resources: [a, b]\nnameSuffix: -z\n'},
    'components': over('components: [part]\nnamePrefix: p-\nconfigMapGenerator:\n  - {name: made, literals: [a=1]}\n', **{
        'part/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [x.yaml]\nnamespace: c\n'
                                   'configMapGenerator:\n  - {name: made, behavior: merge, literals: [b=2]}\n'
                                   + patch('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 7}\n'),
        'part/x.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n'}),
    'generators': {'kustomization.yaml': 'resources: [m.yaml]\nconfigMapGenerator:\n  - name: settings\n    literals: [b=2, "q=\'quoted\'", "h=<a&b>", e=]\n    files: [a.txt, k=b.bin]\n    envs: [x.env]\n'
                   'secretGenerator:\n  - name: keys\n    type: kubernetes.io/tls\n    literals: [a=b]\n    files: [long.txt]\n',
                   'm.yaml': DEPLOYMENT, 'a.txt': 'hello\nworld\n', 'b.bin': b'\xff\xfe\x00', 'x.env': '# c\nX=1\n\n  Y=2 \nZ="q"\n', 'long.txt': 'x' * 200},
    'generator options': {'kustomization.yaml': 'generatorOptions: {disableNameSuffixHash: true, labels: {a: b}, annotations: {c: d}, immutable: true}\nnamespace: names\n'
                          'configMapGenerator:\n  - {name: one, literals: [a=1]}\n  - {name: two, namespace: other, options: {labels: {a: x}, annotations: {e: f}}}\n'},
    'hash with namespace and prefix': {'kustomization.yaml': 'namespace: names\nnamePrefix: p-\nresources: [m.yaml]\nconfigMapGenerator:\n  - {name: settings, literals: [b=1]}\n',
                                       'm.yaml': DEPLOYMENT},
    'merge': {'base/kustomization.yaml': 'resources: [m.yaml]\nnamePrefix: p-\nconfigMapGenerator:\n  - {name: settings, literals: [b=1, c=2]}\nsecretGenerator:\n  - {name: keys, literals: [a=1]}\n',
              'base/m.yaml': DEPLOYMENT, 'kustomization.yaml': 'resources: [base]\nconfigMapGenerator:\n  - {name: settings, behavior: merge, literals: [b=9]}\n'
              'secretGenerator:\n  - {name: keys, behavior: replace, literals: [z=1]}\n'},
    'an empty generator': {'kustomization.yaml': 'configMapGenerator:\n  - {name: none}\nsecretGenerator:\n  - {name: none}\n'},
    'replacements': over('replacements:\n  - source: {kind: Deployment, name: web, fieldPath: spec.replicas}\n    targets:\n      - select: {kind: ConfigMap}\n        fieldPaths: [data.b]\n'
                         '  - source: {kind: Service, name: web}\n    targets:\n      - select: {kind: Deployment}\n        reject: [{name: x}]\n        fieldPaths: ["spec.template.spec.containers.[name=web].env.[name=A].value"]\n'
                         '  - source: {kind: ConfigMap, name: settings, fieldPath: data.c}\n    targets:\n      - select: {kind: Ingress}\n        fieldPaths: [spec.rules.0.host]\n        options: {delimiter: ".", index: 0}\n'
                         '      - select: {kind: Service}\n        fieldPaths: [metadata.annotations.copied]\n        options: {create: true}\n'
                         '      - select: {kind: Deployment}\n        fieldPaths: ["spec.template.spec.containers.*.workingDir"]\n        options: {create: true}\n'),
    'replacement of a name': over('namePrefix: p-\nreplacements:\n  - source: {kind: Service, name: web, fieldPath: metadata.name}\n    targets:\n      - select: {kind: ConfigMap, name: settings}\n        fieldPaths: [data.b]\n'),
    'replacements in a file': over('replacements: [{path: r.yaml}]\n', **{'r.yaml': '- source: {kind: Service, name: web}\n  targets:\n    - select: {kind: ConfigMap}\n      fieldPaths: [data.b]\n'}),
    'vars': over('namePrefix: p-\nvars:\n  - name: WEB_NAME\n    objref: {kind: Service, name: web, apiVersion: v1}\n  - name: OTHER\n    objref: {kind: Service, name: web, apiVersion: v1}\n    fieldref: {fieldpath: "spec.ports[0].port"}\n'),
    'three floors': dict(over('namePrefix: c-\nresources: [mid]\n', **{
        'mid/kustomization.yaml': 'resources: [../base]\nnamespace: mid\nnameSuffix: -m\nsecretGenerator:\n  - {name: made, literals: [a=1]}\n'
                                  + patch('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 8}\n')}),
        **{'kustomization.yaml': 'resources: [mid]\nnamePrefix: c-\nnamespace: top\n' + patch('- {op: add, path: /spec/paused, value: true}\n', '{kind: Deployment, name: web}')}),
    'a generated map used above': {'base/kustomization.yaml': 'configMapGenerator:\n  - {name: settings, literals: [b=1]}\nsecretGenerator:\n  - {name: keys, literals: [b=1]}\n',
                                   'm.yaml': DEPLOYMENT, 'kustomization.yaml': 'resources: [base, m.yaml]\nnamePrefix: p-\n'},
    'json manifests': {'kustomization.yaml': 'resources: [m.json]\ncommonLabels: {a: b}\n', 'm.json': '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 1}]}}'},
    'selectors of policies': over('commonLabels: {team: a}\n', ALL + 'commonLabels: {team: b, base: c}\n'),
    'labels over annotations': over('commonAnnotations: {a: b}\nlabels: [{pairs: {a: b}, includeSelectors: true, includeTemplates: true}]\nnamespace: x\n'),
    'replacement with parts': over('replacements:\n  - source: {kind: Deployment, name: web, fieldPath: "spec.template.spec.containers.0.image", options: {delimiter: ":", index: 2}}\n'
                                   '    targets:\n      - select: {kind: ConfigMap}\n        fieldPaths: [data.b]\n'
                                   '      - select: {kind: StatefulSet}\n        fieldPaths: ["spec.template.spec.containers.[name=db].image"]\n        options: {delimiter: "@", index: 0}\n'
                                   '      - select: {kind: Widget}\n        fieldPaths: ["spec.list.[name=b].name", "spec.list.0.name"]\n'),
    'replacement of a map': over('replacements:\n  - source: {kind: Deployment, name: web, fieldPath: spec.selector}\n    targets:\n      - select: {kind: Widget}\n        fieldPaths: [spec.copied]\n        options: {create: true}\n'),
    'replacement of nothing': over('replacements:\n  - source: {kind: Deployment, name: none}\n    targets:\n      - select: {kind: Widget}\n        fieldPaths: [spec.copied]\n'),
    'replacement at nothing': over('replacements:\n  - source: {kind: Service, name: web}\n    targets:\n      - select: {kind: Widget}\n        fieldPaths: [spec.none]\n'),
    'nothing to patch': over(patch('apiVersion: v1\nkind: Service\nmetadata: {name: none}\n')),
    'nothing to select': over(patch('- {op: add, path: /a, value: 1}\n', '{kind: None}')),
    'nothing to scale': over('replicas: [{name: none, count: 1}]\n'),
    'nothing there': {'kustomization.yaml': 'resources: [none.yaml]\n'},
    'a circle': {'kustomization.yaml': 'resources: [a]\n', 'a/kustomization.yaml': 'resources: [../b]\n', 'b/kustomization.yaml': 'resources: [../a]\n'},
    'twice': {'kustomization.yaml': 'resources: [a.yaml, b.yaml]\n', 'a.yaml': SETTINGS, 'b.yaml': SETTINGS},
    'twice, generated': {'kustomization.yaml': 'resources: [a.yaml]\nconfigMapGenerator: [{name: settings}]\n', 'a.yaml': SETTINGS},
    'nothing to merge': {'kustomization.yaml': 'configMapGenerator: [{name: settings, behavior: merge}]\n'},
    'a component as a resource': {'kustomization.yaml': 'resources: [a]\n', 'a/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n'},
    'a test that fails': over(patch('- {op: test, path: /spec/replicas, value: 5}\n', '{kind: Deployment}')),
    'volume mounts and nulls in lists': over(patch('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          volumeMounts:\n'
                                                   '            - {name: more, mountPath: /more}\n            - {mountPath: /data, $patch: delete}\n          env: null\n      hostAliases: [{ip: 1.2.3.4, hostnames: [a]}]\n')),
    'a patch of a cron job and a set': over(patch('apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: job, args: [z]}], volumes: [{name: t, emptyDir: {}}]}}}}}\n')
                                            + '  - patch: |-\n      apiVersion: apps/v1\n      kind: StatefulSet\n      metadata: {name: db}\n      spec: {volumeClaimTemplates: [{metadata: {name: other}}]}\n'),
    'rules of roles are replaced': over(patch('apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: reader}\nrules: [{apiGroups: [""], resources: [pods], verbs: [get]}]\n')),
    'local configuration': {'kustomization.yaml': 'resources: [m.yaml]\n', 'm.yaml': SETTINGS.replace('{name: settings}', '{name: s, annotations: {config.kubernetes.io/local-config: "true"}}') + '---\n' + KEYS},
    'lists': {'kustomization.yaml': 'resources: [m.yaml]\nnamePrefix: p-\n', 'm.yaml': 'apiVersion: v1\nkind: List\nitems:\n' + ''.join(
        ('- ' if not i else '  ') + line + '\n' for i, line in enumerate(SETTINGS.splitlines()))},
    'kustomization.yml': {'kustomization.yml': 'resources: [m.yaml]\nnamePrefix: p-\n', 'm.yaml': SETTINGS},
    'Kustomization': {'Kustomization': 'resources: [m.yaml]\nnamePrefix: p-\n', 'm.yaml': SETTINGS},
    'a namespaced secret in a binding': {'kustomization.yaml': 'namespace: names\nnamePrefix: p-\nresources: [m.yaml]\n', 'm.yaml': ACCOUNT + '---\n' + RBAC},
    'same names in two namespaces': {'kustomization.yaml': 'nameSuffix: -s\nresources: [m.yaml]\n', 'm.yaml': '---\n'.join(
        t.replace('metadata:\n  name: web', 'metadata:\n  name: web\n  namespace: ' + n).replace('{name: settings}\ndata', '{name: settings, namespace: %s}\ndata' % n)
        for n in 'ab' for t in (DEPLOYMENT, SETTINGS))},
}


# One line of an overlay each; any of different keys go together. No two set one label with and without selectors: kustomize 5.5 changes the
# selectors in both cases, because what it set once is one node in many places; belay does as it is told.
PARTS = [
    'namespace: prod\n', 'namespace: other\n', 'namePrefix: p-\n', 'namePrefix: q-\n', 'nameSuffix: -s\n', 'commonLabels: {team: a}\n', 'commonLabels: {app: x}\n',
    'labels: [{pairs: {l: "1"}, includeSelectors: true}]\n', 'labels: [{pairs: {k: "2"}}, {pairs: {m: "2"}, includeTemplates: true}]\n',
    'commonAnnotations: {who: me}\n', 'images: [{name: nginx, newTag: "9"}, {name: busybox, newName: b}]\n', 'images: [{name: busybox, newName: nginx}, {name: nginx, digest: "sha256:22"}]\n',
    'replicas: [{name: web, count: 4}]\n', 'replicas: [{name: db, count: 4}]\n',
    'configMapGenerator: [{name: made, literals: [a=1]}]\n', 'configMapGenerator: [{name: keys, literals: [a=1]}]\n',
    'secretGenerator: [{name: more, literals: [a=1], options: {disableNameSuffixHash: true}}]\n',
    patch('- {op: replace, path: /spec/replicas, value: 2}\n', '{kind: Deployment}'), patch('apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort}\n'),
    patch('$patch: delete\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n'), patch('- {op: replace, path: /metadata/name, value: z}\n', '{kind: ServiceAccount}'),
    patch('kind: any\nmetadata: {name: any, labels: {x: y}}\n', '{labelSelector: "team=a"}'), patch('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: nginx}]}}}\n'),
    'replacements: [{source: {kind: Service, name: web}, targets: [{select: {kind: ConfigMap}, fieldPaths: [data.b]}]}]\n',
    'replacements: [{source: {kind: Deployment, fieldPath: metadata.namespace}, targets: [{select: {kind: Widget}, fieldPaths: [spec.where], options: {create: true}}]}]\n',
]


def random_case(seed):
    """Two overlays over the base, of parts taken by chance."""
    chance = random.Random(seed)

    def overlay():
        parts = {p.split(':')[0]: p for p in chance.sample(PARTS, chance.randint(1, 6))}
        return ''.join(parts.values())
    return dict(over(overlay(), ALL + overlay()), **{'mid/kustomization.yaml': 'resources: [../base]\n' + overlay(),
                                                     'kustomization.yaml': 'resources: [mid]\n' + overlay()})


def write(folder, files):
    for path, content in files.items():
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(content if isinstance(content, bytes) else content.encode())


def key(o):
    return f"{o.get('apiVersion')} {o.get('kind')} {o.get('metadata', {}).get('namespace')} {o.get('metadata', {}).get('name')}"


def differences(want, have, path=''):
    if have == {'$sensitive': True}:
        return
    if isinstance(want, dict) and isinstance(have, dict):
        for k in sorted(set(want) | set(have)):
            if k not in have or k not in want:
                if have.get(k, want.get(k)) not in (None, {}, []):
                    yield f"{path}.{k}: {'missing' if k not in have else 'too much'}: {json.dumps(have.get(k, want.get(k)))[:100]}"
            else:
                yield from differences(want[k], have[k], f'{path}.{k}')
    elif isinstance(want, list) and isinstance(have, list) and len(want) == len(have):
        for i, (a, b) in enumerate(zip(want, have)):
            yield from differences(a, b, f'{path}.{i}')
    elif want != have:
        yield f'{path}: want {json.dumps(want)[:200]}, have {json.dumps(have)[:200]}'


def built(command, folder):
    """What kubectl builds, as JSON: its own YAML is read by it."""
    run = subprocess.run([command, 'kustomize', folder], capture_output=True, text=True, timeout=60)
    if run.returncode:
        return run.stderr.strip(), None
    import yaml
    return None, [o for o in yaml.safe_load_all(run.stdout) if o]


def judge(belay, kubectl, files):
    with tempfile.TemporaryDirectory() as folder:
        write(folder, files)
        error, want = built(kubectl, folder)
        run = subprocess.run([belay, 'resources', '--root', folder, folder, '--format', 'json'], capture_output=True, timeout=60)
        report = json.loads(run.stdout)
    errors = [d['message'] for d in report['diagnostics'] if d['severity'] == 'error']
    if error or errors:
        return [f'kubectl says {error!r}, belay {errors}'] if bool(error) != bool(errors) else []
    have = [r['native'] for r in report['resources'] if r['root'] == '.']
    want, have = {key(o): o for o in want}, {key(o): o for o in have}
    wrong = [f'missing: {k}' for k in want if k not in have] + [f'too much: {k}' for k in have if k not in want]
    for k in want:
        if k in have:
            wrong += [f'{k}{d}' for d in differences(want[k], have[k])]
    return wrong


def main():
    belay, kubectl = os.path.abspath(sys.argv[1]), shutil.which('kubectl')
    if not kubectl:
        print('1..0 # SKIP there is no kubectl to compare with')
        return False
    with Tap() as tap:
        if sys.argv[2:3] == ['--random']:
            first = int(sys.argv[4]) if sys.argv[4:] else 0
            for seed in range(first, first + int(sys.argv[3])):
                wrong = judge(belay, kubectl, random_case(seed))
                tap.check(not wrong, f'by chance, {seed}', '\n'.join(wrong))
            return tap.failed != 0
        for name, files in CASES.items():
            if sys.argv[2:] and name not in sys.argv[2:]:
                continue
            wrong = judge(belay, kubectl, files)
            tap.check(not wrong, name, '\n'.join(wrong))
    return tap.failed != 0


if __name__ == '__main__':
    sys.exit(main())
