#!/usr/bin/env bash
# Fetches gopls and the Go that it needs into a folder; prints the folders to put on PATH.
#
#   tests/editors/neovim/gopls.sh FOLDER
#
# They are Debian 13's packages, unpacked and not installed: Debian 12's gopls is too old. They come
# from the mirror that this machine's own apt uses, with package lists of their own.
set -euo pipefail

folder=$1
path="$folder/usr/bin:$folder/usr/lib/go-1.24/bin"

if [[ ! -e $folder/ready ]]; then
  sources=(/etc/apt/sources.list.d/debian.sources /etc/apt/sources.list)
  mirror=$({ cat "${sources[@]}" 2> /dev/null || true; } |
    sed -nE 's/^(URIs:|deb( \[.*\])?) *([^ ]+).*/\3/p' | sed -n 1p)
  if [[ -z $mirror ]]; then
    echo "gopls.sh: no Debian mirror is configured here; put gopls and go on the PATH instead" >&2
    exit 1
  fi
  rm -rf "$folder"
  apt="$folder/apt"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  printf '%s\n' "Types: deb" "URIs: $mirror" "Suites: trixie" "Components: main" \
    "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg" > "$apt/trixie.sources"
  options=(-qq -o Acquire::Retries=3
    -o Dir::Etc::sourcelist="$apt/trixie.sources" -o Dir::Etc::sourceparts=/nonexistent
    -o Dir::State::lists="$apt/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$apt/cache"
    -o APT::Sandbox::User="$(id -un)")
  {
    apt-get "${options[@]}" update
    (cd "$apt" && apt-get "${options[@]}" download gopls golang-1.24-go golang-1.24-src)
    for package in "$apt"/*.deb; do
      dpkg-deb --extract "$package" "$folder"
    done
  } >&2
  rm -rf "$apt"
  touch "$folder/ready"
fi

echo "$path"
