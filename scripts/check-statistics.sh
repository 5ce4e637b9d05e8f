#!/bin/sh
# Reads every format of the statistics with the tools that statisticians use, and has another library count the same tracks,
# in an environment under target/.
set -eu
cd "$(dirname "$0")/.."
environment=target/statistics-tools
test -x $environment/bin/python || python3 -m venv $environment
$environment/bin/pip install -q --disable-pip-version-check \
    jsonstat-validator==0.4.6 pyjstat==2.4.0 pandas==3.1.1 pyarrow==26.0.1 supervision==0.31.2
VOKTER_STATISTICS_PYTHON="$PWD/$environment/bin/python" \
    cargo test -p vokter-statistics --features parquet the_tools_of_statisticians -- --ignored --nocapture
cargo test -p vokter-rules tracks_for_a_peer -- --ignored --nocapture 2>/dev/null |
    $environment/bin/python -W ignore scripts/check_counting.py
