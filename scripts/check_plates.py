"""Has `fast-alpr` find and read the plates that Vokter has read, in the same photographs with the same model files.

Both are asked for the plates that score at least 0.4; fast-alpr reads a plate as it was found, and Vokter with a little more round
it. Speeds are of photographs that are
decoded already: a chain on one core each, and then as many cores as there are, which fast-alpr gives to one photograph and
Vokter to one photograph each."""

import json
import os
import sys
import time

import cv2
import onnxruntime
from fast_alpr import ALPR
from open_image_models.detection.core.yolo_v9.inference import YoloV9Detector

said = next(json.loads(line[line.index("{") :]) for line in sys.stdin if '"photographs"' in line)
models, plates = (os.path.join(sys.argv[1], folder) for folder in ("models", "plates"))
SECONDS = 10
FLOOR = 0.4


def chain(threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    cpu = ["CPUExecutionProvider"]
    detector = YoloV9Detector(
        os.path.join(models, "plate_yolov9t_416_int8.onnx"),
        ["License Plate"],
        conf_thresh=FLOOR,
        providers=cpu,
        sess_options=options,
    )
    return ALPR(
        detector=detector,
        ocr_model=None,
        ocr_model_path=os.path.join(models, "plate_ocr_cct_xs_v1.onnx"),
        ocr_config_path=os.path.join(models, "plate_ocr_cct_xs_v1.yaml"),
        ocr_providers=cpu,
        ocr_sess_options=options,
    )


def text(found):
    return found.ocr.text.replace("_", "")


def rate(threads):
    read = chain(threads)
    read.predict(pictures[0])
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < SECONDS:
        read.predict(pictures[done % len(pictures)])
        done += 1
    return done / (time.perf_counter() - begun)


pictures = [cv2.imread(os.path.join(plates, photograph["file"])) for photograph in said["photographs"]]
peer = chain(0)
exact = {"Vokter": 0, "fast-alpr": 0}
same = 0
for photograph, picture in zip(said["photographs"], pictures):
    found = sorted(peer.predict(picture), key=lambda one: -one.detection.confidence)
    ours, theirs = sorted(photograph["read"]), sorted(text(one) for one in found)
    same += ours == theirs
    exact["Vokter"] += photograph["plate"] in ours
    exact["fast-alpr"] += photograph["plate"] in theirs
    if ours != theirs:
        print(f"{photograph['file']}: Vokter {ours}, fast-alpr {theirs}, on it {photograph['plate']}")

count = len(pictures)
print(f"photographs: {count}, the same plates in {same}")
print(f"read exactly: Vokter {exact['Vokter']}, fast-alpr {exact['fast-alpr']}")
cores = said["cores"]
for name, threads, ours in [("one core", 1, said["one"]), (f"{cores} cores", cores, said["all"])]:
    theirs = rate(threads)
    print(f"{name}: Vokter {ours:.1f} frames/s, fast-alpr {theirs:.1f} frames/s, ratio {ours / theirs:.2f}")
sys.exit(exact["Vokter"] < exact["fast-alpr"])
