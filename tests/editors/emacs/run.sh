#!/usr/bin/env bash
# Tries Viva in a real Emacs with editors/emacs/viva.el: in Eglot, in Eglot with gopls by rass, and in
# lsp-mode beside gopls.
#
#   tests/editors/emacs/run.sh [path/to/viva]
#
# Emacs, its packages and gopls are Debian 13's, unpacked into tests/editors/.cache; rass is PyPI's.
set -euo pipefail

RASS=0.3.5

# shellcheck source=../install.sh
source "$(dirname "${BASH_SOURCE[0]}")/../install.sh"

take_viva "$@"
unpack emacs emacs-nox emacs-bin-common emacs-common emacs-el \
  elpa-{go-mode,markdown-mode,lsp-mode,dash,f,s,ht,spinner,lv} \
  libc6 libgcc-s1 libacl1 libasound2t64 libattr1 libcap2 libdbus-1-3 libffi8 libgccjit0 libgmp10 \
  libgnutls30t64 libgpm2 libhogweed6t64 libicu76 libidn2-0 liblcms2-2 liblzma5 libnettle8t64 libp11-kit0 \
  libpcre2-8-0 libselinux1 libsqlite3-0 libsystemd0 libtasn1-6 libtinfo6 libtree-sitter0.22 libunistring5 \
  libxml2 zlib1g
emacs=$unpacked
own_libraries "$emacs" usr/bin/emacs-nox "$emacs/usr/bin/emacs-nox"
version=$(basename "$emacs"/usr/share/emacs/[0-9]*)
libexec=$(echo "$emacs/usr/libexec/emacs/$version"/*-linux-gnu)
install_gopls
rass="$cache/rass-$RASS"
if [[ ! -e $rass/ready ]]; then
  rm -rf "$rass"
  python3 -m venv "$rass"
  retry "$rass/bin/pip" install --quiet "rassumfrassum==$RASS"
  touch "$rass/ready"
fi

keep_log emacs "Emacs $version"
make_home

paths=()
for package in "$emacs"/usr/share/emacs/site-lisp/elpa-src/*; do
  paths+=(-L "$package")
done

# tried CLIENT: in a home and a copy of the fixtures of its own.
tried() {
  home=$(mktemp -d -p "$home")
  cp -r "$root/tests/fixtures" "$home/work"
  printf 'module example.com/queue\n\ngo 1.24\n' > "$home/work/queue/go.mod"
  local path
  path="$(dirname "$viva"):$PATH"
  [[ $1 == rass ]] && path="$path:$rass/bin"
  at_home PATH="$path" GOFLAGS=-mod=mod VIVA_TEST_CLIENT="$1" VIVA_TEST_ROOT="$root" VIVA_TEST_WORK="$home/work" \
    EMACSLOADPATH="$emacs/usr/share/emacs/$version/lisp" EMACSDATA="$emacs/usr/share/emacs/$version/etc" \
    EMACSDOC="$emacs/usr/share/emacs/$version/etc" EMACSPATH="$libexec" \
    "${loaded[@]}" --dump-file="$(echo "$libexec"/*.pdmp)" --batch -Q "${paths[@]}" \
    -l "$editors/emacs/test.el" < /dev/null
}

for client in ${VIVA_TEST_CLIENTS-eglot rass lsp-mode}; do
  kept tried "$client"
done
sum_up
