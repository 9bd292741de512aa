#!/usr/bin/env python3
"""Golden cases: tests/golden/STAGE/CASE holds input files, `args` (the command line, one word a line), and what must come out.

usage: run.py BELAY FOLDER

Standard output must equal expected.out, standard error expected.err (where that file is there), the exit code expected.code (0 where it is not).
Every case runs with --jobs 1 and with --jobs 8 where the verb takes it, and both must agree. A case with a `setup` file has that
shell script run first in a copy of its folder. BELAY_BLESS=1 rewrites the expectations; the diff is the review. Prints TAP.
"""
import os
import shutil
import subprocess
import sys
import tempfile

KEEP = {'args', 'setup', 'expected.out', 'expected.err', 'expected.code'}
SERIAL = {'console', 'rules'}


def cases(folder):
    for base, folders, files in os.walk(folder):
        folders.sort()
        if 'args' in files:
            yield base
            folders[:] = []


def read(path, otherwise=None):
    if not os.path.exists(path):
        return otherwise
    with open(path, 'rb') as f:
        return f.read()


def run(belay, case, jobs):
    with tempfile.TemporaryDirectory() as copy:
        work = os.path.join(copy, 'case')
        shutil.copytree(case, work, symlinks=True)
        for name in KEEP - {'setup'}:
            if os.path.exists(os.path.join(work, name)):
                os.unlink(os.path.join(work, name))
        env = dict(os.environ, LC_ALL='C.UTF-8', NO_COLOR='1', HOME=copy, GIT_CONFIG_NOSYSTEM='1',
                   GIT_AUTHOR_NAME='A', GIT_AUTHOR_EMAIL='a@example.com', GIT_COMMITTER_NAME='A', GIT_COMMITTER_EMAIL='a@example.com',
                   GIT_AUTHOR_DATE='2026-01-01T00:00:00Z', GIT_COMMITTER_DATE='2026-01-01T00:00:00Z')
        for name in ('GITHUB_REPOSITORY', 'GITHUB_ACTIONS', 'TF_BUILD'):
            env.pop(name, None)
        if os.path.exists(os.path.join(work, 'setup')):
            subprocess.run(['sh', '-e', 'setup'], cwd=work, env=env, check=True, stdout=subprocess.DEVNULL)
            os.unlink(os.path.join(work, 'setup'))
        words = read(os.path.join(case, 'args')).decode().splitlines()
        if words[0] not in SERIAL:
            words += ['--jobs', str(jobs)]
        stdin = read(os.path.join(work, 'stdin'), b'')
        p = subprocess.run([belay] + words, cwd=work, env=env, input=stdin, capture_output=True, timeout=60)
        return p.stdout, p.stderr, p.returncode


def bless(case, out, err, code):
    for name, data in (('expected.out', out), ('expected.err', err), ('expected.code', b'%d\n' % code if code else b'')):
        path = os.path.join(case, name)
        if data:
            with open(path, 'wb') as f:
                f.write(data)
        elif os.path.exists(path):
            os.unlink(path)


def difference(name, want, have):
    want, have = want.decode(errors='replace').splitlines(), have.decode(errors='replace').splitlines()
    for i in range(max(len(want), len(have))):
        a = want[i] if i < len(want) else '(end)'
        b = have[i] if i < len(have) else '(end)'
        if a != b:
            return f'{name} line {i + 1}: want {a[:160]!r}, have {b[:160]!r}'
    return f'{name} differs in its last newline'


def judge(belay, case):
    try:
        out, err, code = run(belay, case, 1)
        again = run(belay, case, 8)
    except (subprocess.SubprocessError, OSError) as e:
        return [str(e)]
    problems = []
    if (out, err, code) != again:
        problems.append('--jobs 1 and --jobs 8 differ: ' + difference('output', out + err, again[0] + again[1]))
    if os.environ.get('BELAY_BLESS'):
        bless(case, out, err, code)
        return problems
    want = read(os.path.join(case, 'expected.out'), b'')
    if out != want:
        problems.append(difference('output', want, out))
    want = read(os.path.join(case, 'expected.err'))
    if want is not None and err != want:
        problems.append(difference('standard error', want, err))
    want = int(read(os.path.join(case, 'expected.code'), b'0'))
    if code != want:
        problems.append(f'exit code: want {want}, have {code}; {err.decode(errors="replace")[-300:]}')
    return problems


def main():
    belay, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    found = sorted(cases(folder))
    print(f'1..{len(found)}')
    for number, case in enumerate(found, 1):
        problems = judge(belay, case)
        print(f'{"not ok" if problems else "ok"} {number} - {os.path.relpath(case, folder)}')
        for p in problems:
            print('#', p.replace('\n', ' '))
        sys.stdout.flush()


if __name__ == '__main__':
    main()
