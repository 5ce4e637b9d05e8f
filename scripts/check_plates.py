"""Has `fast-alpr` find and read the plates that Vokter reads, in the same pixels with the same model files.

Both are asked for the plates that score at least 0.4. The pixels are those of Vokter's frames; of photographs that each
library decodes for itself the figure is told as well, since the finder, whose layers are quantised by what they hold, answers
to a difference of one level in a pixel.

Speeds are of pictures that are decoded already, in turns of a few seconds: on one core, and on the whole machine, where
fast-alpr runs with its defaults, all cores at one picture, and Vokter has a picture on each core. Told are the medians of
the turns, and of their ratios; processor time is of all threads."""

import json
import os
import statistics
import subprocess
import sys
import time

import cv2
import onnxruntime
from fast_alpr import ALPR
from open_image_models.detection.core.yolo_v9.inference import YoloV9Detector

TURNS = 7
SECONDS = 4
FLOOR = 0.4

data, test = sys.argv[1:]
models, plates = (os.path.join(data, folder) for folder in ("models", "plates"))


def chain(threads):
    """fast-alpr; with its defaults where no number of threads is given."""
    options = None
    if threads:
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


def texts(read, picture):
    return sorted(found.ocr.text.replace("_", "") for found in read.predict(picture))


def processor_seconds(process):
    with open(f"/proc/{process}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def turn(process, work):
    """Frames a second, and milliseconds of processor time for each."""
    spent, begun = processor_seconds(process), time.perf_counter()
    frames = work()
    elapsed = time.perf_counter() - begun
    return frames / elapsed, (processor_seconds(process) - spent) / frames * 1e3


def theirs(read):
    begun, frames = time.perf_counter(), 0
    while time.perf_counter() - begun < SECONDS:
        read.predict(pictures[frames % len(pictures)])
        frames += 1
    return frames


def ours(cores):
    vokter.stdin.write(f"{SECONDS} {cores}\n")
    vokter.stdin.flush()
    return int(next(line.split()[1] for line in vokter.stdout if line.startswith("frames ")))


vokter = subprocess.Popen(
    [test, "plates_for_a_peer", "--ignored", "--nocapture"],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    text=True,
)
said = next(json.loads(line[line.index("{") :]) for line in vokter.stdout if '"photographs"' in line)
photographs, cores = said["photographs"], said["cores"]
pictures = [cv2.imread(photograph["pixels"]) for photograph in photographs]
peer = chain(None)
exact = {"Vokter": 0, "fast-alpr": 0}
same = same_decoded = 0
for photograph, picture in zip(photographs, pictures):
    read, read_there = sorted(photograph["read"]), texts(peer, picture)
    same += read == read_there
    same_decoded += read == texts(peer, cv2.imread(os.path.join(plates, photograph["file"])))
    exact["Vokter"] += photograph["plate"] in read
    exact["fast-alpr"] += photograph["plate"] in read_there
    if read != read_there:
        print(f"{photograph['file']}: Vokter {read}, fast-alpr {read_there}, on it {photograph['plate']}")

count = len(photographs)
print(f"photographs: {count}; the same plates of the same pixels in {same}, of files that each decodes in {same_decoded}")
print(f"read exactly: Vokter {exact['Vokter']}, fast-alpr {exact['fast-alpr']}")
for name, threads, used in [("one core", 1, 1), (f"whole machine, {cores} cores", None, cores)]:
    cv2.setNumThreads(threads or cores)
    read = chain(threads)
    read.predict(pictures[0])
    turns = [
        (*turn(vokter.pid, lambda: ours(used)), *turn(os.getpid(), lambda: theirs(read)))
        for _ in range(TURNS)
    ]
    del read
    rate, cost, rate_there, cost_there = (statistics.median(column) for column in zip(*turns))
    ratio = statistics.median(one[0] / one[2] for one in turns)
    saved = statistics.median(one[3] / one[1] for one in turns)
    print(f"{name}: Vokter {rate:.1f} frames/s and {cost:.1f} ms of processor time a frame")
    print(f"{name}: fast-alpr {rate_there:.1f} frames/s and {cost_there:.1f} ms")
    print(f"{name}: ratio {ratio:.2f} of frames, {saved:.2f} of processor time")
vokter.stdin.close()
vokter.wait()
sys.exit(same < count or exact["Vokter"] < exact["fast-alpr"])
