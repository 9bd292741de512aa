#!/bin/sh
# grammars_generated.sh NAME...: the parser.c of each of our own grammars is what its grammar.js generates.
# TREE_SITTER names the program; another version writes other tables, so it is not asked.
set -eu
cd "$(dirname "$0")/../../parsers/grammars"
wanted=0.25.10
program=${TREE_SITTER:-tree-sitter}

skip() { echo "1..0 # SKIP $1"; exit 0; }
command -v "$program" >/dev/null 2>&1 || skip "no tree-sitter program (TREE_SITTER names one)"
command -v node >/dev/null 2>&1 || skip "no node, which reads grammar.js"
case $("$program" --version) in
"tree-sitter $wanted"*) ;;
*) skip "tree-sitter is not $wanted" ;;
esac

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
echo "1..$#"
n=0
for name; do
	n=$((n + 1))
	mkdir "$out/$name"
	if "$program" generate --output "$out/$name" "$name/grammar.js" >"$out/log" 2>&1 &&
		cmp "$out/$name/parser.c" "$name/src/parser.c" >>"$out/log" 2>&1; then
		echo "ok $n - $name/src/parser.c is what $name/grammar.js generates"
	else
		sed 's/^/# /' "$out/log"
		echo "not ok $n - $name/src/parser.c is what $name/grammar.js generates"
	fi
done
