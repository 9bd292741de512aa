#!/usr/bin/env python3
"""usage: hcl_expressions.py BELAY

HCL's own cases, expressions and templates, against the console: value, type and whether it is an error; and the cases of its specification
suite that need no schema. A name that a case takes for given is a for's variable here. BELAY_CORPORA names the folder that holds languages/;
without it the test is skipped. Prints TAP.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import corpora  # noqa: E402

LEAST = 0.99
# a function that only the library's own test has
NO_CASE = {'foo::upper("foo")'}


def literal(value, type_):
    """A value of a type as Terraform writes it."""
    text = json.dumps(value)
    kind = type_.split('(')[0]
    if value is None:
        inner = {'string': '"a"', 'number': '1', 'bool': 'true', 'object': '{is_thingy = true, name = "a"}', 'list': 'tolist([{name = "a"}])'}[kind]
        return '(false ? %s : null)' % inner
    text = re.sub(r'"(\w+)": ', r'\1 = ', text)
    return {'list': 'tolist(%s)', 'set': 'toset(%s)', 'map': 'tomap(%s)'}.get(kind, '%s') % text


def console(belay, folder, text):
    p = subprocess.run([belay, 'console', '--language', 'terraform', '--dir', folder], input=text + '\n', capture_output=True, text=True, timeout=60)
    return json.loads(p.stdout.splitlines()[0])


def expression(row, folder):
    text = row['input'].strip('\n') if row['kind'] == 'expr' else row['input']
    if row['kind'] == 'template':
        if '\n' in text or '\\' in text:
            with open(os.path.join(folder, 't.tmpl'), 'w') as f:
                f.write(text)
            return 'templatefile("t.tmpl", {})'
        return '"%s"' % text
    text = text.replace('negate(0)', '-0')
    for name, v in row.get('vars', {}).items():
        end = '\n' if text.endswith('EOT') else ''
        text = '[for %s in [%s] : %s%s][0]' % (name, literal(v['value'], v['type']), text, end)
    if '\n' not in text:
        return text
    with open(os.path.join(folder, 'main.tf'), 'w') as f:
        f.write('locals {\n  x = %s\n}\n' % text)
    return 'local.x'


def agrees(row, got):
    if row.get('error'):
        return 'error' in got
    return 'value' in got and got['value'] == row['value'] and type(got['value']) is type(row['value']) and \
        got['type'] == {'any': 'dynamic'}.get(row['type'], row['type'])


def expressions(belay, path):
    for line in open(path):
        row = json.loads(line)
        if row['input'] in NO_CASE:
            continue
        with tempfile.TemporaryDirectory() as folder:
            text = expression(row, folder)
            got = console(belay, folder, text)
        yield agrees(row, got), '%s: want %s %s, have %s' % (row['input'], row.get('value', 'an error'), row.get('type', ''), got)


def wrong_lines(belay, text):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'main.tf'), 'w') as f:
            f.write(text)
        p = subprocess.run([os.path.abspath(belay), 'dump', '--stage', 'parse', 'main.tf'], capture_output=True, text=True, cwd=folder, timeout=60)
    return {int(n) for n in re.findall(r'^main\.tf:(\d+):\d+: error', p.stderr, re.M)}


def specification(belay, root):
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(n[:-2] for n in names if n.endswith('.t')):
            config, expected = (open(os.path.join(folder, name + e)).read() for e in ('.hcl', '.t'))
            if name == 'unexpected':
                continue  # only a schema says that an argument is not expected
            where = [int(n) for n in re.findall(r'from \{\s*line\s*=\s*(\d+)', expected)]
            if name == 'heredoc':
                yield from heredocs(belay, config, expected)
                continue
            if name == 'expected':
                config = 'locals {\n%s}\n' % config  # a configuration of Terraform has no arguments outside of blocks
            lines = wrong_lines(belay, config)
            good = set(where) <= lines if where else not lines
            yield good, '%s: want errors at %s, have %s' % (name, where, sorted(lines))


def heredocs(belay, config, expected):
    """Each text of the case on its own, beside what the case says it is."""
    config = config.replace('${bar}', '${"Bar"}').replace('${space_bar}', '${"  Bar"}')
    result = expected[expected.index('result = '):expected.index('result_type')]
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'main.tf'), 'w') as f:
            f.write('locals {\n%s\n%s\n}\n' % (config, result))
        for group, names in (('normal', re.findall(r'^  (\w+) +=? *<<EOT', config, re.M)), ('flush', re.findall(r'^  (\w+) = <<-EOT', config, re.M))):
            for name in names:
                got = console(belay, folder, 'local.%s.%s == local.result.%s.%s' % (group, name, group, name))
                text = console(belay, folder, 'local.%s.%s' % (group, name))
                yield got.get('value') is True, 'heredoc %s %s: %s' % (group, name, text)


def main():
    languages = corpora('languages')
    status = 0
    print('1..2')
    for i, (what, results) in enumerate((('expressions and templates', expressions(sys.argv[1], os.path.join(languages, 'hcl-expressions.jsonl'))),
                                         ('specification', specification(sys.argv[1], os.path.join(languages, 'hcl-specsuite')))), 1):
        results = list(results)
        met = sum(good for good, _ in results)
        good = met >= LEAST * len(results)
        print('%s %d - %s: %d of %d' % ('ok' if good else 'not ok', i, what, met, len(results)))
        for fine, words in results:
            if not fine:
                print('# ' + words.replace('\n', '\\n'))
        status |= not good
    return status


if __name__ == '__main__':
    sys.exit(main())
