"""Runs the program on the examples, for the tests beside this file."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scripts"))
from tap import Tap  # noqa: E402,F401

SOURCE = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
EXAMPLES = os.path.join(SOURCE, "examples")
GRAPH = os.path.join(EXAMPLES, "snapshots", "resource-graph.json")
STATE = os.path.join(EXAMPLES, "snapshots", "terraform.tfstate")
NOW = "2026-03-04T08:00:00Z"


class Belay:
    """The program under test; `program` is what meson built."""

    def __init__(self, program):
        self.program = os.path.abspath(program)

    def run(self, *arguments, stdin="", cwd=SOURCE):
        """(exit status, standard output, standard error)"""
        done = subprocess.run([self.program, *arguments], input=stdin, cwd=cwd, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def json(self, *arguments, statuses=(0, 1), **keywords):
        """What it prints, parsed; AssertionError when it ended in another way."""
        status, out, err = self.run(*arguments, **keywords)
        assert status in statuses, f"{arguments} ended with {status}: {err.strip()[-800:]}"
        return json.loads(out)
