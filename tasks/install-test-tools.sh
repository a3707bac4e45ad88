#!/bin/sh
# What the tests need beyond Python: a real browser, and what runs the CI component as GitLab would.
# Debian and its kin; root or sudo.
set -eu

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}
has() {
    command -v "$1" >/dev/null 2>&1
}

missing=""
has chromium || missing="$missing chromium fonts-dejavu-core"
has rsync || missing="$missing rsync"
has node || missing="$missing nodejs"
has npm || missing="$missing npm"
if [ -n "$missing" ]; then
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get update -qq
    # shellcheck disable=SC2086 # several names
    as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

pipeline="$(dirname "$0")/../.venv/pipeline"
mkdir -p "$pipeline"
cp "$(dirname "$0")"/../tests/pipeline/package*.json "$pipeline"
npm ci --prefix "$pipeline" --silent --no-audit --no-fund --ignore-scripts
