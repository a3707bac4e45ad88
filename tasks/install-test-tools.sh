#!/bin/sh
# What the tests need beyond Python: a real browser, what judges pages (Lighthouse, the Nu checker),
# and what runs the CI component as GitLab would.
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
has java || missing="$missing default-jre-headless"
has rsync || missing="$missing rsync"
has node || missing="$missing nodejs"
has npm || missing="$missing npm"
if [ -n "$missing" ]; then
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get update -qq
    # shellcheck disable=SC2086 # several names
    as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

for tools in audit pipeline; do
    folder="$(dirname "$0")/../.venv/$tools"
    mkdir -p "$folder"
    cp "$(dirname "$0")/../tests/$tools"/package*.json "$folder"
    npm ci --prefix "$folder" --silent --no-audit --no-fund --ignore-scripts
done
