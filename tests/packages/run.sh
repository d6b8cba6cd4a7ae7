#!/usr/bin/env bash
# Builds the packages of Viva that can be built here, installs them, and tries what was installed.
#
#   tests/packages/run.sh            # builds viva with `cargo build --release` first
#
# That is: the archive, the Debian package, the npm packages, `cargo install`, completions and manual
# pages. (The VS Code extension is packed and installed by tests/editors/vscode/run.sh.) What is
# missing of the tools is installed; cargo-deb goes into tests/packages/.cache.
set -euo pipefail

CARGO_DEB=3.8.0

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cache="$here/.cache"
packages="$root/editors/packages"
built="${CARGO_TARGET_DIR:-$root/target}"
passed=0

# shellcheck source=../retry.sh
source "$(dirname "${BASH_SOURCE[0]}")/../retry.sh"

# One check: ok NAME COMMAND…; what the command prints is shown when it fails.
ok() {
  local name=$1 said
  shift
  if ! said=$("$@" 2>&1); then
    printf 'FAIL  %s: %s\n%s\n' "$name" "$*" "$said"
    exit 1
  fi
  printf 'ok    %s\n' "$name"
  passed=$((passed + 1))
}

# Tools.
missing=()
for tool in zsh fish man; do
  command -v "$tool" > /dev/null || missing+=("${tool/%man/man-db}")
done
if ((${#missing[@]})); then
  export DEBIAN_FRONTEND=noninteractive
  retry apt-get update -qq > /dev/null
  retry apt-get install -qq -y --no-install-recommends "${missing[@]}" > /dev/null
fi
if [[ ! -x $cache/bin/cargo-deb || $("$cache/bin/cargo-deb" --version) != "cargo-deb $CARGO_DEB" ]]; then
  # Unoptimised, it is built in half of the time.
  CARGO_TARGET_DIR="$cache/target" retry cargo install --quiet --force --locked --debug --root "$cache" "cargo-deb@$CARGO_DEB"
  rm -rf "$cache/target"
fi
export PATH="$cache/bin:$PATH"

cargo build --release --locked --manifest-path "$root/Cargo.toml"
viva="$built/release/viva"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
target=$(rustc -vV | sed -n 's/^host: //p')
version=$("$viva" --version | cut -d ' ' -f 2)

# The program at a path: its version, and an explanation over LSP.
tried() {
  ok "$1: viva --version" test "$("$2" --version)" = "viva $version"
  ok "$1: a hover" python3 "$here/hover.py" "$2" lsp
}

# The archive, twice the same.
"$packages/archive.py" "$target" "$viva" "$work/archive" > "$work/name"
archive=$(cat "$work/name")
ok "the archive is named after version and target" \
  test "$(basename "$archive")" = "viva-v$version-$target.tar.gz"
"$packages/archive.py" "$target" "$viva" "$work/again" > /dev/null
ok "the same program gives the same archive" cmp "$archive" "$work/again/$(basename "$archive")"
tar -xzf "$archive" -C "$work"
unpacked="$work/viva-v$version-$target"
tried "the archive" "$unpacked/viva"
for file in README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE; do
  ok "the archive has $file" cmp "$unpacked/$file" "$root/$file"
done

# Completions, as each shell reads them.
completions="$unpacked/completions"
ok "completions for bash" bash -n "$completions/viva.bash"
ok "completions for zsh" zsh -n "$completions/_viva"
ok "completions for fish" fish --no-execute "$completions/viva.fish"
cat > "$work/complete.bash" << 'END'
source "$1"
COMP_WORDS=(viva expl)
COMP_CWORD=1
_viva viva expl viva
[[ ${COMPREPLY[*]} == explain ]]
END
ok "bash completes a command" bash "$work/complete.bash" "$completions/viva.bash"
for page in "$unpacked"/man/*.1; do
  ok "manual page $(basename "$page")" test -z "$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -E UTF-8 -l "$page" 2>&1 > /dev/null)"
done

# The Debian package, in this system's own place for a moment.
"$packages/deb.sh" "$archive" "$work/deb" > "$work/deb.log" 2>&1 || { cat "$work/deb.log"; exit 1; }
deb=$(echo "$work"/deb/viva_*.deb)
ok "the .deb depends on libc6" grep -q 'libc6' <(dpkg-deb --field "$deb" Depends)
# A database of dpkg's own, so that nothing is left on this machine.
mkdir -p "$work/root/var/lib/dpkg/"{updates,info}
touch "$work/root/var/lib/dpkg/status"
dpkg=(dpkg --root="$work/root" --force-script-chrootless --log="$work/dpkg.log"
  # Container images leave manual pages out.
  --path-include='/usr/share/*')
ok "the .deb installs" "${dpkg[@]}" --force-depends --install "$deb"
tried "the .deb" "$work/root/usr/bin/viva"
for file in man/man1/viva.1.gz man/man1/viva-explain.1.gz bash-completion/completions/viva \
  zsh/vendor-completions/_viva fish/vendor_completions.d/viva.fish doc/viva/copyright; do
  ok "the .deb has $file" test -s "$work/root/usr/share/$file"
done
ok "the .deb can be removed" "${dpkg[@]}" --purge viva
ok "and nothing of it is left" test ! -e "$work/root/usr/share/man"

# npm: the package, and the one of this platform as its optional dependency. None is in the registry.
case $target in
  x86_64-unknown-linux-gnu) platform=linux-x64-gnu ;;
  aarch64-unknown-linux-gnu) platform=linux-arm64-gnu ;;
  *) echo "run.sh: packages are tried on Linux with glibc" >&2; exit 2 ;;
esac
node "$packages/npm/pack.mjs" "$work/npm" "$platform=$viva" > /dev/null
mkdir "$work/project"
cd "$work/project"
echo '{ "private": true }' > package.json
install=(npm install --silent --offline --no-audit --no-fund --cache "$work/npm-cache")
"${install[@]}" "$work/npm/viva-ls-$version.tgz"
ok "npm: without the platform's package, it says what to do" \
  grep -q "@viva-ls/$platform is not installed" <(npx --no-install viva --version 2>&1 || true)
"${install[@]}" "$work/npm/viva-ls-$platform-$version.tgz"
ok "npm: npx viva" test "$(npx --no-install viva --version)" = "viva $version"
tried "npm" "$PWD/node_modules/.bin/viva"
ok "npm: the exit code comes through" test "$(npx --no-install viva explain --lang go nothing.There 2> /dev/null; echo $?)" = 1
cd "$root"

# From the sources.
cargo install --quiet --locked --path "$root" --root "$work/cargo"
tried "cargo install" "$work/cargo/bin/viva"

# What the package lists say of the names of a release's files.
ok "all package lists name the same files" python3 "$here/names.py" "$version"

echo "$passed checks passed"
