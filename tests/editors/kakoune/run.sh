#!/usr/bin/env bash
# Tries Viva in a real Kakoune with kakoune-lsp and editors/kakoune/viva.kak, in a terminal.
#
#   tests/editors/kakoune/run.sh [path/to/viva]
#
# Kakoune and gopls are Debian 13's, unpacked into tests/editors/.cache; kakoune-lsp, unless it is on the PATH, is
# compiled there.
set -euo pipefail

KAK_LSP=22.0.0

# shellcheck source=../install.sh
source "$(dirname "${BASH_SOURCE[0]}")/../install.sh"
# shellcheck source=../screen.sh
source "$editors/screen.sh"

take_viva "$@"
commands tmux tmux
unpack kakoune kakoune libc6 libgcc-s1 libstdc++6
kakoune=$unpacked
own_libraries "$kakoune" usr/bin/kak kak
if ! command -v kak-lsp > /dev/null; then
  compiled="$cache/kak-lsp-$KAK_LSP"
  if [[ ! -x $compiled/bin/kak-lsp ]]; then
    # Unoptimised, it is built in a fifth of the time.
    CARGO_TARGET_DIR="$compiled/target" CARGO_PROFILE_DEV_DEBUG=none retry \
      cargo install --quiet --locked --debug --root "$compiled" "kak-lsp@$KAK_LSP"
    rm -rf "$compiled/target"
  fi
  PATH="$compiled/bin:$PATH"
fi
install_gopls

make_home
mkdir -p "$home/config/kak" "$home/bin"
ln -s "$viva" "$home/bin/viva"
{
  # kakoune-lsp asks its editor by a program of this name.
  printf '#!/bin/sh\nexec'
  printf " '%s'" "${loaded[@]}"
  printf ' "$@"\n'
} > "$home/bin/kak"
chmod +x "$home/bin/kak"
{
  echo 'eval %sh{kak-lsp}'
  cat "$root/editors/kakoune/viva.kak"
  echo 'lsp-enable'
} > "$home/config/kak/kakrc"
cp -r "$root/tests/fixtures" "$home/work"
printf 'module example.com/queue\n\ngo 1.24\n' > "$home/work/queue/go.mod"
mkdir "$home/work/.git"

# Debian's does not know its own version.
version=$(gzip -dc "$kakoune/usr/share/doc/kakoune/changelog.Debian.gz" | sed -n '1s/.*(\([0-9.]*\).*/\1/p')
keep_log kakoune "Kakoune $version with kakoune-lsp $KAK_LSP"

# Opens a file at LINE:COLUMN: open FILE LINE:COLUMN
open() {
  start_screen env -C "$home/work" PATH="$home/bin:$PATH" HOME="$home" LC_ALL=C.UTF-8 TMPDIR="$home" \
    XDG_CONFIG_HOME="$home/config" XDG_CACHE_HOME="$home/cache" XDG_RUNTIME_DIR="$home" \
    GOCACHE="$cache/go-build" GOPROXY=off GOTOOLCHAIN=local GOTELEMETRY=off GOFLAGS=-mod=mod \
    KAKOUNE_RUNTIME="$kakoune/usr/share/kak" "$home/bin/kak" "$1" "+$2"
  shows "$(basename "$1")"
}

leave() {
  keys Escape Escape
  types ':kill!'
  keys Enter
  sleep 0.3
}

hovers() {
  local column file pattern offset place
  while read -r column file offset pattern; do
    place="$(line_of "$home/work/$file" "$pattern"):$offset"
    explained "$home/work/$file:$place"
    open "$file" "$place"
    until_shown "$headline" ':lsp-hover' Enter
    sees "[hover $column] the popup explains $pattern" "$headline" || true
    if [[ $column == go ]]; then
      # The popup is cut where the screen ends, so only its buffer has all of both.
      until_shown 'type Cond struct' ':lsp-hover' Enter
      sees "[gopls: all in :lsp-hover-buffer] the popup has gopls's text too" 'type Cond struct' || true
      until_shown "$headline" ':lsp-hover-buffer' Enter
      sees "[gopls] and the buffer Viva's" "$headline" || true
    fi
    leave
  done << 'PLACES'
go queue/queue.go 18 sync.Cond
dockerfile image/Dockerfile 1 ^ENTRYPOINT
sql shop/schema.sql 1 ^UNION.ALL
redis cache/redis.conf 1 ^maxmemory-policy
PLACES
}

questions() {
  local place
  place="$(line_of "$home/work/image/Dockerfile" ^ENTRYPOINT):1"
  explained "$home/work/image/Dockerfile:$place"
  open image/Dockerfile "$place"
  until_shown "Interview: $first_ask" ':lsp-code-actions' Enter
  sees "[actions] the menu offers the questions" "Interview: $first_ask" || true
  keys Tab Tab Enter
  sees "[page: the answer as a message] choosing one answers it" "info from server viva: $ask" || true
  leave
}

hints() {
  mistaken "$home/work/mistakes/Dockerfile"
  open mistakes/Dockerfile 2:1
  until_shown "$hint" ':lsp-diagnostics' Enter
  sees "[hints] :lsp-diagnostics lists the hint" "$hint" || true
  leave
  open mistakes/Dockerfile 2:1
  until_shown "Use COPY" ':lsp-code-actions' Enter
  sees "[hints] the menu mends" "Use COPY" || true
  keys Tab Enter
  sees "[hints] the fix puts COPY for ADD" "COPY . /srv" || true
  leave
}

search() {
  searched 'leftmost prefix'
  open shop/schema.sql 1:1
  until_shown "$title" ":lsp-workspace-symbol '?leftmost prefix'" Enter
  sees "[search] :lsp-workspace-symbol finds topics" "leftmost-prefix.md:1:1: $title" || true
  keys Enter
  sees "[search] and opens the page" "# $title" || true
  leave
}

for part in hovers questions hints search; do
  kept "$part"
done
sum_up
