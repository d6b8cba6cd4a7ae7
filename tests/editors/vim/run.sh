#!/usr/bin/env bash
# Tries Viva in a real Vim with ALE and editors/vim/viva.vim, in a terminal.
#
#   tests/editors/vim/run.sh [path/to/viva]
#
# Vim, ALE and gopls are Debian 13's, unpacked into tests/editors/.cache.
set -euo pipefail

# shellcheck source=../install.sh
source "$(dirname "${BASH_SOURCE[0]}")/../install.sh"
# shellcheck source=../screen.sh
source "$editors/screen.sh"

take_viva "$@"
commands tmux tmux
unpack vim vim vim-common vim-runtime vim-ale libacl1 libc6 libgcc-s1 libgpm2 libpcre2-8-0 libselinux1 \
  libsodium23 libtinfo6
vim=$unpacked
own_libraries "$vim" usr/bin/vim.basic vim
install_gopls
runtime=$(echo "$vim"/usr/share/vim/vim[0-9]*)

make_home
mkdir -p "$home/.vim/plugin" "$home/bin"
ln -s "$viva" "$home/bin/viva"
cp "$root/editors/vim/viva.vim" "$home/.vim/plugin/"
cp -r "$root/tests/fixtures" "$home/work"
printf 'module example.com/queue\n\ngo 1.24\n' > "$home/work/queue/go.mod"
mkdir "$home/work/.git"
cat > "$home/.vimrc" << VIMRC
set noswapfile shortmess+=I nomore
filetype plugin on
set runtimepath+=$vim/usr/share/vim-ale
let g:ale_hover_to_floating_preview = 1
let g:ale_linters = {'go': ['gopls', 'viva'], 'dockerfile': ['viva'], 'sql': ['viva'], 'conf': ['viva']}
let g:ale_hover_cursor = 0
nnoremap K :ALEHover<CR>
nnoremap ga :ALECodeAction<CR>
VIMRC

keep_log vim "Vim $(VIMRUNTIME=$runtime "${loaded[@]}" --version | sed -nE '1s/.*IMproved ([0-9.]+).*/\1/p') with ALE"

# Opens a file at LINE:COLUMN: open FILE LINE:COLUMN PATH
open() {
  start_screen env -C "$home/work" PATH="$3" HOME="$home" LC_ALL=C.UTF-8 TERM=screen-256color \
    XDG_CACHE_HOME="$home/cache" GOCACHE="$cache/go-build" GOPROXY=off GOTOOLCHAIN=local GOTELEMETRY=off \
    GOFLAGS=-mod=mod VIM="$vim/usr/share/vim" VIMRUNTIME="$runtime" \
    "${loaded[@]}" "+call cursor(${2%:*}, ${2#*:})" "$1"
  shows "${2%:*},"
}

alone="$home/bin:/usr/bin:/bin"
with_gopls="$home/bin:$PATH"

hovers() {
  local column file pattern offset place
  while read -r column file offset pattern; do
    place="$(line_of "$home/work/$file" "$pattern"):$offset"
    explained "$home/work/$file:$place"
    open "$file" "$place" "$alone"
    until_shown "$headline" K
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
  until_shown "Interview: $first_ask" g a
  sees "[actions] the menu offers the questions" "Interview: $ask"
  # Choosing one answers with a message, which ALE 4.0 does not keep on the screen.
}

hints() {
  mistaken "$home/work/mistakes/Dockerfile"
  open mistakes/Dockerfile 2:1 "$alone"
  sees "[hints] the hint stands behind the line" "$hint"
  until_shown "Why? Open" g a
  sees "[hints] the menu mends" "Use COPY"
  sees "[hints] and silences" "Silence docker/add-where-copy here"
  keys 1 Enter
  sees "[hints] the fix puts COPY for ADD" "COPY . /srv"
}

search() {
  searched 'leftmost prefix'
  open shop/schema.sql 25:1 "$alone"
  until_shown "# $title" ':ALESymbolSearch ?leftmost prefix' Enter
  sees "[search] :ALESymbolSearch finds topics" "leftmost-prefix.md"
  keys Enter
  sees "[page: by the search] a choice opens the page" "# $title"
}

beside_gopls() {
  local place
  place="$(line_of "$home/work/queue/queue.go" sync.Cond):18"
  explained "$home/work/queue/queue.go:$place"
  open queue/queue.go "$place" "$with_gopls"
  until_shown 'Cond implements a condition variable' K
  sees "[gopls: hover of the last to answer] gopls explains" 'Cond implements a condition variable'
}

for part in hovers questions hints search beside_gopls; do
  kept "$part"
done
sum_up
