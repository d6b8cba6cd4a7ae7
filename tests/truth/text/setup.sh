#!/usr/bin/env bash
# Installs what the judges in this folder need, beside what tests/truth/setup.sh installs. What is there already is
# skipped, so it is cheap to run again.
#
#   tests/truth/text/setup.sh
#
# Debian's packages are only downloaded and unpacked into .cache, for their test data and example files; the same with
# two npm packages. Pygments is pinned here.
set -euo pipefail

PYGMENTS=2.21.0
DOCKERFILELINT=1.8.0
DOCKERLINT=0.3.9

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
"$here/../setup.sh"
cache="$here/.cache"
mkdir -p "$cache"

# shellcheck source=../../retry.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../retry.sh"

stamp="$cache/python-$PYGMENTS"
if [[ ! -e $stamp ]]; then
  rm -rf "$cache/venv" "$cache"/python-*
  python3 -m venv "$cache/venv"
  retry "$cache/venv/bin/pip" install --quiet "Pygments==$PYGMENTS"
  touch "$stamp"
fi

# unpack FOLDER PACKAGE…: the files of Debian packages
unpack() {
  local folder="$cache/$1" package archives
  shift
  [[ -e $folder/.done ]] && return
  rm -rf "$folder"
  mkdir -p "$folder/archives"
  for package in "$@"; do
    (cd "$folder/archives" && retry apt-get download -qq "$package")
  done
  archives=("$folder"/archives/*.deb)
  for package in "${archives[@]}"; do dpkg -x "$package" "$folder"; done
  rm -rf "$folder/archives"
  touch "$folder/.done"
}
unpack mariadb mariadb-test-data
unpack redis redis-server redis-sentinel
unpack dockerfiles golang-github-openshift-imagebuilder-dev

if [[ ! -e $cache/npm-$DOCKERFILELINT-$DOCKERLINT ]]; then
  rm -rf "$cache/npm" "$cache"/npm-*
  mkdir -p "$cache/npm"
  for package in "dockerfilelint@$DOCKERFILELINT" "dockerlint@$DOCKERLINT"; do
    archive="$(cd "$cache/npm" && retry npm pack --loglevel error "$package" | tail -1)"
    mkdir "$cache/npm/${package%@*}"
    tar -xzf "$cache/npm/$archive" -C "$cache/npm/${package%@*}"
  done
  touch "$cache/npm-$DOCKERFILELINT-$DOCKERLINT"
fi
echo "setup: ready"
