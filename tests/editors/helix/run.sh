#!/usr/bin/env bash
# Tries Viva in a real Helix, in a terminal, with editors/helix/languages.toml as its configuration.
#
#   tests/editors/helix/run.sh [path/to/viva]
#   tests/editors/helix/run.sh --screenshots [path/to/viva]   # also rewrites docs/images/helix.svg
#
# Helix is Debian 13's, unpacked into tests/editors/.cache; gopls too, unless it is on the PATH.
set -euo pipefail

# shellcheck source=../install.sh
source "$(dirname "${BASH_SOURCE[0]}")/../install.sh"
# shellcheck source=../screen.sh
source "$editors/screen.sh"

screenshots=
if [[ ${1-} == --screenshots ]]; then
  screenshots=yes
  shift
fi
take_viva "$@"
commands tmux tmux
unpack helix hx libc6 libgcc-s1
helix=$unpacked
own_libraries "$helix" usr/lib/hx/hx hx
install_gopls

make_home
mkdir -p "$home/config/helix" "$home/state" "$home/cache"
cp "$root/editors/helix/languages.toml" "$home/config/helix/"
cp -r "$root/tests/fixtures" "$home/work"
printf 'module example.com/queue\n\ngo 1.24\n' > "$home/work/queue/go.mod"
# A project, so that Helix does not take the folder of each file for one.
mkdir "$home/work/.git"

keep_log helix "Helix $("${loaded[@]}" --version | sed -nE 's/^helix ([0-9.]+).*/\1/p')"

# As long as gopls runs, this Helix shows no other server's hover.
mkdir "$home/bin"
ln -s "$viva" "$home/bin/viva"
alone="$home/bin"
with_gopls="$home/bin:$PATH"

# Opens a file at LINE:COLUMN in a Helix with a PATH: open FILE LINE:COLUMN PATH
open() {
  start_screen env -C "$home/work" PATH="$3" HOME="$home" LC_ALL=C.UTF-8 COLORTERM=truecolor \
    XDG_CONFIG_HOME="$home/config" XDG_CACHE_HOME="$home/cache" XDG_STATE_HOME="$home/state" \
    GOCACHE="$cache/go-build" GOPROXY=off GOTOOLCHAIN=local GOTELEMETRY=off GOFLAGS=-mod=mod \
    HELIX_RUNTIME="$helix/usr/lib/hx/runtime" \
    "${loaded[@]}" -v --log "$home/helix.log" "$1:$2"
  shows NOR
}

hovers() {
  local column file pattern offset place
  while read -r column file offset pattern; do
    place="$(line_of "$home/work/$file" "$pattern"):$offset"
    explained "$home/work/$file:$place"
    open "$file" "$place" "$alone"
    until_shown "$headline" Space k
    sees "[hover $column] the popup explains $pattern" "$headline" || true
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
  open image/Dockerfile "$place" "$alone"
  until_shown "Interview: $first_ask" Space a
  sees "[actions] the menu offers the questions" "Interview: $ask"
  # The first one is chosen already.
  keys Tab
  keys Enter
  sees "[page] choosing one opens the page at the question" "### $ask"
  sees "[page] in a file of its own" "$topic.md"
}

hints() {
  mistaken "$home/work/mistakes/Dockerfile"
  open mistakes/Dockerfile 2:1 "$alone"
  sees "[hints] the hint stands beside the line" "$hint"
  until_shown "Why? Open" Space a
  sees "[hints] the menu mends" "Use COPY"
  sees "[hints] and silences" "Silence docker/add-where-copy here"
  keys Enter
  sees "[hints] the fix puts COPY for ADD" "COPY . /srv"
  misses "[hints] and the hint goes" "ADD . /srv"
}

search() {
  searched 'leftmost prefix'
  open shop/schema.sql 1:1 "$alone"
  # The picker asks anew while words are typed.
  until_shown "$title" Space S '?' l e f t m o s t Space p r e f i x
  sees "[search] the symbol picker finds topics" "$title"
  keys Enter
  sees "[search] and opens the page" "# $title"
}

beside_gopls() {
  local place
  place="$(line_of "$home/work/queue/queue.go" sync.Cond):18"
  explained "$home/work/queue/queue.go:$place"
  open queue/queue.go "$place" "$with_gopls"
  until_shown 'Cond implements a condition variable' Space k
  sees "[gopls: hover of the first server only] gopls explains" 'Cond implements a condition variable'
  keys Escape
  until_shown "Interview: $first_ask" Space a
  sees "[gopls] the menu has the questions" "Interview: $ask"
}

log_is_clean() {
  local errors
  errors=$(grep -a -i 'viva' "$home/helix.log" | grep -E '\[(ERROR|WARN)\]' || true)
  if [[ $errors ]]; then
    echo "FAIL  Helix's log has no complaint of Viva: $errors"
  else
    echo "ok    Helix's log has no complaint of Viva"
  fi
}

picture() {
  local place
  WIDTH=110 HEIGHT=36
  place="$(line_of "$home/work/shop/schema.sql" ^UNION.ALL):1"
  explained "$home/work/shop/schema.sql:$place"
  open shop/schema.sql "$place" "$alone"
  until_shown "$headline" Space k
  keep_screen helix 'Viva in Helix'
}

if [[ $screenshots ]]; then
  install_pictures
  kept picture
fi
for part in hovers questions hints search beside_gopls log_is_clean; do
  kept "$part"
done
sum_up
