#!/bin/sh
# Runs a fuzz target for some seconds: scripts/fuzz.sh [policy|frigate|manifest|graph] [SECONDS]
# libFuzzer's instrumentation is asked of the stable compiler, so that neither nightly nor cargo-fuzz is needed.
set -eu
cd "$(dirname "$0")/.."
target=${1:-policy}
seconds=${2:-600}
host=$(rustc -vV | sed -n 's/^host: //p')
case $target in
    policy) seeds="examples examples/site tests/policy" ;;
    frigate) seeds="tests/import" ;;
    manifest) seeds="models" ;;
    graph) seeds="" ;;
    *) echo "there is no target $target; see fuzz/targets" >&2; exit 2 ;;
esac
case $target in manifest | graph) features="--features models" ;; *) features="" ;; esac

RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1" \
    cargo build --manifest-path fuzz/Cargo.toml --release --target "$host" --bin "$target" $features

corpus=fuzz/target/corpus/$target
mkdir -p "$corpus" fuzz/target/artifacts
words=fuzz/target/$target.dict
# The words of the language, as the seeds use it.
for folder in $seeds; do find "$folder" -maxdepth 1 -type f \( -name '*.toml' -o -name '*.yml' \) -exec cat {} +; done |
    grep -oE '[A-Za-z_][A-Za-z_-]*' | sort -u | sed 's/.*/"&"/' > "$words"
exec "fuzz/target/$host/release/$target" "$corpus" $seeds -max_total_time="$seconds" -max_len=16384 -timeout=10 \
    -rss_limit_mb=2048 -artifact_prefix=fuzz/target/artifacts/ -dict="$words" -print_final_stats=1
