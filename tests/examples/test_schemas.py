#!/usr/bin/env python3
"""What belay prints for the examples is what docs/schemas promises, and holds nothing they do not name."""

import copy
import json
import os
import sys

import jsonschema

from belay import EXAMPLES, GRAPH, NOW, SOURCE, STATE, Belay, Tap

SHOP = os.path.join(EXAMPLES, "shop")
COMMANDS = [
    ("baseline", ["baseline", EXAMPLES]),
    ("scan", ["scan", EXAMPLES, "--no-config", "--snapshot", GRAPH, "--now", NOW, "--format", "json"]),
    ("rules", ["rules", "list", "--format", "json"]),
    ("resources", ["resources", EXAMPLES, "--format", "json"]),
    ("graph", ["dump", "--stage", "graph", "--format", "json", SHOP]),
    ("map", ["map", EXAMPLES, "--snapshot", GRAPH, "--snapshot", STATE, "--format", "json"]),
    ("explain", ["explain", "stshopprodassets", EXAMPLES, "--snapshot", GRAPH, "--snapshot", STATE, "--format", "json"]),
    ("inventory", ["inventory", EXAMPLES, "--snapshot", GRAPH, "--snapshot", STATE, "--format", "json"]),
    ("tag", ["tag", EXAMPLES, "--validate", "--format", "json"]),
    ("paths", ["paths", EXAMPLES, "--snapshot", GRAPH, "--format", "json"]),
]
# What must not be empty, or the schema would have nothing to hold against it.
FILLED = {
    "baseline": ["fingerprints"],
    "scan": ["findings"],
    "rules": ["rules"],
    "resources": ["resources"],
    "graph": ["nodes", "edges"],
    "map": ["links", "cloud_only", "drift"],
    "explain": ["explained"],
    "inventory": ["inventory"],
    "paths": ["paths"],
    "tag": ["resources"],
}
EXPRESSIONS = [
    ("terraform", '1 + 2\nupper("shop")\nvar.nobody\n1 +\n'),
    ("arm", "[concat('a', 'b')]\n[add(1, 2)]\n[concat('a'\n"),
    ("bicep", "'${1 + 2} shops'\nlength([1, 2])\nnobody\n"),
]


def schema(name):
    with open(os.path.join(SOURCE, "docs", "schemas", name + ".schema.json"), encoding="utf-8") as f:
        return json.load(f)


def closed(node):
    """The schema with every object that names its fields refusing others: readers must bear new fields, this test must not."""
    node = copy.deepcopy(node)
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            if "properties" in part and isinstance(part["properties"], dict):
                part.setdefault("additionalProperties", False)
            stack.extend(part.values())
        elif isinstance(part, list):
            stack.extend(part)
    return node


def faults(validator, document):
    found = []
    for error in sorted(validator.iter_errors(document), key=lambda e: list(map(str, e.absolute_path))):
        place = "/".join(map(str, error.absolute_path))
        found.append(f"{place}: {error.message[:200]}")
        if len(found) == 12:
            break
    return "\n".join(found)


def main(program):
    belay = Belay(program)
    with Tap() as t:
        for name, arguments in COMMANDS:
            try:
                document = belay.json(*arguments, statuses=(0, 1))
            except (AssertionError, ValueError) as error:
                t.check(False, f"{name} prints JSON", error)
                continue
            validator = jsonschema.Draft7Validator(closed(schema(name)))
            why = faults(validator, document)
            t.check(not why, f"{name} prints what its schema says and no more", why)
            empty = [key for key in FILLED[name] if not document.get(key)]
            t.check(not empty, f"{name} has something to show for the examples", f"empty: {empty}")
        validator = jsonschema.Draft7Validator(schema("console"))
        for language, lines in EXPRESSIONS:
            _, out, err = belay.run("console", "--language", language, stdin=lines)
            answers = out.splitlines()
            t.check(len(answers) == len(lines.splitlines()), f"console answers each line of {language}", out + err)
            why = "\n".join(faults(validator, json.loads(line)) for line in answers).strip()
            t.check(not why, f"console prints what its schema says for {language}", why)


main(sys.argv[1])
