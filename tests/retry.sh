# Sourced by every script that fetches something:
#
#   retry COMMAND…   runs it up to six times within some three minutes: a mirror may be busy
#
# shellcheck shell=bash

retry() {
  local pause
  for pause in 5 10 20 40 80; do
    "$@" && return
    echo "failed, again in $pause s: $*" >&2
    sleep "$pause"
  done
  "$@"
}
