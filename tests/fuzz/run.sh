#!/usr/bin/env bash
# Fuzzes, a while for each target, and fails if a target found something.
#
#   tests/fuzz/run.sh [SECONDS] [TARGET…]     # 60 seconds of each target, or of those that are named
#   tests/fuzz/run.sh --keep [TARGET…]        # brings corpus/ up to date with what was found
#
# Needs Rust and a C++ compiler, and installs that where Debian is. Works with stable Rust: it compiles with the
# flags of cargo-fuzz, without a sanitizer, as our code has nothing unsafe. (`cargo fuzz run -s none TARGET` works
# too.) What is found stays in target/fuzz: corpus/ grows from run to run, artifacts/ has what failed.
#
# VIVA_FUZZ_DIR is another folder for what is found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/retry.sh

all=(go dockerfile sql redis_conf compose topic import edits wire growth)
keeps=no
seconds=60
if [[ ${1-} == --keep ]]; then
  keeps=yes
  shift
elif [[ ${1-} =~ ^[0-9]+$ ]]; then
  seconds=$1
  shift
fi
targets=("${@:-${all[@]}}")

if ! command -v c++ > /dev/null; then
  retry apt-get update -qq
  DEBIAN_FRONTEND=noninteractive retry apt-get install -qq -y --no-install-recommends g++
fi

host=$(rustc -vV | sed -n 's/^host: //p')
build=target/fuzz
found=${VIVA_FUZZ_DIR:-target/fuzz}
instruments=(
  --cfg fuzzing
  -Cpasses=sancov-module
  -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
  -Cllvm-args=-sanitizer-coverage-pc-table
  -Cllvm-args=-sanitizer-coverage-trace-compares
  -Cllvm-args=-simplifycfg-branch-fold-threshold=0
  -Cllvm-args=-sanitizer-coverage-stack-depth
)
# With a target, build scripts have no instruments.
RUSTFLAGS="${instruments[*]}" cargo build --release --locked --manifest-path tests/fuzz/Cargo.toml \
  --target "$host" --target-dir "$build"
binaries=$build/$host/release

if [[ $keeps == yes ]]; then
  for target in "${targets[@]}"; do
    rm -rf "$found/kept/$target"
    mkdir -p "$found/kept/$target"
    "$binaries/$target" -merge=1 "$found/kept/$target" "$found/corpus/$target" 2> "$found/$target.merge.log"
    python3 tests/fuzz/corpus.py keep "$found/kept/$target" "$target"
  done
  exit
fi

failed=()
row='%-12s %12s %8s %10s %10s %8s  %s\n'
# shellcheck disable=SC2059
printf "$row" target executions /second "CPU s" coverage corpus result
for target in "${targets[@]}"; do
  python3 tests/fuzz/corpus.py lay "$found" "$target"
  mkdir -p "$found/artifacts/$target"
  log=$found/$target.log
  result=ok
  TIMEFORMAT='%U %S'
  # A call that takes too long fails by itself; the timeout is for one that does not end.
  { time "$binaries/$target" -max_total_time="$seconds" -max_len=4096 -timeout=60 -rss_limit_mb=2048 \
    -dict="$found/$target.dict" -artifact_prefix="$found/artifacts/$target/" -print_final_stats=1 \
    "$found/corpus/$target" > "$log" 2>&1 || echo failed > "$log.failed"; } 2> "$log.time"
  if [[ -e $log.failed ]]; then
    result="FAILED: $log"
    failed+=("$target")
    rm "$log.failed"
  fi
  stat() {
    sed -n "s/^stat::$1: *//p" "$log" | tail -n 1
  }
  last() {
    { grep -o "$1: [0-9]*" "$log" || true; } | tail -n 1 | cut -d ' ' -f 2
  }
  cpu=$(awk '{ printf "%.0f", $1 + $2 }' "$log.time")
  # shellcheck disable=SC2059
  printf "$row" "$target" "$(stat number_of_executed_units)" "$(stat average_exec_per_sec)" "$cpu" \
    "$(last cov)" "$(last corp)" "$result"
done
if ((${#failed[@]} > 0)); then
  echo "failed: ${failed[*]}" >&2
  exit 1
fi
