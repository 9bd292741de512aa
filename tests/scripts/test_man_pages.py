#!/usr/bin/env python3
"""The man pages know the options that the program knows, and no others."""

import os
import re
import subprocess
import sys

from tap import Tap

MAN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "man")
# Which page tells of which verbs.
PAGES = {
    "belay-annotate": ["annotate"],
    "belay-explain": ["explain"],
    "belay-inventory": ["inventory"],
    "belay-map": ["map"],
    "belay-paths": ["paths"],
    "belay-resources": ["build", "console", "dump", "resources"],
    "belay-rules": ["rules"],
    "belay-scan": ["baseline", "scan"],
    "belay-simulate": ["simulate"],
    "belay-snapshot": ["snapshot"],
    "belay-tag": ["tag"],
}


def of_page(page):
    with open(os.path.join(MAN, page + ".1.scd"), encoding="utf-8") as f:
        options = re.search(r"^# OPTIONS$(.*?)^# ", f.read(), re.M | re.S)
    return set(re.findall(r"^(?:\*-\w\*, )?\*--([a-z-]+)\*", options.group(1), re.M))


def of_help(program, *verb):
    out = subprocess.run([program, *verb, "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^\s+(?:-\w, )?--([a-z-]+)", out, re.M)), out


def main(program):
    with Tap() as t:
        _, usage = of_help(program)
        verbs = set(re.findall(r"^  ([a-z]+) ", usage, re.M))
        told = {verb for page in PAGES.values() for verb in page}
        t.check(verbs == told, "each verb has a man page", f"verbs {sorted(verbs)}, pages for {sorted(told)}")
        shared = of_page("belay") - {"version"}
        everywhere = set()
        for page, page_verbs in sorted(PAGES.items()):
            known = set().union(*(of_help(program, verb)[0] for verb in page_verbs))
            everywhere |= known
            told = of_page(page)
            t.check(known <= told | shared, f"{page} leaves no option out", sorted(known - told - shared))
            t.check(told <= known, f"{page} tells of no option that is not there", sorted(told - known))
        t.check(shared <= everywhere, "belay tells of no option that is not there", sorted(shared - everywhere))


main(sys.argv[1])
