#!/usr/bin/env bash
# demo-pull-request.sh DIR: make DIR/repo, a git repository of the shop with the commits "base" and "head" as tags,
# and DIR/resource-graph.json, what runs before head is deployed.
set -euo pipefail
dir=${1:?usage: demo-pull-request.sh DIR}
here=$(cd "$(dirname "$0")" && pwd)
repo=$dir/repo

if [ -e "$repo" ]; then
	printf 'demo-pull-request.sh: %s is already there\n' "'$repo'" >&2
	exit 2
fi
mkdir -p "$repo"
cp -R "$here/shop/." "$repo"

# Fixed names and dates, and nobody's own git configuration: the commits have the same ids everywhere.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME='A. Developer' GIT_AUTHOR_EMAIL=developer@example.com
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL

change() {	# FILE OLD NEW: replace, and insist that there was something to replace
	grep -qF -- "$2" "$1" || { printf 'demo-pull-request.sh: no %s in %s\n' "'$2'" "$1" >&2; exit 3; }
	OLD=$2 NEW=$3 perl -0pi -e 's/\Q$ENV{OLD}\E/$ENV{NEW}/' "$1"
}
commit() {	# DATE TAG MESSAGE
	GIT_AUTHOR_DATE=$1 GIT_COMMITTER_DATE=$1 git -C "$repo" commit -q -a -m "$3"
	git -C "$repo" tag "$2"
}

office='198.51.100.0/24'
change "$repo/infra/network.tf" 'source_address_prefix      = "*"' "source_address_prefix      = \"$office\""
change "$repo/infra/data.tf" 'https_traffic_only_enabled      = false' 'https_traffic_only_enabled      = true'
change "$repo/worker/Dockerfile" 'FROM python:latest' 'FROM python:3.12-slim'

git -C "$repo" init -q --initial-branch=main
git -C "$repo" remote add origin https://github.com/example/shop.git
git -C "$repo" add -A
commit 2026-03-02T09:00:00Z base 'The shop as it stands'

git -C "$repo" checkout -q -b reach-the-jump-machine
cp -R "$here/shop/." "$repo"
commit 2026-03-03T16:30:00Z head 'Let the on-call team in from home'

# The estate still runs what base says.
cp "$here/snapshots/resource-graph.json" "$dir/resource-graph.json"
change "$dir/resource-graph.json" '"sourceAddressPrefix": "*"' "\"sourceAddressPrefix\": \"$office\""
change "$dir/resource-graph.json" '"supportsHttpsTrafficOnly": false' '"supportsHttpsTrafficOnly": true'
