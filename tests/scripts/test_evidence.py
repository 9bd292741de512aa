#!/usr/bin/env python3
"""Each row of mapping/evidence.def has a case with a near miss in tests/unit/test_evidence_*.c, and the rows stand in order.

usage: test_evidence.py ROOT
"""
import glob
import os
import re
import sys

from tap import Tap


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def main(root):
    rows = re.findall(r'^X\((\w+), "', read(os.path.join(root, 'mapping/evidence.def')), re.M)
    tests = ''.join(read(path) for path in glob.glob(os.path.join(root, 'tests/unit/test_evidence_*.c')))
    cases = re.findall(r'^\t\{(\w+), (.*?)(?=^\t\{\w+, |^\};)', tests, re.M | re.S)
    tested = {row for row, text in cases if '.changes = {{' in text}
    with Tap() as t:
        t.check(rows and rows == sorted(rows), 'the rows are in order', rows)
        for row in rows:
            t.check(row in tested, f'{row} has a case, and something that it must not count for')
    return t.failed != 0


sys.exit(main(sys.argv[1]))
