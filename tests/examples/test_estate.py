#!/usr/bin/env python3
"""What examples/README.md says of the estate is what belay finds in it."""

import json
import os
import subprocess
import sys
import tempfile

from belay import EXAMPLES, GRAPH, NOW, STATE, Belay, Tap

SHOP = os.path.join(EXAMPLES, "shop")


def names(path):
    return [node["name"].lower() for node in path["nodes"]]


def leads(paths, *stops):
    """Is there a path from the internet that passes the stops in order (each a part of a node's name)?"""
    for path in paths:
        rest = iter(names(path))
        if path["nodes"][0]["kind"] == "internet" and all(any(stop in name for name in rest) for stop in stops):
            return True
    return False


def show(paths):
    return "\n".join(" -> ".join(names(path)) for path in paths) or "no paths"


def check_findings(t, belay):
    report = belay.json("scan", EXAMPLES, "--no-config", "--format", "json", "--now", NOW)
    where = {(f["location"]["file"], f["location"]["start_line"]) for f in report["findings"] if f["result"] == "fail"}

    def line(file, text):
        with open(os.path.join(EXAMPLES, file), encoding="utf-8") as f:
            for number, content in enumerate(f, 1):
                if text in content:
                    return (f"examples/{file}", number)
        raise AssertionError(f"{text!r} is not in {file}")

    planted = [
        ("shop/infra/data.tf", "https_traffic_only_enabled      = false", "plain HTTP to the pictures"),
        ("shop/worker/Dockerfile", "FROM python:latest", "the worker's floating base image"),
        ("shop/worker/Dockerfile", "ADD https://", "the worker's download"),
    ]
    for file, text, what in planted:
        t.check(line(file, text) in where, f"scan flags {what} on its line", f"{line(file, text)} is not among the findings")
    careful = {f["rule"] for f in report["findings"] if f["location"]["file"] == "examples/shop/api/Dockerfile"}
    t.check(not careful, "scan finds nothing in the careful Dockerfile", careful)
    audit = [f for f in report["findings"] if f["result"] == "fail"
             and f.get("resource", {}).get("address") == "azurerm_storage_account.audit" and f["severity"] in ("critical", "high")]
    t.check(not audit, "scan finds nothing grave in the careful storage account", [f["rule"] for f in audit])
    doubtful = [f["rule"] for f in report["findings"] if f["location"]["file"] == "examples/shop/deploy/k8s/api.yaml"
                and (f["result"] == "maybe" or f["severity"] in ("critical", "high"))]
    t.check(not doubtful, "scan finds nothing grave and doubts nothing in the careful deployment", doubtful)
    errors = [d for d in report["diagnostics"] if d["severity"] == "error"]
    t.check(not errors, "scan reads every file of the examples", errors)

    joined = belay.json("scan", SHOP, "--snapshot", GRAPH, "--no-config", "--format", "json", "--now", NOW)["findings"]
    https = [f for f in joined if f["rule"] == "azure/storage/https-only"]
    t.check([f.get("resource", {}).get("address") for f in https] == ["azurerm_storage_account.assets"]
            and any("stshopprodassets" in a["id"] for a in https[0].get("assets", [])),
            "scan --snapshot tells once, at the code, what code and asset share", [f["location"] for f in https])


def check_map(t, belay):
    report = belay.json("map", SHOP, "--snapshot", GRAPH, "--snapshot", STATE, "--format", "json")
    with open(GRAPH, encoding="utf-8") as f:
        assets = [row["id"].lower() for row in json.load(f)["data"]]
    linked = {link["asset"]["id"].lower() for link in report["links"]}
    missing = [a for a in assets if a not in linked and not a.endswith("/stshopdumps")]
    t.check(not missing, "map links every asset that code declares", missing)
    shadow = json.dumps(report["cloud_only"]).lower()
    t.check("stshopdumps" in shadow, "map lists the storage account that no code declares", shadow)
    t.check(len(report["cloud_only"]) == 1, "map calls nothing else undeclared", shadow)
    drift = json.dumps(report["drift"])
    t.check("minimumTlsVersion" in drift and "TLS1_0" in drift, "map sees the storage account's drift", drift)
    t.check(len(report["drift"]) == 1, "map sees no other drift", drift)


