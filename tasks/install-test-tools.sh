#!/bin/sh
# What the tests need beyond Python: a real browser. Debian and its kin; root or sudo.
set -eu

if command -v chromium >/dev/null 2>&1; then
    exit 0
fi
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}
export DEBIAN_FRONTEND=noninteractive
as_root apt-get update -qq
as_root apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
