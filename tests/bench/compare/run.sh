#!/usr/bin/env bash
# Measures Viva beside other language servers, which it installs under tests/bench/compare/.cache first.
#
#   tests/bench/compare/run.sh --write                        # everything; writes docs/performance.md
#   tests/bench/compare/run.sh --servers gopls --languages go # a part; --help lists the options
#
# Nothing else should run on the machine meanwhile: see docs/performance.md.
set -euo pipefail

# shellcheck source=setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root"
exec cargo bench --quiet --bench compare -- "$@"
