#!/bin/sh
# Trains the detector from nothing and measures it. Run anywhere; needs Python with requirements.txt, cargo, and the
# clips and the teacher in ../shared/data (or VOKTER_DATA). See README.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=${1:-$root/target/detector}
python=${PYTHON:-python3}
export VOKTER_DATA="${VOKTER_DATA:-$root/../shared/data}"
# Big tensors come and go at every step: keep their memory instead of giving it back to the kernel each time, and let
# waiting threads sleep.
export MALLOC_ARENA_MAX=1 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=16000000000 MALLOC_TOP_PAD_=268435456
export OMP_WAIT_POLICY=passive

mkdir -p "$work"
scene() {
    [ -f "$work/$1/labels.json" ] || (cd "$root" && cargo run --release --bin vokter-scene -- dataset \
        --out "$work/$1" --pictures "$2" --seed "$3" --width 512 --height 288)
}
scene scenes 8000 1
for seed in 2 3 4 5 6 7; do
    scene "scenes-$seed" 5000 "$seed"
done
scene scenes-held-out 600 900001

cd "$here"
"$python" train.py --scenes "$work/scenes" --more-scenes "$work"/scenes-[2-7] --work "$work"
"$python" export.py "$work/settling.pt" "$work/detector.onnx" --scenes "$work/scenes" --clips "$work/clips.pickle"
"$python" evaluate.py "$work/detector.float.onnx" "$work/detector.onnx" \
    --scenes "$work/scenes-held-out" --clips --speed
cp "$work/detector.onnx" "$root/models/weights/detector.onnx"
