#!/usr/bin/env python3
"""usage: terraform_differential.py BELAY [--seed N] [--count N] [--show]

Makes Terraform expressions and evaluates each with `terraform console` and with `belay console`: the JSON of the value, whether it is an
error, and its type must agree. Skipped where there is no terraform on the machine. The seed is fixed, so that a run can be repeated; --show
prints what differs. Prints TAP.
"""
import argparse
import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

LEAST = 0.99  # of the expressions, those that must agree

STRINGS = ['""', '"a"', '"b"', '"B"', '"abc"', '"10"', '"-3"', '"1.5"', '"true"', '"false"', '"hello world"', '"Ünï çødé"', '"e\\u0301a"',
           '"a,b,,c"', '"x\\ny\\n"', '" x\\ny"', '"x\\n\\n"', '"\\n"', '"yes"', '"2001-01-02"', '"~"', '"  pad "', '"10.0.0.0/8"', '"192.168.1.0/24"', '"fd00::/48"', '"2024-02-29T12:30:45Z"', '"%d-%s"', '"👨‍👩‍👧 x"',
           '"aaa"', '"<&>"', '"q\\"uote"', '"eyJhIjoxfQ=="', '"{\\"a\\":[1,null,\\"x\\"]}"', '"a: [1, 2]\\nb: ~\\n"', '"0x1F"', '"1e3"', '"é"', '"ab12cd"']
NUMBERS = ['0', '1', '2', '3', '-1', '1.5', '-2.75', '10', '100', '1e3', '0.1', '1e-7', '12345678901234567890123', '7', '255', '1e21', '-0', '64']
KEYS = ['a', 'b', 'c', 'key', '"x y"', '"1"']
PATTERNS = ['"[a-z]+"', '"(.)(.)?"', '"(?P<x>[a-z])(?P<y>\\\\d*)"', '"^a"', '"b$"', '"\\\\s+"', '"(a|b)*"', '"[[:digit:]]{2}"', '"(?i)AB"', '"."', '"x*"', '"("',
            '"\\\\bw"', '"[^a]"', '"a{2,}?"', '"(?:ab)+"', '"\\\\pL"', '"a**"', '"(?=a)"', '"\\\\1"']
LAYOUTS = ['"YYYY-MM-DD"', '"DD MMM YYYY hh:mm ZZZ"', '"EEEE, MMMM D"', '"h:mm AA"', '"H'"'at'"'m"', '"YYYYMMDD\'T\'hhmmssZ"', '"ZZZZZ ZZZZ"', '"QQ"', '"YY M D s"', '"aa"']
TIMES = ['"2024-02-29T12:30:45Z"', '"2018-01-02T23:12:01+05:30"', '"2017-12-31T00:00:00-08:00"', '"2024-02-30T00:00:00Z"', '"x"', '"2023-06-05T04:03:02.5Z"']
FORMATS = ['"%s"', '"%d"', '"%5d|"', '"%-6s|"', '"%06.2f"', '"%v"', '"%#v"', '"%q"', '"%t"', '"%x"', '"%X"', '"%b"', '"%o"', '"%e"', '"%g"', '"%%"', '"%[1]s %[1]v"',
           '"%+d"', '"% d"', '"%.2s"', '"%10s|"', '"%.3g"', '"%z"', '"%s %s"', '"%08d"', '"%+.1e"', '"%#x"', '"%-8v|"', '"%G"', '"%.0f"']
ENCODINGS = ['"UTF-8"', '"UTF-16LE"', '"utf-16be"', '"UTF-16"', '"ISO-8859-1"', '"windows-1252"', '"Shift_JIS"', '"EUC-JP"', '"CP437"', '"nope"', '"big5"', '"KOI8-R"']
CIDRS = ['"10.0.0.0/8"', '"10.12.127.0/20"', '"192.168.1.5/24"', '"0.0.0.0/0"', '"fd00:fd12:3456:7890::/56"', '"10.0.0.0"', '"300.0.0.0/8"', '"::/0"', '"10.0.0.0/30"',
         '"172.16.0.0/12"', '"1.2.3.4/32"', '"fe80::1/64"']
DURATIONS = ['"1h"', '"-10m"', '"1h30m5s"', '"100ms"', '"1.5h"', '"x"', '"24h"', '"0"', '"-0.5s"', '"1d"']

