#!/usr/bin/env python3
"""usage: arm_functions.py BELAY

Template functions. Rows that Azure's engine evaluated (trust "high") must all agree. Rows of a re-implementation (trust "low") agree, or
are listed in EXPLAINED with what the provider's documentation says instead. BELAY_CORPORA names the folder that holds languages/; without
it the test is skipped. Prints TAP.
"""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'scripts'))
from tap import corpora  # noqa: E402

DOCS = 'https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-'
STRING = (DOCS + 'string', 'the argument must be a string')
COUNT = (DOCS + 'comparison#equals', 'exactly two arguments are compared')
ORDER = (DOCS + 'comparison', 'only two integers or two strings are compared: null and mixed types are refused')

EXPLAINED = {
    "[copyIndex()]": (DOCS + 'numeric#copyindex', 'only within a copy'),
    "[copyIndex('loop1')]": (DOCS + 'numeric#copyindex', 'only within a copy'),
    "[equals(null())]": COUNT,
    "[equals(null(), 'test', 1)]": COUNT,
    "[equals(null(), null(), createArray('a', 'b', 'c'))]": COUNT,
    "[greater(null(), 'test')]": ORDER,
    "[greater(null(), null())]": ORDER,
    "[greater('test', 1)]": ORDER,
    "[greaterOrEquals('test', 1)]": ORDER,
    "[int('2.3')]": (DOCS + 'numeric#int', 'a string is converted when it is an integer'),
    "[intersection(null(), null())]": (DOCS + 'array#intersection', 'arrays or objects are needed'),
    "[less(null(), 'test')]": ORDER,
    "[less(null(), null())]": ORDER,
    "[lessOrEquals(null(), 'test')]": ORDER,
    "[lessOrEquals(null(), null())]": ORDER,
    "[padLeft('1234', 8, '00')]": (DOCS + 'string#padleft', 'the padding is one character'),
    "[string(false())]": (DOCS + 'string#string', "the engine prints a boolean as .NET does: its own rows join true() as 'True'"),
    "[subscriptionResourceId('4ec875a5-41a2-4837-88cf-4266466e65ed', 'Microsoft.Authorization/roleDefinitions', "
    "'8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'b34282f6-5e3c-4306-8741-ebd7a871d187')]":
        (DOCS + 'resource#subscriptionresourceid', 'one name for each segment of the type'),
    "[substring('hello', 10)]": (DOCS + 'string#substring', 'a start past the end of the string is an error'),
    "[toLower(10)]": STRING,
    "[toUpper(10)]": STRING,
    "[trim(10)]": STRING,
    "[uniqueString('hello', 'world')]":
        (DOCS + 'string#uniquestring', 'a hash of 13 characters; the row holds hexadecimal digits of the arguments'),
    "[uri('http://contoso.org/firstpath', 'myscript.sh')]":
        (DOCS + 'string#uri', 'without a slash at its end, the base loses what follows its last one'),
}


def same(a, b):
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return a == b


def main():
    belay = os.path.abspath(sys.argv[1])
    with open(corpora('languages', 'arm', 'arm-functions.jsonl'), encoding='utf-8') as f:
        rows = [r for r in map(json.loads, f) if '\n' not in r['expr']]
    run = subprocess.run([belay, 'console', '--language', 'arm'], input=''.join(r['expr'] + '\n' for r in rows),
                         capture_output=True, text=True, timeout=60)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    wrong, stale = {'high': 0, 'low': 0}, set(EXPLAINED)
    print('1..4')
    for row, answer in zip(rows, answers):
        trust = row['trust'].split(':')[0]
        agrees = 'value' in answer and same(answer['value'], row['value'])
        if agrees or (trust == 'low' and row['expr'] in EXPLAINED):
            if not agrees:
                stale.discard(row['expr'])
            continue
        wrong[trust] += 1
        print(f"# {row['expr']}: want {row['value']!r}, have {answer}")
    results = [
        (len(answers) == len(rows) and len(rows) > 100, f'every row has its answer ({len(rows)})'),
        (not wrong['high'], "the engine's rows agree"),
        (not wrong['low'], 'the other rows agree or are explained by the documentation'),
        (not stale, f'no explanation is out of date {sorted(stale)}'),
    ]
    for i, (ok, words) in enumerate(results, 1):
        print(f"{'ok' if ok else 'not ok'} {i} - {words}")
    return not all(ok for ok, _ in results)


sys.exit(main())
