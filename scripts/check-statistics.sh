#!/bin/sh
# Reads every format of the statistics with the tools that statisticians use, in an environment under target/.
set -eu
cd "$(dirname "$0")/.."
environment=target/statistics-tools
test -x $environment/bin/python || python3 -m venv $environment
$environment/bin/pip install -q --disable-pip-version-check \
    jsonstat-validator==0.4.6 pyjstat==2.4.0 pandas==3.1.1 pyarrow==26.0.1
VOKTER_STATISTICS_PYTHON="$PWD/$environment/bin/python" \
    cargo test -p vokter-statistics --features parquet the_tools_of_statisticians -- --ignored --nocapture
