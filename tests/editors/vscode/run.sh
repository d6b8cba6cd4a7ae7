#!/usr/bin/env bash
# Tries Viva in a real VS Code, which is installed under tests/editors/.cache first.
#
#   tests/editors/vscode/run.sh                                # builds viva and tries it
#   tests/editors/vscode/run.sh path/to/viva
#   tests/editors/vscode/run.sh --screenshots [path/to/viva]   # also rewrites docs/images/vscode-*.png
#   VIVA_TEST_ONLY=crashes,places tests/editors/vscode/run.sh  # only these parts of the suite
#
# A check that fails leaves a screenshot in target/vscode, where VS Code's own log is too.
set -euo pipefail

# shellcheck source=../install.sh
source "$(dirname "${BASH_SOURCE[0]}")/../install.sh"
here="$editors/vscode"
extension="$root/editors/vscode"
artefacts="$root/target/vscode"

screenshots=
if [[ ${1-} == --screenshots ]]; then
  screenshots="$root/docs/images"
  shift
fi
take_viva "$@"

vscode=$("$here/setup.sh")
export PATH="$vscode/bin:$PATH"

# The extension, checked and packed with the server inside.
cd "$extension"
if ! cmp --quiet package-lock.json node_modules/.installed; then
  fetch_packages ci
  cp package-lock.json node_modules/.installed
fi
npm run --silent typecheck
rm -f -- *.vsix
npm run --silent package > /dev/null
npm run --silent package -- --target linux-x64 "$viva" > /dev/null

# Another extension that the tests need, and the gopls that it starts.
companion="$root/target/vscode-companion"
rm -rf "$companion"
mkdir -p "$companion/dist"
cp "$here/companion/package.json" "$companion/"
NODE_PATH="$extension/node_modules" node_modules/.bin/esbuild "$here/companion/extension.js" --bundle \
  --platform=node --external:vscode --log-level=warning --outfile="$companion/dist/extension.js"
(cd "$companion" && node "$extension/node_modules/@vscode/vsce/vsce" package --no-dependencies \
  --allow-missing-repository --skip-license --out companion.vsix > /dev/null)
install_gopls
gopls=$(command -v gopls)
go=$(dirname "$(command -v go)")

home=$(mktemp -d)
group=
stop() {
  # The whole group: extension hosts and language servers outlive VS Code else.
  if [[ $group ]]; then
    kill -- "-$group" 2> /dev/null || true
    sleep 0.5
    kill -9 -- "-$group" 2> /dev/null || true
  fi
  rm -rf "$home" 2> /dev/null || { sleep 2; rm -rf "$home"; }
}
trap stop EXIT

rm -rf "$artefacts"
mkdir -p "$artefacts" ${screenshots:+"$screenshots"} "$home/bin" "$home/user/User" "$home/user/Machine"
cp -r "$root/tests/fixtures" "$home/work"
cp "$here/settings.json" "$home/user/User/settings.json"
echo '{}' > "$home/user/Machine/settings.json"
# VS Code asks a login shell for the PATH of extensions.
echo "export PATH=$home/bin:$go:/usr/bin:/bin" > "$home/.profile"
code_server=(env HOME="$home" SHELL=/bin/bash XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data"
  XDG_CACHE_HOME="$home/cache" XDG_RUNTIME_DIR="$home" PATH="$vscode/bin:/usr/bin:/bin" VIVA_TEST_GOPLS="$gopls"
  GOCACHE="$here/../.cache/go-build" GOPROXY=off GOTOOLCHAIN=local GOTELEMETRY=off
  "$vscode/node_modules/.bin/code-server" --config "$home/config.yaml" --auth none
  --user-data-dir "$home/user" --extensions-dir "$home/extensions")
# A suite installs the extension without the server later.
printf '#!/bin/sh\nexec%s --force --install-extension "$1"\n' "$(printf ' %q' "${code_server[@]}")" > "$home/install"
chmod +x "$home/install"
for package in "$companion/companion.vsix" "$extension"/viva-linux-x64-*.vsix; do
  "$home/install" "$package" >> "$artefacts/vscode.log" 2>&1
  cat "$home/extensions/extensions.json" >> "$artefacts/vscode.log"
done

setsid "${code_server[@]}" --bind-addr 127.0.0.1:0 --disable-telemetry --disable-update-check \
  --disable-getting-started-override >> "$artefacts/vscode.log" 2>&1 < /dev/null &
group=$!
address=
for ((try = 0; try < 300; try++)); do
  address=$(sed -n 's/.*HTTP server listening on \(http[^ ]*\).*/\1/p' "$artefacts/vscode.log")
  [[ $address ]] && break
  sleep 0.1
done
if [[ ! $address ]]; then
  cat "$artefacts/vscode.log" >&2
  echo "run.sh: VS Code did not start" >&2
  exit 1
fi

version=$("${code_server[@]}" --version | sed -n 's/.*with Code \([0-9.]*\).*/\1/p')
keep_log vscode "VS Code $version"
kept env HOME="$home" VIVA="$viva" VIVA_TEST_VSCODE="$vscode" VIVA_TEST_HOME="$home" \
  VIVA_TEST_PLAIN="$(echo "$extension"/viva-[0-9]*.vsix)" \
  VIVA_TEST_ADDRESS="$address" VIVA_TEST_ARTEFACTS="$artefacts" VIVA_TEST_SCREENSHOTS="$screenshots" \
  node "$here/test.mjs"
sum_up
