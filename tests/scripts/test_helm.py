#!/usr/bin/env python3
"""What --helm makes of a chart, with a helm of our own that prints what the real one would."""

import json
import os
import subprocess
import sys
import tempfile

from tap import Tap

FILES = {
    "shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "shop/values.yaml": "image: {repository: shop/web, tag: \"1\"}\n",
    "shop/templates/web.yaml": "{{- range .Values.names }}\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ . }}\nspec:\n"
                               "  hostNetwork: {{ $.Values.host }}\n  containers:\n    {{- include \"c\" . | nindent 4 }}\n---\n{{- end }}\n",
    "shop/templates/account.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\n",
    "shop/templates/tests/test.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: test\n",
    "shop/templates/_helpers.tpl": "{{- define \"c\" }}\n- name: x\n{{- end }}\n",
    "shop/templates/NOTES.txt": "Thank you for {{ .Chart.Name }}\n",
    "shop/charts/part/Chart.yaml": "apiVersion: v2\nname: part\nversion: 1.0.0\n",
    "shop/charts/part/templates/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n",
    "shop/crds/thing.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things\n",
}
POD = "---\n# Source: shop/templates/web.yaml\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {0}\nspec:\n  hostNetwork: true\n  containers:\n    - name: x\n      image: x\n"
PRINTED = ("---\n# Source: shop/charts/part/templates/map.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: release\n"
           "---\n# Source: shop/templates/account.yaml\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\n"
           + POD.format("a") + POD.format("b")
           + "---\n# Source: shop/templates/tests/test.yaml\napiVersion: v1\nkind: Pod\nmetadata:\n  name: test\n")


def write(folder, path, text, mode=0o644):
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)


def run(program, folder, *words, path=None):
    env = dict(os.environ, PATH=(path + ":" if path else "") + "/usr/bin:/bin")
    out = subprocess.run([program, *words, "--root", folder, "--format", "json", folder], capture_output=True, env=env, timeout=60)
    return json.loads(out.stdout), out.returncode


def lines_of(report, rule):
    return [(f["location"]["file"], f["location"]["start_line"]) for f in report["findings"] if f["rule"] == rule]


def main(program):
    with Tap() as t, tempfile.TemporaryDirectory() as top:
        chart, tools, broken = (os.path.join(top, name) for name in ("code", "tools", "broken"))
        for path, text in FILES.items():
            write(chart, path, text)
        write(tools, "printed", PRINTED)
        write(tools, "helm", f'#!/bin/sh\ntest "$1" = template && test -f "$3/Chart.yaml" && cat {tools}/printed\n', 0o755)
        write(broken, "helm", "#!/bin/sh\necho 'Error: no such value' >&2\nexit 1\n", 0o755)

        report, code = run(program, chart, "scan", "--fail-on", "never")
        t.check([d["message"] for d in report["diagnostics"]] == ["the templates of the Helm chart 'shop' are not analysed: --helm renders them"]
                and code == 0 and report["summary"]["not_analysed"] == 1, "a chart is one warning, its parts are none", report["diagnostics"])
        report, code = run(program, chart, "resources")
        t.check(sorted(r["address"] for r in report["resources"]) == ["Chart.shop", "CustomResourceDefinition.default.things"],
                "what is no template is read all the same", report["resources"])

        report, code = run(program, chart, "resources", "--helm", path=tools)
        places = {r["address"]: (r["file"], r["start_line"]) for r in report["resources"]}
        t.check(places.get("Pod.default.a") == ("shop/templates/web.yaml", 2) and places.get("Pod.default.b") == ("shop/templates/web.yaml", 2),
                "what helm prints stands where its template does", places)
        t.check(places.get("ConfigMap.default.release", ("",))[0] == "shop/charts/part/templates/map.yaml", "in parts of the chart too", places)
        t.check("Pod.default.test" not in places and not report["diagnostics"], "tests are left out, and nothing is left to say", report["diagnostics"])
        report, code = run(program, chart, "scan", "--helm", "--fail-on", "never", path=tools)
        t.check(lines_of(report, "kubernetes/pod/host-network") == [("shop/templates/web.yaml", 7)] * 2,
                "a finding lands on the line of the template that makes it so", lines_of(report, "kubernetes/pod/host-network"))

        report, code = run(program, chart, "scan", "--helm", path=broken)
        t.check(code == 3 and any("Error: no such value" in d["message"] and d["severity"] == "error" for d in report["diagnostics"]),
                "a helm that fails is an error, in its own words", report["diagnostics"])
        report, code = run(program, chart, "scan", "--helm", path=os.path.join(top, "nowhere"))
        t.check(code == 3 and any("cannot run 'helm'" in d["message"] for d in report["diagnostics"]), "so is none at all", report["diagnostics"])
    return t.failed != 0


sys.exit(main(os.path.abspath(sys.argv[1])))
