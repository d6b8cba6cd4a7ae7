# What the suites of all editors begin with; sourced, never run:
#
#   source "$(dirname "${BASH_SOURCE[0]}")/../install.sh"
#   take_viva "$@"
#
# What is installed goes into tests/editors/.cache, under a name with its version, and what is there
# already is skipped. Packages come from wherever apt, pip and npm are configured to look.
#
# A suite prints a line for each thing that it tries: `ok    NAME` or `FAIL  NAME: what was found`, and
# at last the sum. Lines that fill the README's table name its column in brackets (`ok    [hover go] …`);
# tests/editors/table.py reads them from target/editors.
# shellcheck shell=bash

editors=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$editors/../.." && pwd)
cache="$editors/.cache"

say() {
  echo "$(basename "$(dirname "$0")")/$(basename "$0"): $*" >&2
}

source "$root/tests/retry.sh"

# npm's `install` or `ci` with more patience, and without the packages' install scripts: no test needs what
# they compile. What has arrived before a registry faltered is in npm's cache, and the next try takes it
# from there: fetch_packages install|ci ARGUMENT…
fetch_packages() {
  retry npm "$1" --loglevel error --prefer-offline --fetch-retries 5 --ignore-scripts --no-audit --no-fund "${@:2}"
}

# Sets $viva to the full path of the program in the arguments, or to one that is built.
take_viva() {
  if (($#)); then
    viva=$1
  else
    (cd "$root" && cargo build --quiet)
    viva="${CARGO_TARGET_DIR:-$root/target}/debug/viva"
  fi
  if [[ ! -x $viva || $(basename "$viva") != viva ]]; then
    say "no program called viva at $viva"
    exit 2
  fi
  viva=$(cd "$(dirname "$viva")" && pwd)/viva
}

# Begins a suite's log, target/editors/NAME.log, with what is tried: keep_log NAME VERSION
keep_log() {
  log="$root/target/editors/$1.log"
  mkdir -p "$(dirname "$log")"
  echo "editor $1 $2" > "$log"
}

# Runs a part of the suite and keeps what it prints; one that fails without a check is a failed check.
kept() {
  local before after
  before=$(grep -c '^FAIL' "$log" || true)
  "$@" 2>&1 | tee -a "$log" && return
  after=$(grep -c '^FAIL' "$log" || true)
  if ((before == after)); then
    echo "FAIL  ended too early: $*" | tee -a "$log"
  fi
}

# Prints the sum of all parts; fails if a check did.
sum_up() {
  local passed failed
  passed=$(grep -c '^ok' "$log" || true)
  failed=$(grep -c '^FAIL' "$log" || true)
  echo "$passed passed, $failed failed" | tee -a "$log"
  ((passed > 0 && failed == 0))
}

# Makes $home, an empty folder that goes when the suite ends.
make_home() {
  home=$(mktemp -d)
  trap leave_home EXIT
}

leave_home() {
  if declare -F end_screen > /dev/null; then
    end_screen
  fi
  # What a server started may write for a moment longer.
  rm -rf "$home" 2> /dev/null || { sleep 2; rm -rf "$home"; }
}

# Runs a command as a person with an empty home.
at_home() {
  env -u VIM -u VIMRUNTIME -u NVIM -u NVIM_APPNAME -u GOFLAGS -u GOROOT -u GOPATH -u TMUX -u EDITOR \
    HOME="$home" LC_ALL=C.UTF-8 XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" \
    XDG_STATE_HOME="$home/state" XDG_CACHE_HOME="$home/cache" XDG_RUNTIME_DIR="$home" \
    GOCACHE="$cache/go-build" GOPROXY=off GOTOOLCHAIN=local GOTELEMETRY=off "$@"
}

# Installs Debian's packages of these names, unless the command is there: commands COMMAND PACKAGE…
commands() {
  local command=$1
  shift
  command -v "$command" > /dev/null && return
  retry apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive retry apt-get install -qq -y --no-install-recommends "$@" >&2
}

# Unpacks packages of Debian 13 into a folder of the cache and sets $unpacked to it. They are not
# installed: they come from the mirror that this machine's own apt uses, with package lists of their own.
#
#   unpack NAME PACKAGE…
unpack() {
  local name=$1
  shift
  unpacked="$cache/$name"
  [[ -e $unpacked/ready && $(< "$unpacked/ready") == "$*" ]] && return
  local sources=(/etc/apt/sources.list.d/debian.sources /etc/apt/sources.list) mirror
  mirror=$({ cat "${sources[@]}" 2> /dev/null || true; } |
    sed -nE 's/^(URIs:|deb( \[.*\])?) *([^ ]+).*/\3/p' | sed -n 1p)
  if [[ -z $mirror ]]; then
    say "no Debian mirror is configured here, so $name cannot be fetched"
    exit 1
  fi
  rm -rf "$unpacked"
  local apt="$cache/apt" package
  mkdir -p "$unpacked" "$apt/lists/partial" "$apt/cache/archives/partial"
  printf '%s\n' "Types: deb" "URIs: $mirror" "Suites: trixie" "Components: main" \
    "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg" > "$apt/trixie.sources"
  local options=(-qq -o Acquire::Retries=3
    -o Dir::Etc::sourcelist="$apt/trixie.sources" -o Dir::Etc::sourceparts=/nonexistent
    -o Dir::State::lists="$apt/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$apt/cache"
    -o APT::Sandbox::User="$(id -un)")
  retry apt-get "${options[@]}" update >&2
  mkdir -p "$apt/$name"
  (cd "$apt/$name" && retry apt-get "${options[@]}" download "$@" >&2)
  for package in "$apt/$name"/*.deb; do
    dpkg-deb --extract "$package" "$unpacked"
  done
  rm -rf "${apt:?}/$name"
  echo "$*" > "$unpacked/ready"
}

# The command line that runs a program of unpacked packages with the C library beside it, as Debian 12's
# is too old: own_libraries FOLDER PROGRAM NAME
own_libraries() {
  local libraries
  libraries="$1/usr/lib/$(uname -m)-linux-gnu"
  loaded=("$libraries"/ld-linux-*.so.* --argv0 "$3" --library-path "$libraries" "$1/$2")
}

# gopls and its Go, on the PATH: Debian 12's gopls is too old.
install_gopls() {
  if ! { command -v gopls && command -v go; } > /dev/null; then
    unpack gopls gopls golang-1.24-go golang-1.24-src
    PATH="$PATH:$unpacked/usr/bin:$unpacked/usr/lib/go-1.24/bin"
  fi
}
