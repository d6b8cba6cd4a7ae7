#!/usr/bin/env bash
# Makes the Debian package of a Viva that `cargo build --release` built, with what is in its archive.
#
#   editors/packages/deb.sh ARCHIVE FOLDER [TARGET]
#
# ARCHIVE is what archive.py made of the program; the package is written into FOLDER. TARGET is the one
# that was given to `cargo build --target`, if any. Needs cargo-deb.
set -euo pipefail

archive=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
target=${3-}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
built="${CARGO_TARGET_DIR:-$root/target}/${target:+$target/}release"
# Where Cargo.toml says that the files are.
rm -rf "$built/archive"
mkdir -p "$built/archive"
tar -xzf "$archive" -C "$built/archive" --strip-components 1
# As Debian has its manual pages.
gzip -9n "$built/archive/man/"*.1
cargo deb --manifest-path "$root/Cargo.toml" --package viva-ls --no-build --no-strip --locked \
  --output "$folder/" ${target:+--target "$target"}
rm -rf "$built/archive"
