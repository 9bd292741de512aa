#!/bin/sh
# usage: embed.sh EMBED: the tool compiles YAML in, is strict, and leaves alone what has not changed. Prints TAP.
set -eu
embed=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0
ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
echo 1..5
mkdir -p "$dir/in/b"
printf 'type: T\nlist: [1.5, "q\\"?", true, null]\n' >"$dir/in/b/x.yaml"
printf 'a: {}\n' >"$dir/in/a.yaml"
rc=0
"$embed" "$dir/out.c" symbol "$dir/in" || rc=1
ok $rc "two files are compiled in"
rc=0
[ "$(grep -o '^{"[^"]*", {' "$dir/out.c" | tr '\n' ' ')" = '{"a", { {"b/x", { ' ] || rc=1
ok $rc "paths are sorted and lose their ending"
touch -d 2001-01-01 "$dir/out.c"
"$embed" "$dir/out.c" symbol "$dir/in"
rc=0
[ "$(date -r "$dir/out.c" +%Y)" = 2001 ] || rc=1
ok $rc "an output that would not change is not written"
printf 'a: 1\nb: 2\na: 3\n' >"$dir/in/b/twice.yaml"
rc=0
! "$embed" "$dir/out.c" symbol "$dir/in" 2>"$dir/err" || rc=1
grep -q 'b/twice.yaml:3:1: error' "$dir/err" || rc=1
ok $rc "a key written twice ends the build at its place"
rc=0
"$embed" "$dir/none.c" symbol "$dir/nowhere" && grep -q 'symbol_count = 0' "$dir/none.c" || rc=1
ok $rc "a folder that is not there is an empty table"
