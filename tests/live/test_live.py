#!/usr/bin/env python3
"""usage: test_live.py BELAY

belay snapshot against services of our own: paging, throttling, expired tokens, refusals, and that no credential shows. What it writes is read back
by belay itself. Skipped where libcurl is not installed. Prints TAP.
"""
import ctypes.util
import gzip
import hashlib
import hmac
import importlib.util
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from service import Service  # noqa: E402
from tap import Tap  # noqa: E402

SECRET = 'geheim-4711'
GROUP = '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg'


class World:
    def __init__(self, t, belay, folder):
        self.t, self.belay, self.folder = t, belay, folder

    def run(self, *words, **env):
        """Exit code, what was written, what was said."""
        out = os.path.join(self.folder, 'out.json')
        for name in (out, out + '.part'):
            if os.path.isdir(name):
                shutil.rmtree(name)
            elif os.path.exists(name):
                os.unlink(name)
        clean = {'PATH': os.path.join(self.folder, 'bin'), 'HOME': self.folder, 'TMPDIR': self.folder}
        run = subprocess.run([self.belay, 'snapshot', *words, '--output', out], env={**clean, **env}, capture_output=True, text=True, timeout=60)
        text = open(out, encoding='utf-8').read() if os.path.isfile(out) else None
        self.t.check(SECRET not in run.stdout + run.stderr + (text or ''), f'no credential shows: {words[0]}', run.stderr)
        self.t.check(not os.path.exists(out + '.part'), f'nothing half written stays: {words[0]}')
        return run.returncode, text, run.stderr

    def assets(self):
        run = subprocess.run([self.belay, 'inventory', '--root', self.folder, os.path.join(self.folder, 'empty'), '--snapshot',
                              os.path.join(self.folder, 'out.json'), '--format', 'json'], capture_output=True, text=True, timeout=60)
        return sorted(r['asset']['id'] for r in json.loads(run.stdout)['inventory'])


def check_azure(w):
    state = {'busy': True, 'old': True}

    def account(n):
        return {'id': f'{GROUP}/providers/Microsoft.Storage/storageAccounts/st{n}', 'name': f'st{n}', 'type': 'microsoft.storage/storageaccounts',
                'location': 'westeurope', 'properties': {'n': n}}

    def answer(r):
        if r.path == '/tenant/oauth2/v2.0/token':
            good = b'client_secret=' + SECRET.encode() in r.body and b'grant_type=client_credentials' in r.body
            return (200, {'access_token': SECRET + '-t', 'expires_in': 3599}) if good else (401, {'error': 'invalid_client'})
        if r.headers.get('authorization') != f'Bearer {SECRET}-t':
            return 403, {'error': {'message': 'who are you?'}}
        token = r.json()['options'].get('$skipToken')
        if state.pop('busy', None):
            return 429, {'error': {'code': 'RateLimiting'}}, {'Retry-After': '0'}
        if token == 'two' and state.pop('old', None):
            return 401, {'error': {'message': 'the token has expired'}}
        page = {None: ([account(1), account(2)], 'two'), 'two': ([account(3)], None)}[token]
        reply = {'totalRecords': 3, 'count': len(page[0]), 'resultTruncated': 'true' if page[1] or state.get('cut') else 'false', 'data': page[0]}
        return 200, {**reply, **({'$skipToken': page[1]} if page[1] else {})}

    with Service(answer) as s:
        env = {'AZURE_TENANT_ID': 'tenant', 'AZURE_CLIENT_ID': 'me', 'AZURE_CLIENT_SECRET': SECRET, 'AZURE_AUTHORITY_HOST': s.url}
        code, text, said = w.run('azure', 'sub-1', '--endpoint', s.url, **env)
        w.t.check(code == 0 and len(json.loads(text)['data']) == 3, 'azure: all pages are read, over a pause and an expired token', said)
        asked = [r for r in s.requests if 'ResourceGraph' in r.path][0].json()
        w.t.check(asked['subscriptions'] == ['sub-1'] and 'order by id' in asked['query'] and asked['options']['$top'] <= 1000,
                  'azure: the query has an order, so that there is a next page', asked)
        w.t.check(len(w.assets()) == 3, 'azure: belay reads what it wrote', w.assets())
        state['cut'] = True
        code, text, said = w.run('azure', '--endpoint', s.url, **env)
        w.t.check(code == 3 and json.loads(text)['resultTruncated'] == 'true', 'azure: an answer that was cut off is partial', said)
        code, text, said = w.run('azure', '--endpoint', s.url, **{**env, 'AZURE_CLIENT_SECRET': 'wrong'})
        w.t.check(code == 3 and text is None and 'invalid_client' in said, 'azure: what refuses us is told', said)
    code, text, said = w.run('azure', '--endpoint', 'http://example.com', **env)
    w.t.check(code == 3 and text is None, 'azure: nothing is asked over plain http', said)


