#!/bin/sh
# Has fast-alpr find and read the plates of the same photographs with the same model files, in an environment under target/:
# the same plates, and frames a second side by side.
set -eu
cd "$(dirname "$0")/.."
environment=target/plate-tools
data=${VOKTER_DATA:-../shared/data}
test -x $environment/bin/python || python3 -m venv $environment
$environment/bin/pip install -q --disable-pip-version-check fast-alpr==0.4.0 onnxruntime==1.28.0
cargo test --test main plates_for_a_peer -- --ignored --nocapture 2>/dev/null |
    $environment/bin/python -W ignore scripts/check_plates.py "$data"
