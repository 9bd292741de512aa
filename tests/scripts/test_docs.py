#!/usr/bin/env python3
"""Links in the documents lead somewhere, and what README and the user guide show is what the program prints."""

import os
import re
import subprocess
import sys

from tap import Tap

SOURCE = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
DOCUMENTS = ["CONTRIBUTING.md", "README.md", "docs/user-guide.md", "examples/README.md"]
SHOWN = [
    ["scan", "examples/shop/infra", "--snapshot", "examples/snapshots/resource-graph.json"],
    ["paths", "examples/shop", "--snapshot", "examples/snapshots/resource-graph.json"],
]


def read(path):
    with open(os.path.join(SOURCE, path), encoding="utf-8") as f:
        return f.read()


def slug(title):
    return re.sub(r"[^\w -]", "", title.strip().lower()).replace(" ", "-")


def dead_links(document):
    text = read(document)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http:", "https:")):
            continue
        path, _, anchor = target.partition("#")
        full = os.path.normpath(os.path.join(SOURCE, os.path.dirname(document), path)) if path else os.path.join(SOURCE, document)
        if not os.path.exists(full):
            yield target
        elif anchor and anchor not in {slug(t) for t in re.findall(r"^#+ (.*)$", read(os.path.relpath(full, SOURCE)), re.M)}:
            yield target


def shown(text):
    """The lines of the blocks that begin with an output's first line."""
    for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.M):
        if not re.search(r"examples/shop/infra/\w+\.tf", block):
            continue
        for line in block.splitlines():
            line = line[4:].rstrip()
            if line and line != "..." and not line.startswith("$ "):
                yield line


def main(program):
    with Tap() as t:
        for document in DOCUMENTS:
            dead = list(dead_links(document))
            t.check(not dead, f"the links in {document} lead somewhere", dead)
        printed = set()
        for arguments in SHOWN:
            done = subprocess.run([program, *arguments], cwd=SOURCE, capture_output=True, text=True)
            printed |= {line.rstrip() for line in done.stdout.splitlines()}
        for document in ("README.md", "docs/user-guide.md"):
            lines = list(shown(read(document)))
            stale = [line for line in lines if line not in printed]
            t.check(lines and not stale, f"{document} shows what the program prints", "\n".join(stale) or "nothing is shown")


main(os.path.abspath(sys.argv[1]))