def signature(r, key, region, service):
    """Version 4 of AWS's signatures, for a POST of / without a query."""
    fields = r.headers['authorization']
    signed = fields.split('SignedHeaders=')[1].split(',')[0]
    day = r.headers['x-amz-date'][:8]
    canonical = '\n'.join(['POST', '/', '', *(f'{h}:{r.headers[h].strip()}' for h in signed.split(';')), '', signed, hashlib.sha256(r.body).hexdigest()])
    scope = f'{day}/{region}/{service}/aws4_request'
    text = '\n'.join(['AWS4-HMAC-SHA256', r.headers['x-amz-date'], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    k = ('AWS4' + key).encode()
    for part in (day, region, service, 'aws4_request', text):
        k = hmac.new(k, part.encode(), hashlib.sha256).digest()
    return fields.split('Signature=')[1] == k.hex()


def check_aws(w):
    state = {'busy': True}

    def bucket(n):
        return json.dumps({'resourceType': 'AWS::S3::Bucket', 'resourceId': f'b{n}', 'resourceName': f'b{n}', 'arn': f'arn:aws:s3:::b{n}',
                           'accountId': '123456789012', 'awsRegion': 'eu-west-1', 'configuration': {'name': f'b{n}'}, 'tags': []})

    def answer(r):
        if not signature(r, SECRET, 'eu-west-1', 'config'):
            return 403, {'__type': 'SignatureDoesNotMatch'}
        if r.headers.get('x-amz-security-token') != 'session':
            return 400, {'__type': 'UnrecognizedClientException'}
        if state.pop('busy', None):
            return 400, {'__type': 'ThrottlingException'}, {'Retry-After': '0'}
        more = r.json().get('NextToken')
        return 200, {'Results': [bucket(3)] if more else [bucket(1), bucket(2)], **({} if more else {'NextToken': 'more'})}

    with Service(answer) as s:
        env = {'AWS_ACCESS_KEY_ID': 'AKID', 'AWS_SECRET_ACCESS_KEY': SECRET, 'AWS_SESSION_TOKEN': 'session', 'AWS_ENDPOINT_URL': s.url}
        code, text, said = w.run('aws', '--region', 'eu-west-1', **env)
        w.t.check(code == 0 and len(json.loads(text)['Results']) == 3, 'aws: all pages are read, signed as AWS asks', said)
        w.t.check(all(r.headers['x-amz-target'].endswith('SelectResourceConfig') for r in s.requests), 'aws: Config is asked')
        w.t.check(len(w.assets()) == 3, 'aws: belay reads what it wrote', w.assets())
        code, text, said = w.run('aws', '--region', 'eu-west-1', **{**env, 'AWS_SECRET_ACCESS_KEY': 'wrong'})
        w.t.check(code == 3 and 'SignatureDoesNotMatch' in said, 'aws: what refuses us is told', said)
    code, text, said = w.run('aws', **{k: v for k, v in env.items() if k != 'AWS_ENDPOINT_URL'})
    w.t.check(code == 3 and '--region' in said, 'aws: without a region it says so', said)


def check_google(w):
    def answer(r):
        if r.headers.get('authorization') != f'Bearer {SECRET}':
            return 401, {'error': {'message': 'no'}}
        kind = 'RESOURCE' if 'contentType=RESOURCE' in r.path else 'IAM_POLICY'
        name = '//storage.googleapis.com/bkt'
        if kind == 'IAM_POLICY':
            asset = {'name': name, 'assetType': 'storage.googleapis.com/Bucket', 'iamPolicy': {'bindings': []}}
            return 200, {'readTime': '2026-01-01T00:00:00Z', 'assets': [asset]}
        if 'pageToken=a%2Bb' in r.path:
            return 200, {'assets': [{'name': '//storage.googleapis.com/two', 'assetType': 'storage.googleapis.com/Bucket', 'resource': {'data': {}}}]}
        return 200, {'readTime': '2026-01-01T00:00:00Z', 'nextPageToken': 'a+b',
                     'assets': [{'name': name, 'assetType': 'storage.googleapis.com/Bucket', 'resource': {'version': 'v1', 'data': {'name': 'bkt'}}}]}

    with Service(answer) as s:
        code, text, said = w.run('google', 'projects/p', '--endpoint', s.url, CLOUDSDK_AUTH_ACCESS_TOKEN=SECRET)
        w.t.check(code == 0 and len(text.splitlines()) == 3, 'google: resources and policies, all pages', said)
        later = [r.path for r in s.requests][1:]
        w.t.check(all('readTime=2026-01-01T00%3A00%3A00Z' in p for p in later), 'google: all pages are of one moment', later)
        w.t.check(len(w.assets()) == 2, 'google: belay reads what it wrote', w.assets())


def check_kubernetes(w):
    state = {'old': True}

    def pod(n):
        return {'metadata': {'name': f'p{n}', 'namespace': 'shop', 'uid': f'u{n}', 'managedFields': [{'x': 1}]}, 'spec': {'containers': []}}

    def answer(r):
        path, _, query = r.path.partition('?')
        if r.headers.get('authorization') != f'Bearer {SECRET}':
            return 401, {'message': 'Unauthorized'}
        if path == '/api/v1':
            kinds = [('pods', 'Pod'), ('pods/status', 'Pod'), ('secrets', 'Secret'), ('events', 'Event'), ('configmaps', 'ConfigMap')]
            return 200, {'resources': [{'name': n, 'kind': k, 'verbs': ['get', 'list']} for n, k in kinds]}
        if path == '/apis':
            return 200, {'groups': [{'name': 'apps', 'preferredVersion': {'groupVersion': 'apps/v1'}}, {'name': 'down', 'preferredVersion': {'groupVersion': 'down/v1'}}]}
        if path == '/apis/apps/v1':
            return 200, {'resources': [{'name': 'deployments', 'kind': 'Deployment', 'verbs': ['list']}]}
        if path == '/apis/down/v1':
            return 503, {'message': 'the server is down'}, {'Retry-After': '0'}
        if path == '/api/v1/pods':
            if 'continue=' in query and state.pop('old', None):
                return 410, {'message': 'too old'}
            return 200, {'metadata': {} if 'continue=' in query else {'continue': 'next'}, 'items': [pod(2 if 'continue=' in query else 1)]}
        if path == '/api/v1/secrets':
            item = {'metadata': {'name': 's', 'namespace': 'shop'}, 'data': {'k': SECRET}}
            return (200, {'metadata': {}, 'items': [item]}) if 'PartialObjectMetadataList' in r.headers['accept'] else (500, {})
        if path == '/api/v1/configmaps':
            return 403, {'message': 'configmaps is forbidden'}
        return 200, {'metadata': {}, 'items': [{'metadata': {'name': 'd', 'namespace': 'shop'}, 'spec': {}}]}

    with Service(answer) as s:
        config = os.path.join(w.folder, 'kubeconfig')
        with open(config, 'w', encoding='utf-8') as f:
            json.dump({'current-context': 'c', 'contexts': [{'name': 'c', 'context': {'cluster': 'k', 'user': 'u'}}], 'clusters': [{'name': 'k', 'cluster': {'server': s.url}}],
                       'users': [{'name': 'u', 'user': {'token': SECRET}}]}, f)
        code, text, said = w.run('kubernetes', KUBECONFIG=config)
        items = json.loads(text)['items']
        names = sorted((i['kind'], i['metadata']['name']) for i in items)
        w.t.check(('Pod', 'p2') in names and ('Secret', 's') in names and ('Deployment', 'd') in names, 'kubernetes: every kind that can be listed is', names)
        w.t.check(all('data' not in i for i in items if i['kind'] == 'Secret'), 'kubernetes: of secrets only metadata is kept')
        w.t.check('managedFields' not in text, 'kubernetes: who manages which field is left out')
        w.t.check(code == 3 and 'configmaps is forbidden' in said and json.loads(text)['metadata'].get('continue'), 'kubernetes: what is refused makes it partial', said)
        w.t.check(not [r for r in s.requests if 'events' in r.path], 'kubernetes: events are not asked for')


def digest(data):
    return 'sha256:' + hashlib.sha256(data).hexdigest()


def check_registry(w):
    config = json.dumps({'config': {'Labels': {'org.opencontainers.image.revision': 'abc'}}, 'history': [], 'rootfs': {'diff_ids': []}}).encode()
    manifest = json.dumps({'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.manifest.v1+json', 'config': {'digest': digest(config), 'size': len(config)},
                           'layers': [{'mediaType': 'application/vnd.oci.image.layer.v1.tar+gzip', 'digest': 'sha256:' + '0' * 64, 'size': 5}]}).encode()
    index = json.dumps({'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.index.v1+json', 'manifests': [{'digest': digest(manifest), 'size': len(manifest)}]}).encode()
    wrong = {}

    def store(r):
        return 200, config if r.path.endswith(digest(config)) else b'?'

    with Service(store) as elsewhere:
        def answer(r):
            if r.path.startswith('/token'):
                return 200, {'token': SECRET}
            if r.headers.get('authorization') != f'Bearer {SECRET}':
                return 401, {}, {'WWW-Authenticate': f'Bearer realm="{s.url}/token",service="registry",scope="x"'}
            name = r.path.rpartition('/')[2]
            if '/blobs/' in r.path:
                return 307, b'', {'Location': f'{elsewhere.url}/{name}'.replace('127.0.0.1', 'localhost')}
            if '/referrers/' in r.path:
                return 404, {}
            known = {'v1': index, digest(index): index, digest(manifest): wrong.get('manifest', manifest)}
            return (200, known[name]) if name in known else (404, {'errors': [{'message': 'manifest unknown'}]})

        with Service(answer) as s:
            out = os.path.join(w.folder, 'out.json')
            code, _, said = w.run('registry', 'registry.example.com/team/app:v1', '--endpoint', s.url)
            blobs = sorted(os.listdir(os.path.join(out, 'blobs', 'sha256')))
            w.t.check(code == 0 and blobs == sorted(d[7:] for d in (digest(config), digest(manifest), digest(index))),
                      'registry: manifests and configuration are there, layers are not', said)
            w.t.check(all('authorization' not in r.headers for r in elsewhere.requests), 'registry: another host does not get our token')
            wrong['manifest'] = manifest.replace(b'gzip', b'zstd')
            code, _, said = w.run('registry', 'registry.example.com/team/app:v1', '--endpoint', s.url)
            w.t.check(code == 3 and 'another digest' in said, 'registry: what has another digest is not believed', said)
            code, _, said = w.run('registry', 'registry.example.com/team/app:none', '--endpoint', s.url)
            w.t.check(code == 3 and 'manifest unknown' in said, 'registry: an image that is not there is told', said)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        with socket.socket() as s:
            if s.connect_ex(('127.0.0.1', port)) == 0:
                return
        time.sleep(0.05)


def image_layout(folder):
    """An image of one layer as an OCI layout; the digest of its manifest."""
    blobs = os.path.join(folder, 'blobs', 'sha256')
    os.makedirs(blobs)

    def blob(data, media):
        with open(os.path.join(blobs, digest(data)[7:]), 'wb') as f:
            f.write(data)
        return {'mediaType': f'application/vnd.oci.image.{media}', 'digest': digest(data), 'size': len(data)}

    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode='w') as tar:
        tar.addfile(tarfile.TarInfo('file'))
    config = {'architecture': 'amd64', 'os': 'linux', 'config': {}, 'rootfs': {'type': 'layers', 'diff_ids': [digest(layer.getvalue())]},
              'history': [{'created_by': 'COPY file /'}]}
    manifest = {'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.manifest.v1+json', 'config': blob(json.dumps(config).encode(), 'config.v1+json'),
                'layers': [blob(gzip.compress(layer.getvalue()), 'layer.v1.tar+gzip')]}
    described = blob(json.dumps(manifest).encode(), 'manifest.v1+json')
    with open(os.path.join(folder, 'index.json'), 'w', encoding='utf-8') as f:
        json.dump({'schemaVersion': 2, 'manifests': [{**described, 'annotations': {'org.opencontainers.image.ref.name': 'v1'}}]}, f)
    with open(os.path.join(folder, 'oci-layout'), 'w', encoding='utf-8') as f:
        json.dump({'imageLayoutVersion': '1.0.0'}, f)
    return described['digest']


def check_real_registry(w):
    if not shutil.which('docker-registry') or not shutil.which('skopeo'):
        w.t.skip('registry: a real one', 'docker-registry and skopeo are not installed')
        return
    port, made = free_port(), image_layout(os.path.join(w.folder, 'made'))
    settings = os.path.join(w.folder, 'registry.yml')
    with open(settings, 'w', encoding='utf-8') as f:
        json.dump({'version': '0.1', 'log': {'level': 'error'}, 'storage': {'filesystem': {'rootdirectory': os.path.join(w.folder, 'data')}},
                   'http': {'addr': f'127.0.0.1:{port}'}}, f)
    server = subprocess.Popen(['docker-registry', 'serve', settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        subprocess.run(['skopeo', 'copy', '--insecure-policy', '--dest-tls-verify=false', f'oci:{w.folder}/made:v1', f'docker://127.0.0.1:{port}/team/app:v1'],
                       check=True, capture_output=True)
        code, _, said = w.run('registry', f'127.0.0.1:{port}/team/app:v1', '--endpoint', f'http://127.0.0.1:{port}')
        with open(os.path.join(w.folder, 'out.json', 'index.json'), encoding='utf-8') as f:
            found = [m['digest'] for m in json.load(f)['manifests']]
        w.t.check(code == 0 and found == [made], 'registry: a real one gives the image that was put there', said)
    finally:
        server.kill()
        server.wait()


def check_moto(w):
    if not importlib.util.find_spec('moto') or not importlib.util.find_spec('boto3') or not importlib.util.find_spec('flask'):
        w.t.skip('aws: a simulated account', 'moto is not installed')
        return
    import boto3
    port = free_port()
    url = f'http://127.0.0.1:{port}'
    server = subprocess.Popen([sys.executable, '-m', 'moto.server', '-p', str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        sqs = boto3.client('sqs', region_name='eu-west-1', endpoint_url=url, aws_access_key_id='AKID', aws_secret_access_key='x')
        for n in range(120):
            sqs.create_queue(QueueName=f'q{n}', tags={'yor_trace': f't{n}'})
        code, text, said = w.run('aws', '--tags-only', '--region', 'eu-west-1', AWS_ACCESS_KEY_ID='AKID', AWS_SECRET_ACCESS_KEY=SECRET, AWS_ENDPOINT_URL=url)
        w.t.check(code == 0 and len(json.loads(text)['ResourceTagMappingList']) == 120, 'aws: a simulated account shows all that is tagged in it', said)
    finally:
        server.kill()
        server.wait()


def main(belay):
    if not ctypes.util.find_library('curl') and not ctypes.util.find_library('curl-gnutls'):
        print('1..0 # SKIP libcurl is not installed')
        return
    with Tap() as t:
        for part in (check_azure, check_aws, check_google, check_kubernetes, check_registry, check_real_registry, check_moto):
            with tempfile.TemporaryDirectory() as folder:
                os.mkdir(os.path.join(folder, 'empty'))
                part(World(t, belay, folder))


main(os.path.abspath(sys.argv[1]))