# what each function takes: s text, n number, i small number, b bool, l list, L list of lists, S set, m map, M map of lists, a anything,
# p pattern, f format, t time, y layout, d duration, c block, e encoding, x text list, N number list, B bool list; * repeats; ? may be left out
FUNCTIONS = {
    'abs': 'n', 'alltrue': 'B', 'anytrue': 'B', 'base64decode': 's', 'base64encode': 's', 'base64sha256': 's', 'base64sha512': 's', 'basename': 's',
    'can': 'a', 'ceil': 'n', 'chomp': 's', 'chunklist': 'li', 'cidrhost': 'ci', 'cidrnetmask': 'c', 'cidrsubnet': 'cii', 'cidrsubnets': 'ci*', 'coalesce': 'a*',
    'coalescelist': 'l*', 'compact': 'x', 'concat': 'l*', 'contains': 'la', 'csvdecode': 's', 'dirname': 's', 'distinct': 'l', 'element': 'li', 'endswith': 'ss',
    'flatten': 'L', 'floor': 'n', 'format': 'fa*', 'formatdate': 'yt', 'formatlist': 'fa*', 'indent': 'is', 'index': 'la', 'join': 'sx', 'jsondecode': 's',
    'jsonencode': 'a', 'keys': 'm', 'length': 'a', 'log': 'nn', 'lookup': 'msa?', 'lower': 's', 'matchkeys': 'lll', 'max': 'n*', 'md5': 's', 'merge': 'm*', 'min': 'n*',
    'one': 'l', 'parseint': 'si', 'pow': 'ii', 'range': 'nn?n?', 'regex': 'ps', 'regexall': 'ps', 'replace': 'sss', 'reverse': 'l', 'setintersection': 'l*',
    'setproduct': 'l*', 'setsubtract': 'll', 'setunion': 'l*', 'sha1': 's', 'sha256': 's', 'sha512': 's', 'signum': 'n', 'slice': 'lii', 'sort': 'x', 'split': 'ss',
    'startswith': 'ss', 'strcontains': 'ss', 'strrev': 's', 'substr': 'sii', 'sum': 'N', 'textdecodebase64': 'se', 'textencodebase64': 'se', 'timeadd': 'td',
    'timecmp': 'tt', 'title': 's', 'tobool': 'a', 'tolist': 'a', 'tomap': 'a', 'tonumber': 'a', 'toset': 'a', 'tostring': 'a', 'transpose': 'M', 'trim': 'ss',
    'trimprefix': 'ss', 'trimspace': 's', 'trimsuffix': 'ss', 'try': 'a*', 'upper': 's', 'urlencode': 's', 'uuidv5': 'ss', 'values': 'm', 'yamldecode': 's',
    'yamlencode': 'a', 'zipmap': 'xl', 'issensitive': 'a', 'nonsensitive': 'a', 'ephemeralasnull': 'a',
}


