#!/usr/bin/env python3
"""setup installs the libraries that the build asks for, and no others."""

import os
import re
import subprocess
import sys

from tap import Tap

SOURCE = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
OF_THE_COMPILER = {"threads"}


def asked_for():
    found = set()
    for folder, folders, files in os.walk(SOURCE):
        folders[:] = [f for f in folders if f not in ("node_modules", ".git") and not f.startswith("build")]
        if "meson.build" in files:
            with open(os.path.join(folder, "meson.build"), encoding="utf-8") as f:
                found |= set(re.findall(r"\bdependency\('([^']+)'", f.read()))
    return found - OF_THE_COMPILER


def installed():
    with open(os.path.join(SOURCE, "setup"), encoding="utf-8") as f:
        return set(re.findall(r"^\t\[([^\]]+)\]=", f.read(), re.M))


with Tap() as t:
    missing, needless = asked_for() - installed(), installed() - asked_for()
    t.check(not missing, "setup leaves no library out", sorted(missing))
    t.check(not needless, "setup installs no library that nothing uses", sorted(needless))
    for script in ("setup", "run", "test", ".ci/run", "examples/show", "examples/demo-pull-request.sh"):
        done = subprocess.run(["bash", "-n", os.path.join(SOURCE, script)], capture_output=True, text=True)
        t.check(done.returncode == 0, f"{script} is a script that bash can read", done.stderr)

sys.exit(t.failed > 0)
