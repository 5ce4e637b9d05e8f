#!/bin/sh
# Has fast-alpr find and read the plates of the same pixels with the same model files, in an environment under target/:
# the same plates, and frames a second in turns. Fails where a plate differs.
set -eu
cd "$(dirname "$0")/.."
environment=target/plate-tools
data=${VOKTER_DATA:-../shared/data}
test -x $environment/bin/python || python3 -m venv $environment
$environment/bin/pip install -q --disable-pip-version-check fast-alpr==0.4.0 onnxruntime==1.28.0
test=$(cargo test --test main --no-run 2>&1 | sed -n 's/.*Executable tests.main.rs (\(.*\))/\1/p')
$environment/bin/python -W ignore scripts/check_plates.py "$data" "$test"