class Maker:
    def __init__(self, rng, marks=False):
        self.r = rng
        self.marks = marks

    def any(self, d):
        kind = self.r.choice('ssnnbllmmS' if d > 0 else 'sssnnb')
        return self.of(kind, d) if self.r.random() > 0.06 else self.r.choice(['null', '[]', '{}', 'tolist([])', 'toset([])', 'tomap({})', 'tostring(null)', 'tonumber(null)'])

    def of(self, kind, d):
        r = self.r
        if kind not in 'a' and r.random() < 0.05:
            return self.any(d - 1)  # of another kind: an error, or a conversion
        if r.random() < 0.02:
            return 'null'
        if d > 0 and self.marks and r.random() < 0.03:
            return 'sensitive(%s)' % self.of(kind, d - 1)
        tables = {'p': PATTERNS, 'f': FORMATS, 't': TIMES, 'y': LAYOUTS, 'd': DURATIONS, 'c': CIDRS, 'e': ENCODINGS}
        if kind in tables:
            return r.choice(tables[kind])
        if d > 0 and r.random() < 0.35:
            made = self.computed(kind, d - 1)
            if made:
                return made
        if kind == 's':
            return r.choice(STRINGS) if r.random() < 0.8 else self.template(d - 1)
        if kind == 'n':
            return r.choice(NUMBERS)
        if kind == 'i':
            return r.choice(['0', '1', '2', '3', '4', '8', '10', '16', '-1', '-2', '5'])
        if kind == 'b':
            return r.choice(['true', 'false'])
        if kind == 'a':
            return self.any(d)
        if kind in 'lxNBLS':
            return self.list(kind, d)
        if kind in 'mM':
            return self.map(kind, d)
        return self.any(d)

    def list(self, kind, d):
        r = self.r
        inner = {'x': 's', 'N': 'n', 'B': 'b', 'L': 'l', 'S': 's'}.get(kind) or r.choice('sssnnbam')
        n = r.choice([0, 1, 1, 2, 2, 3, 4])
        text = '[' + ', '.join(self.of(inner, d - 1) for _ in range(n)) + ']'
        wrap = r.random()
        if kind == 'S':
            return 'toset(%s)' % text
        return 'tolist(%s)' % text if wrap < 0.15 else 'toset(%s)' % text if wrap < 0.25 else text

    def map(self, kind, d):
        r = self.r
        inner = 'x' if kind == 'M' else r.choice('sssnnbal')
        keys = r.sample(KEYS, r.choice([0, 1, 1, 2, 3]))
        text = '{' + ', '.join('%s = %s' % (k, self.of(inner, d - 1)) for k in keys) + '}'
        return 'tomap(%s)' % text if r.random() < 0.2 else text

    def template(self, d):
        r = self.r
        return r.choice([
            lambda: '"${%s}-x"' % self.of('s', d),
            lambda: '"v=${%s}"' % self.any(d),
            lambda: '"${%s}"' % self.any(d),
            lambda: '"%%{ if %s }yes ${%s}%%{ else }no%%{ endif }"' % (self.of('b', d), self.of('s', d)),
            lambda: '"%%{ for v in %s ~} [${jsonencode(v)}] %%{~ endfor }"' % self.of('l', d),
            lambda: '"%%{ for k, v in %s }${k}=${jsonencode(v)};%%{ endfor }"' % self.of('m', d),
            lambda: '"  ${~ %s ~}  end $${x} %%%%{y}"' % self.of('s', d),
            lambda: '"a %%{ if %s ~}  t  %%{~ endif ~}  b"' % self.of('b', d),
        ])()

    def computed(self, kind, d):
        r = self.r
        general = [lambda: '(%s ? %s : %s)' % (self.of('b', d), self.of(kind, d), self.of(kind, d)),
                   lambda: '%s[%s]' % (self.of('l', d), self.of('i', d)),
                   lambda: '{a = %s, b = %s}.%s' % (self.of(kind, d), self.any(d), r.choice('aab')),
                   lambda: 'try(%s, %s)' % (self.any(d), self.of(kind, d)),
                   lambda: '(%s)' % self.of(kind, d)]
        special = {
            'b': [lambda: '(%s %s %s)' % (self.any(d), r.choice(['==', '!=']), self.any(d)), lambda: '(%s %s %s)' % (self.of('n', d), r.choice(['<', '>', '<=', '>=']), self.of('n', d)),
                  lambda: '(%s %s %s)' % (self.of('b', d), r.choice(['&&', '||']), self.of('b', d)), lambda: '!%s' % self.of('b', d), lambda: 'can(%s)' % self.any(d),
                  lambda: self.call(['contains', 'alltrue', 'anytrue', 'startswith', 'endswith', 'strcontains', 'tobool', 'issensitive'], d)],
            'n': [lambda: '(%s %s %s)' % (self.of('n', d), r.choice('+-*/%'), self.of('n', d)), lambda: '-%s' % self.of('n', d) if r.random() < .5 else '(-(%s))' % self.of('n', d),
                  lambda: self.call(['length', 'abs', 'ceil', 'floor', 'max', 'min', 'parseint', 'pow', 'signum', 'sum', 'tonumber', 'log', 'index', 'timecmp'], d)],
            's': [lambda: self.template(d), lambda: self.call([f for f in FUNCTIONS if FUNCTIONS[f][:1] in 'sfy' and f not in ('jsondecode', 'yamldecode', 'split', 'csvdecode')] + ['join', 'tostring', 'jsonencode', 'yamlencode', 'format', 'cidrhost', 'cidrsubnet', 'timeadd'], d)],
            'l': [lambda: '[for v in %s : %s]' % (self.any_collection(d), self.in_loop(d)), lambda: '[for k, v in %s : {k = k, v = v} if %s]' % (self.any_collection(d), self.of('b', d)),
                  lambda: '%s[*]' % self.any(d), lambda: '%s[*].a' % self.list_of_objects(d), lambda: '%s.*.a' % self.list_of_objects(d),
                  lambda: self.call(['concat', 'distinct', 'flatten', 'keys', 'values', 'reverse', 'slice', 'sort', 'split', 'range', 'chunklist', 'compact', 'setproduct', 'setunion', 'setintersection', 'setsubtract', 'tolist', 'toset', 'regexall', 'formatlist', 'matchkeys', 'cidrsubnets', 'coalescelist'], d)],
            'm': [lambda: '{for k, v in %s : k => v}' % self.any_collection(d), lambda: '{for v in %s : jsonencode(v) => %s...}' % (self.any_collection(d), self.in_loop(d)),
                  lambda: self.call(['merge', 'zipmap', 'tomap', 'transpose', 'jsondecode', 'yamldecode'], d)],
        }
        special['x'] = special['L'] = special['S'] = special['l']
        special['i'] = [lambda: 'length(%s)' % self.any(d)]
        options = special.get(kind, []) * 3 + general
        return r.choice(options)()

    def any_collection(self, d):
        return self.of(self.r.choice('llmS'), d)

    def list_of_objects(self, d):
        n = self.r.choice([0, 1, 2, 2])
        text = '[' + ', '.join('{a = %s, b = 1}' % self.any(d - 1) for _ in range(n)) + ']'
        return text if self.r.random() < 0.7 else 'tolist(%s)' % text

    def in_loop(self, d):
        return self.r.choice(['v', '"<${jsonencode(v)}>"', '[v, %s]' % self.any(d - 1), 'try(v.a, v[0], %s)' % self.any(d - 1), '{(jsonencode(v)) = v}', 'v == %s' % self.any(d - 1),
                              'upper(v)', 'v + 1'])

    def call(self, names, d):
        r = self.r
        name = r.choice(names)
        takes, args, last = FUNCTIONS[name], [], 'a'
        i = 0
        while i < len(takes):
            c = takes[i]
            after = takes[i + 1] if i + 1 < len(takes) else ''
            if after == '?':
                if r.random() < 0.5:
                    break
                args.append(self.of(c, d))
                i += 2
                continue
            if after == '*':
                args += [self.of(c, d) for _ in range(r.choice([0, 1, 1, 2, 2, 3]))]
                i += 2
                continue
            args.append(self.of(c, d))
            i += 1
        if r.random() < 0.01:
            args = args[:-1] if r.random() < 0.5 else args + [self.any(0)]
        if args and r.random() < 0.02:
            return '%s(%s, [%s]...)' % (name, ', '.join(args[:-1]), args[-1]) if len(args) > 1 else '%s([%s]...)' % (name, args[-1])
        return '%s(%s)' % (name, ', '.join(args))

    def expression(self):
        r = self.r
        if r.random() < 0.6:
            return self.call(list(FUNCTIONS), r.choice([0, 0, 1, 1, 2]))
        return self.computed(r.choice('bnslmaS'), r.choice([1, 1, 2, 3])) or self.any(2)


