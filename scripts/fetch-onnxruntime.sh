#!/bin/sh
# Puts libonnxruntime.so under .ort/ out of the hash-pinned PyPI wheel, with its licence and notices. Does nothing
# when it is there already.
set -eu
cd "$(dirname "$0")/.."
version=$(sed -n 's/^onnxruntime==\([0-9.]*\) .*/\1/p' scripts/onnxruntime.lock)
machine=$(uname -m)
into=.ort/$version-$machine
if [ ! -e "$into/complete" ]; then
    echo "fetching ONNX Runtime $version for $machine (24 MB, from PyPI)"
    temporary=$(mktemp -d)
    trap 'rm -rf "$temporary"' EXIT
    python3 -m pip download -q --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
        --implementation cp --python-version 3.12 --abi cp312 \
        --platform "manylinux_2_28_$machine" --platform "manylinux_2_27_$machine" \
        -r scripts/onnxruntime.lock -d "$temporary"
    python3 -m zipfile -e "$temporary"/*.whl "$temporary/wheel"
    mkdir -p "$into"
    install -m 755 "$temporary/wheel/onnxruntime/capi/libonnxruntime.so.$version" "$into/libonnxruntime.so"
    cp "$temporary/wheel/onnxruntime/LICENSE" "$temporary/wheel/onnxruntime/ThirdPartyNotices.txt" "$into/"
    touch "$into/complete"
fi
ln -sfn "$version-$machine" .ort/current
