#!/usr/bin/env bash
# Installs what the judges in this folder need, beside what tests/truth/text/setup.sh installs. What is there already is
# skipped, so it is cheap to run again.
#
#   tests/truth/hints/setup.sh
#
# Two crates are only fetched, into cargo's own cache: cross for its Dockerfiles, serde-sarif for the schema of SARIF
# that it ships. jsonschema, pinned here like them, goes into .cache.
set -euo pipefail

CROSS=0.2.5
SERDE_SARIF=0.8.0
JSONSCHEMA=4.25.1

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
"$here/../text/setup.sh"
cache="$here/.cache"

# shellcheck source=../../retry.sh
source "$here/../../retry.sh"

stamp="$cache/python-$JSONSCHEMA"
if [[ ! -e $stamp ]]; then
  rm -rf "$cache/venv" "$cache"/python-*
  python3 -m venv "$cache/venv"
  retry "$cache/venv/bin/pip" install --quiet "jsonschema==$JSONSCHEMA"
  touch "$stamp"
fi

stamp="$cache/crates-$CROSS-$SERDE_SARIF"
if [[ ! -e $stamp ]]; then
  rm -rf "$cache"/crates*
  mkdir -p "$cache/crates/src"
  touch "$cache/crates/src/lib.rs"
  # Nothing of it is built: cargo has no other way to fetch a crate.
  cat > "$cache/crates/Cargo.toml" << END
[package]
name = "crates"
edition = "2024"

[dependencies]
cross = "=$CROSS"
serde-sarif = "=$SERDE_SARIF"

[workspace]
END
  retry cargo fetch --quiet --manifest-path "$cache/crates/Cargo.toml"
  # crate NAME FOLDER: copies a folder of a crate
  crate() {
    local manifest
    manifest="$(cargo metadata --format-version 1 --offline --manifest-path "$cache/crates/Cargo.toml" |
      python3 -c 'import json, sys
print(next(p["manifest_path"] for p in json.load(sys.stdin)["packages"] if p["name"] == sys.argv[1]))' "$1")"
    cp -r "$(dirname "$manifest")/$2" "$cache/$3"
  }
  rm -rf "$cache/cross" "$cache/sarif-2.1.0.json"
  crate cross docker cross
  crate serde-sarif src/schema.json sarif-2.1.0.json
  touch "$stamp"
fi
echo "setup: ready"