ERROR = '!error'


def console(text, folder):
    env = dict(os.environ, TF_CLI_CONFIG_FILE=os.devnull, CHECKPOINT_DISABLE='1')
    p = subprocess.run(['terraform', 'console'], input=text + '\n', capture_output=True, text=True, cwd=folder, env=env, timeout=120)
    return re.sub(r'\x1b\[[0-9;]*m', '', p.stdout) if p.returncode == 0 else None


def chunks(lines):
    """terraform reads lines of at most 64 KiB."""
    some, size = [], 0
    for line in lines:
        if size + len(line.encode()) > 55000:
            yield some
            some, size = [], 0
        some.append(line)
        size += len(line.encode()) + 2
    if some:
        yield some


def terraform(lines, folder):
    """One answer a line: a quoted text, or (known after apply). What terraform refuses before it evaluates is an error, searched for by halves."""
    text = console('[%s]' % ', '.join(lines), folder)
    if text is None:
        if len(lines) == 1:
            return [None]
        half = len(lines) // 2
        return terraform(lines[:half], folder) + terraform(lines[half:], folder)
    return [line[2:].rstrip(',') for line in text.split('\n')[1:-2]]


def unquote(text):
    if text is None:
        return ERROR
    if not text.startswith('"'):
        return text
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text