def check_inventory(t, belay):
    report = belay.json("inventory", SHOP, "--snapshot", GRAPH, "--format", "json")
    rows = report["inventory"]
    with open(GRAPH, encoding="utf-8") as f:
        assets = sorted(row["id"].lower() for row in json.load(f)["data"])
    shown = sorted(r["asset"]["id"].lower() for r in rows if r["asset"])
    parts = [a for a in shown if a not in assets]
    t.check([a for a in shown if a in assets] == assets, "inventory has one row for each asset", set(assets) - set(shown))
    t.check(all(any(p.startswith(a + "/") for a in assets) and "/subnets/" in p for p in parts),
            "and for the subnet that its network alone shows, as code declares it", parts)
    torn = [r for r in rows if r["state"] != ("both" if r["asset"] and r["code"] else "deployed-only" if r["asset"] else "declared-only")]
    t.check(not torn, "every row is in the state that its halves say", torn[:2])
    sums = {state: sum(r["state"] == state for r in rows) for state in report["summary"]}
    t.check(sums == report["summary"] and sum(sums.values()) == len(rows), "the three states part the inventory", sums)
    shadow = [r["name"] for r in rows if r["state"] == "deployed-only"]
    t.check("stshopdumps" in shadow, "inventory lists the account that nobody wrote down", shadow)
    alone = belay.json("inventory", SHOP, "--snapshot", GRAPH, "--state", "deployed-only", "--format", "json")["inventory"]
    t.check([r["name"] for r in alone] == shadow, "--state leaves the other rows out", alone)


def check_paths(t, belay):
    paths = belay.json("paths", SHOP, "--snapshot", GRAPH, "--format", "json")["paths"]
    t.check(leads(paths, "jump", "kv-shop-prod") or leads(paths, "jump", "key_vault"),
            "paths leads from the internet over the jump machine to the key vault", show(paths))
    t.check(leads(paths, "sql"), "paths leads from the internet to the SQL server", show(paths))


def check_pull_request(t, belay):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([os.path.join(EXAMPLES, "demo-pull-request.sh"), folder], check=True)
        repo = os.path.join(folder, "repo")
        snapshot = os.path.join(folder, "resource-graph.json")
        change = ("--base", "base", "--head", "head")
        report = belay.json("scan", *change, "--no-config", "--snapshot", snapshot, "--format", "json", "--now", NOW, cwd=repo)
        files = {f["location"]["file"] for f in report["findings"]}
        t.check(files <= {"infra/data.tf", "infra/network.tf", "infra/jump.tf", "worker/Dockerfile"} and "infra/data.tf" in files,
                "scan --base reports what the change brings and nothing else", files)
        paths = belay.json("paths", *change, "--snapshot", snapshot, "--format", "json", cwd=repo)["paths"]
        opened = [p for p in paths if p.get("delta") == "opened"]
        t.check(leads(opened, "jump", "kv-shop-prod"), "paths --base says that the change opens the way to the jump machine", show(paths))
        status, out, err = belay.run("annotate", "github", *change, "--dry-run", "--snapshot", snapshot, cwd=repo)
        comments = {}
        for line in out.splitlines():
            for comment in json.loads(line)["body"].get("comments", []):
                comments.setdefault((comment["path"], comment["line"]), []).append(comment["body"])
        with open(os.path.join(repo, "infra", "network.tf"), encoding="utf-8") as f:
            source = [n for n, text in enumerate(f, 1) if 'source_address_prefix      = "*"' in text][0]
        said = "\n".join(comments.get(("infra/network.tf", source), []))
        t.check("nsg-shop-prod-ops" in said and "kv-shop-prod" in said,
                "annotate says on the changed line which asset it touches and which attack path it opens",
                f"status {status}\n{err}\n{sorted(comments)}\n{said}")


def main(program):
    belay = Belay(program)
    with Tap() as t:
        for part in (check_findings, check_map, check_inventory, check_paths, check_pull_request):
            try:
                part(t, belay)
            except (AssertionError, KeyError, ValueError) as error:
                t.check(False, part.__name__.replace("_", " ") + " came to its end", f"{type(error).__name__}: {error}")


main(sys.argv[1])
