#!/usr/bin/env python3
"""Runs every rule's own examples (belay rules test) and prints TAP.

usage: rules_test.py BELAY
"""
import re
import subprocess
import sys


def main():
    p = subprocess.run([sys.argv[1], 'rules', 'test'], capture_output=True, text=True, timeout=240)
    m = re.search(r'^(\d+) passed, (\d+) failed$', p.stdout, re.M)
    passed, failed = (int(m.group(1)), int(m.group(2))) if m else (0, 1)
    print(f'1..{passed + failed}')
    for i in range(passed):
        print(f'ok {i + 1} - example')
    for i in range(failed):
        print(f'not ok {passed + i + 1} - example')
    for line in p.stdout.splitlines() + p.stderr.splitlines():
        if not m or line != m.group(0):
            print('#', line)


if __name__ == '__main__':
    main()