def belay(program, lines):
    p = subprocess.run([program, 'console', '--language', 'terraform'], input='\n'.join(lines) + '\n', capture_output=True, text=True, timeout=120)
    return [json.loads(l) for l in p.stdout.splitlines()]


def plain(answer):
    if 'unknown' in answer:
        return '(known after apply)'
    if 'error' in answer:
        return ERROR
    if isinstance(answer['value'], dict) and '$sensitive' in answer['value']:
        return '(sensitive value)'
    return answer['value']


def terraform_types(expressions, folder):
    text = re.sub(r'\s+', '', console('type([%s])' % ', '.join(expressions), folder))
    text = re.sub(r',(?=[\])}])', '', text).replace(':', '=').replace('"', '').replace('\\', '')[len('tuple(['):-len('])')]
    types, depth, begin = [], 0, 0
    for i, c in enumerate(text + ','):
        depth += (c in '([{') - (c in ')]}')
        if c == ',' and depth == 0:
            types.append(text[begin:i])
            begin = i + 1
    return types


def differences(program, seed, count):
    maker = Maker(random.Random(seed))
    expressions = list(dict.fromkeys(maker.expression() for _ in range(count)))
    maker.marks = True
    expressions += ['jsonencode(try(issensitive(%s), null))' % maker.expression() for _ in range(count // 6)]
    wrapped = ['try(jsonencode(%s), "%s")' % (e, ERROR) for e in expressions]
    with tempfile.TemporaryDirectory() as folder:
        want = [unquote(a) for some in chunks(wrapped) for a in terraform(some, folder)]
        have = [plain(a) for a in belay(program, wrapped)]
        wrong = [(e, w, h) for e, w, h in zip(expressions, want, have) if w != h]
        good = [e for e, w, h in zip(expressions, want, have) if w == h and w not in (ERROR, '(known after apply)', '(sensitive value)')]
        types = [t for some in chunks(good) for t in terraform_types(some, folder)]
        mine = [re.sub(r'\s+', '', a.get('value', '')).replace('"', '').replace(':', '=').replace('\\', '') for a in belay(program, ['type(%s)' % e for e in good])]
        wrong += [(e, w, h) for e, w, h in zip(good, types, mine) if w != h]
    return len(expressions), len(types), wrong


def unknown_functions(program):
    """The functions that terraform says it has and belay does not know."""
    env = dict(os.environ, TF_CLI_CONFIG_FILE=os.devnull, CHECKPOINT_DISABLE='1')
    p = subprocess.run(['terraform', 'metadata', 'functions', '-json'], capture_output=True, text=True, env=env, timeout=60)
    names = sorted(json.loads(p.stdout[p.stdout.index('{'):])['function_signatures'])
    answers = belay(program, ['%s()' % n for n in names])
    return [n for n, a in zip(names, answers) if 'there is no function' in a.get('error', '')]


def main():
    p = argparse.ArgumentParser()
    p.add_argument('belay')
    p.add_argument('--seed', type=int, default=20240229)
    p.add_argument('--count', type=int, default=6000)
    p.add_argument('--show', action='store_true')
    a = p.parse_args()
    if not shutil.which('terraform'):
        print('1..0 # SKIP there is no terraform on this machine')
        return 0
    total, typed, wrong = differences(a.belay, a.seed, a.count)
    if a.show:
        for e, w, h in wrong:
            print('# %s\n#   terraform %s\n#   belay     %s' % (e, w, h))
    agree = 1 - len(wrong) / total
    good = agree >= LEAST and typed > total / 4
    lacking = unknown_functions(a.belay)
    print('1..2')
    print('%s 1 - %d expressions agree with terraform: %.2f%%, %d types' % ('ok' if good else 'not ok', total, 100 * agree, typed))
    print('%s 2 - all functions of terraform are known %s' % ('not ok' if lacking else 'ok', ' '.join(lacking)))
    for e, w, h in [] if good else wrong[:20]:
        print('# %s: terraform %s, belay %s' % (e, w, h))
    return 0 if good and not lacking else 1


if __name__ == '__main__':
    sys.exit(main())
