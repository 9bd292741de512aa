#!/usr/bin/env python3
"""tests/count-tap decides whether ./test passes, so it has a test of its own."""

import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import Tap  # noqa: E402

COUNT_TAP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "count-tap")


def totals(*tests):
    """The last line count-tap prints for these rows of meson's testlog.json, and its exit status."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as log:
        for test in tests:
            log.write(json.dumps({"name": "t", "returncode": 0} | test) + "\n")
        log.flush()
        done = subprocess.run([sys.executable, COUNT_TAP, log.name], capture_output=True, text=True)
    return (done.stdout.splitlines() or [""])[-1], done.returncode


CASES = [
    ("a passing TAP test counts each subtest", "2 0 0",
     {"result": "OK", "stdout": "1..2\nok 1 - a\nok 2 - b\n"}),
    ("a failing subtest is counted once", "1 1 0",
     {"result": "FAIL", "returncode": 1, "stdout": "1..2\nok 1 - a\nnot ok 2 - b\n"}),
    ("a skipped subtest is not a passed one", "1 0 1",
     {"result": "OK", "stdout": "1..2\nok 1 - a\nok 2 - b # SKIP no network\n"}),
    ("a crash after passing subtests is a failure", "1 1 0",
     {"result": "ERROR", "returncode": 134, "stdout": "1..2\nok 1 - a\n"}),
    ("a leak found after the last subtest is a failure", "2 1 0",
     {"result": "FAIL", "returncode": 23, "stdout": "1..2\nok 1 - a\nok 2 - b\n"}),
    ("a hash in a title is no directive", "1 1 0",
     {"result": "FAIL", "returncode": 1, "stdout": "1..2\nok 1 - the # mark\nnot ok 2 - #[x] is read\n"}),
    ("a test without TAP counts as one", "1 0 0", {"result": "OK", "stdout": "ok then\n"}),
    ("a test without TAP that fails counts as one", "0 1 0", {"result": "FAIL", "returncode": 1, "stdout": ""}),
    ("a whole plan skipped counts as one", "0 0 1",
     {"result": "SKIP", "stdout": "1..0 # SKIP the corpora are not there\n"}),
    ("a timeout is a failure", "0 1 0", {"result": "TIMEOUT", "returncode": -9, "stdout": ""}),
]

with Tap() as t:
    for name, want, row in CASES:
        got, _ = totals(row)
        t.check(got == want, name, f"got {got!r}, want {want!r}")
    got, status = totals()
    t.check(status != 0, "a run in which no test ran is no success", f"exit status {status}")
