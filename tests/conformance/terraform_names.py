#!/usr/bin/env python3
"""Checks every Terraform attribute that schema/ names against the providers' own schemas.

BELAY_PROVIDERS names folders (joined by ':') in which the npm packages @cdktf/provider-azurerm, -aws and -google of one
or several versions are installed; a name is good when one version has it. Unset, the check is skipped.
"""
import glob
import os
import re
import sys


# Names of provider versions that were never packaged this way.
GONE = {
    ("google_container_cluster", "master_auth.password"),
    ("google_container_cluster", "master_auth.username"),
    ("google_container_cluster", "pod_security_policy_config.enabled"),
}


def provider_types(folder):
    """{type: {attribute: nested or None}} from the classes that cdktf generates from a provider's schema."""
    types = {}
    lib = f"{folder}/node_modules/@cdktf/provider-*/lib"
    for index in glob.glob(f"{lib}/*/index.js") + glob.glob(f"{lib}/*.js"):
        text = open(index, encoding="utf-8").read()
        name = re.search(r'\.tfResourceType = "([^"]+)"', text)
        if not name or re.search(r"/lib/data-(aws|azurerm|google)-", index):
            continue
        structs = {}
        parts = glob.glob(f"{os.path.dirname(index)}/index-structs/*.js") if index.endswith("/index.js") else []
        code = "".join(open(p, encoding="utf-8").read() for p in parts) + text
        for f in re.finditer(r"function (\w+)ToTerraform\(struct\) \{(.*?)\n\}\n", code, re.S):
            body = re.search(r"return \{(.*?)\n    \};", f.group(2), re.S)
            if body:
                structs[f.group(1)] = dict(re.findall(r'^\s+"?([a-z0-9_]+)"?: (.*),$', body.group(1), re.M))
        top = re.search(r"synthesizeAttributes\(\) \{\s+return \{(.*?)\n        \};", text, re.S)
        if top:
            rows = re.findall(r'^\s+"?([a-z0-9_]+)"?: (.*),$', top.group(1), re.M)
            types[name.group(1)] = {k: nested(v, structs, 0) for k, v in rows}
    return types


def nested(expression, structs, depth):
    for name in re.findall(r"(\w+)ToTerraform", expression):
        if name in structs and depth < 10:
            return {k: nested(v, structs, depth + 1) for k, v in structs[name].items()}
    return None


def has(attributes, path):
    for step in path.replace("[]", "").split("."):
        if attributes is None or step not in attributes:
            return False
        attributes = attributes[step]
    return True


def check(where, native, siblings, rows, versions, problems):
    """siblings share rows by YAML's merge keys, so a row is good when one of them has the attribute."""
    prefix = native.split("_")[0] + "_"
    if not any(t.startswith(prefix) for v in versions for t in v):
        return 0  # that provider is not installed
    if not any(native in v for v in versions):
        problems.append(f"{where}: {native}: no provider has this type")
        return 0
    known = [v[s] for v in versions for s in siblings if s in v]
    n = 0
    for left in rows:
        if left.startswith("$") or left == "." or (native, left) in GONE:
            continue
        names = [x.strip() for x in left.split("|")]
        n += len(names)
        if not any(has(k, x) for k in known for x in names):
            problems.append(f"{where}: {native}: no version has '{left}'")
    return n


def main():
    folders = os.environ.get("BELAY_PROVIDERS")
    try:
        import yaml
    except ImportError:
        folders = None
    print("1..1")
    if not folders:
        print("ok 1 # SKIP BELAY_PROVIDERS is not set, or Python has no yaml module")
        return 0
    versions = [provider_types(f) for f in folders.split(":")]
    problems, n = [], 0
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../schema")
    for path in sorted(glob.glob(f"{root}/**/*.yaml", recursive=True)):
        table = yaml.load(open(path, encoding="utf-8"), Loader=yaml.SafeLoader)
        where = os.path.relpath(path, root)
        for native, rows in (table.get("terraform") or {}).items():
            n += check(where, native, list(table["terraform"]), rows, versions, problems)
        for native, entries in (table.get("parts") or {}).items():
            if "/" in native or "::" in native:
                continue
            for entry in entries if isinstance(entries, list) else [entries]:
                by = {} if "by" not in entry else {entry["by"]: 0}
                names = {**by, **(entry.get("rows") or {})}
                n += check(where, native, [native], names, versions, problems)
    for p in problems:
        print(f"# {p}")
    print(f"# {n} attribute names checked")
    print("not ok 1" if problems else "ok 1")
    return 1 if problems else 0


sys.exit(main())
