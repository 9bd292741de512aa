#!/usr/bin/env python3
"""Simulating the examples' estate: the same files however it is run, and the same links whatever order the files have."""

import filecmp
import json
import os
import random
import shutil
import sys
import tempfile

from belay import EXAMPLES, NOW, Belay, Tap

CHANGES = ["--rename", "10", "--drift", "20", "--shadow", "20", "--strip-tags", "50", "--delete", "5"]


def files_in(folder):
    return sorted(os.path.relpath(os.path.join(path, name), folder) for path, _, names in os.walk(folder) for name in names)


def simulate(belay, folder, seed, *more):
    status, _, err = belay.run("simulate", EXAMPLES, "-q", "--output", folder, "--now", NOW, "--seed", seed, *CHANGES, *more)
    assert status == 0, err


def shuffled_copy(source, target):
    """The tree with its files made in another order, so that folders list them in another."""
    names = files_in(source)
    random.Random(2).shuffle(names)
    for name in names:
        path = os.path.join(target, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile(os.path.join(source, name), path)


def shuffle_rows(path):
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    random.Random(3).shuffle(document["data"])
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f)


def links(belay, code, snapshots):
    given = [x for path in snapshots for x in ("--snapshot", path)]
    return belay.json("map", code, "--root", code, "--format", "json", "--now", NOW, *given)


def check_order(t, belay, folder):
    graph = os.path.join(folder, "azure-resource-graph.json")
    states = [os.path.join(folder, "state", name) for name in sorted(os.listdir(os.path.join(folder, "state")))]
    before = links(belay, EXAMPLES, [graph, *states])
    shuffle_rows(graph)
    after = links(belay, EXAMPLES, [graph, *states])
    t.check(before == after, "the order of an export's rows changes no link")
    after = links(belay, EXAMPLES, [*reversed(states), graph])
    t.check(before == after, "the order of the snapshots changes no link")
    with tempfile.TemporaryDirectory() as copy:
        shuffled_copy(EXAMPLES, copy)
        shuffled = links(belay, copy, [graph, *states])
    before = links(belay, EXAMPLES, [graph, *states])
    t.check(before["links"] and before["links"] == shuffled["links"], "the order of files in their folders changes no link")


def check_truth(t, belay, folder):
    """What a state says is true, and belay says it too."""
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as f:
        truth = json.load(f)
    states = [os.path.join(folder, "state", name) for name in sorted(os.listdir(os.path.join(folder, "state")))]
    graph = os.path.join(folder, "azure-resource-graph.json")
    found = {(x["code"]["address"], x["asset"]["id"].lower()) for x in belay.json("map", EXAMPLES, "--format", "json", "--snapshot", graph,
             *[x for path in states for x in ("--snapshot", path)])["links"] if x["confidence"] >= 0.9}
    want = {(x["address"], x["asset"].lower()) for x in truth["links"] if {"azure", "state"} <= set(x["shown"]) and not x["within"]}
    t.check(want and want <= found, "with the states every asset of the Resource Graph export is tied to its block", sorted(want - found))


def main(program):
    belay = Belay(program)
    with Tap() as t, tempfile.TemporaryDirectory() as top:
        one, many, other = (os.path.join(top, name) for name in ("one", "many", "other"))
        simulate(belay, one, "5", "--jobs", "1")
        simulate(belay, many, "5", "--jobs", "4")
        names = files_in(one)
        _, differ, missing = filecmp.cmpfiles(one, many, names, shallow=False)
        t.check(names == files_in(many) and not differ and not missing, "one worker and four write the same files", f"{differ} {missing}")
        simulate(belay, other, "6")
        t.check(not filecmp.cmp(os.path.join(one, "truth.json"), os.path.join(other, "truth.json"), shallow=False), "another seed is another estate")
        check_order(t, belay, one)
        check_truth(t, belay, one)
        status, _, err = belay.run("simulate", EXAMPLES, "--output", other, "--formats", "azure,nothing")
        t.check(status == 2 and "'nothing'" in err, "a format that is none is refused by name", err)
        status, _, err = belay.run("simulate", EXAMPLES, "--output", other, "--drift", "101")
        t.check(status == 2 and "--drift" in err, "more than all cannot drift", err)
    return t.failed != 0


sys.exit(main(sys.argv[1]))
