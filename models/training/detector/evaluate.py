"""Measures an exported network as the engine runs it: 16:9 pictures at 384 x 224, one thread, suppression at 0.5.

    python evaluate.py MODEL.onnx.. --scenes HELD_OUT_DIR      AP50 on synthetic pictures
    python evaluate.py MODEL.onnx.. --clips                    recall and precision on the clips
    python evaluate.py MODEL.onnx.. --speed                    pictures a second, one session and two
    python evaluate.py MODEL.onnx --look OUT_DIR               pictures with boxes, to look at
"""

import argparse
import functools
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime

import clips
import data
import export
from network import CLASSES, STRIDES

GROUPS = {"person": "person", "car": "vehicle", "bus": "vehicle", "truck": "vehicle"}
# Score from which a box counts on the clips; set beforehand, as the teacher's.
COUNTS = 0.4


def session(model, width=data.VIEW[0], height=data.VIEW[1]):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    shaped = export.reshaped(model, width, height)
    return onnxruntime.InferenceSession(shaped.SerializeToString(), options, providers=["CPUExecutionProvider"])


def letterbox(picture, width=data.VIEW[0], height=data.VIEW[1]):
    """Top left, the rest grey, as planes of floats; and the scale."""
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
    canvas = np.full((height, width, 3), data.PAD, np.uint8)
    canvas[:size[1], :size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return canvas.transpose(2, 0, 1)[None].astype(np.float32), scale


def detect(runner, picture, floor):
    """Boxes `(class, score, (x1, y1, x2, y2))` in pixels of the picture."""
    tensor, scale = letterbox(picture)
    rows = runner.run(None, {"images": tensor})[0][0]
    height, width = tensor.shape[2:]
    start, found = 0, []
    for stride in STRIDES:
        columns, lines = width // stride, height // stride
        level = rows[start:start + columns * lines]
        start += columns * lines
        scores = level[:, 4:5] * level[:, 5:]
        for i in np.flatnonzero(scores.max(1) >= floor):
            kind = int(scores[i].argmax())
            x, y = (i % columns + level[i, 0]) * stride, (i // columns + level[i, 1]) * stride
            w, h = np.exp(level[i, 2:4]) * stride
            box = np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2]) / scale
            box = box.clip(0, [picture.shape[1], picture.shape[0]] * 2)
            found.append((CLASSES[kind], float(scores[i, kind]), tuple(box)))
    return clips.suppress(found)


def match(found, wanted, ignored=(), limit=0.5):
    """`(score, right)` for each found box that counts, greedily by score, and how many wanted there were."""
    free, out = list(wanted), []
    for score, box in sorted(found, reverse=True):
        best = max(range(len(free)), key=lambda i: clips.overlap(box, free[i]), default=None)
        if best is not None and clips.overlap(box, free[best]) >= limit:
            free.pop(best)
            out.append((score, True))
        elif not any(data.covered(box, other) >= limit or clips.overlap(box, other) >= limit for other in ignored):
            out.append((score, False))
    return out, len(wanted)


def average_precision(scored, count):
    """Area under precision over recall at 101 points, as COCO takes it."""
    scored = sorted(scored, reverse=True)
    right = np.cumsum([r for _, r in scored])
    precision = right / np.arange(1, len(scored) + 1) if scored else np.zeros(0)
    recall = right / max(count, 1) if scored else np.zeros(0)
    for i in range(len(precision) - 2, -1, -1):
        precision[i] = max(precision[i], precision[i + 1])
    points = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
    return float(np.mean([precision[p] if p < len(precision) else 0.0 for p in points]))


def on_scenes(runner, folder, most=None):
    # The same objects matter as in `benches/detector_quality.rs`: neither hidden nor tiny.
    pictures, boxes = data.synthetic(folder, least=0.4)
    for b in boxes:
        b[(b[:, 4] - b[:, 2] < 10) | (b[:, 3] - b[:, 1] < 4), 0] = data.IGNORED
    scored, count = {c: [] for c in CLASSES}, dict.fromkeys(CLASSES, 0)
    for picture, wanted in zip(pictures[:most], boxes[:most]):
        found = detect(runner, np.ascontiguousarray(picture), 0.02)
        ignored = [w[1:] for w in wanted if w[0] < 0]
        for i, kind in enumerate(CLASSES):
            got, n = match([(s, b) for k, s, b in found if k == kind], [w[1:] for w in wanted if w[0] == i], ignored)
            scored[kind] += got
            count[kind] += n
    each = {k: average_precision(scored[k], count[k]) for k in CLASSES if count[k]}
    print("AP50", f"{np.mean(list(each.values())):.3f}", " ".join(f"{k} {v:.3f} ({count[k]})" for k, v in each.items()))


def counted(scored, wanted):
    taken = [r for s, r in scored if s >= COUNTS]
    recall, precision = sum(taken) / max(wanted, 1), sum(taken) / max(len(taken), 1)
    right = total = 0
    best = 0.0
    for _, r in sorted(scored, reverse=True):
        right, total = right + r, total + 1
        if right / total >= 0.8:
            best = max(best, right / max(wanted, 1))
    return f"recall {recall:.3f} precision {precision:.3f} (at {COUNTS}); recall {best:.3f} at precision 0.8; {wanted} boxes"


@functools.cache
def teacher():
    return clips.Teacher(threads=1)


@functools.cache
def reference(name, number, kind):
    """The reference's boxes: of the teacher, or what moves."""
    if kind == "teacher":
        return [(k, b) for k, s, b in teacher()(clips.frames(name)[number]) if s >= 0.4]
    size = clips.frames(name).shape[2], clips.frames(name).shape[1]
    return [p for what, box, _ in clips.moving(name, number) for p in clips.boxes_of(what, box, size)]


def on_clips(runner, every):
    for kind in ("teacher", "moving"):
        sums = {}
        for name in clips.NAMES:
            if kind == "moving" and name == clips.ROOM:
                continue
            for number in range(0, len(clips.frames(name)), every):
                picture = clips.frames(name)[number]
                found = detect(runner, picture, 0.05)
                wanted = reference(name, number, kind)
                part = "training part" if number < clips.training_frames(name) else "held out"
                for group in ("person", "vehicle"):
                    got, n = match([(s, b) for k, s, b in found if GROUPS.get(k) == group],
                                   [b for k, b in wanted if GROUPS.get(k) == group])
                    for where in (name, "all clips"):
                        for span in (part, "whole"):
                            for what in (group, "both"):
                                entry = sums.setdefault((where, span, what), [[], 0])
                                entry[0] += got
                                entry[1] += n
        for key, (scored, wanted) in sorted(sums.items()):
            if key[1] != "training part" and wanted:
                print(f"against {kind}:", *key, counted(scored, wanted), flush=True)


def speed(model, seconds=4.0):
    for count in (1, 2):
        runners = [session(model) for _ in range(count)]
        tensor = np.random.default_rng(0).integers(0, 256, (1, 3, data.VIEW[1], data.VIEW[0])).astype(np.float32)
        done, busy, end = [0] * count, [0.0] * count, time.monotonic() + seconds

        def work(i):
            start = time.thread_time()
            while time.monotonic() < end:
                runners[i].run(None, {"images": tensor})
                done[i] += 1
            busy[i] = time.thread_time() - start

        threads = [threading.Thread(target=work, args=(i,)) for i in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # On a machine that does other things too, the time of the thread says more than the clock.
        print(f"{count} single-threaded sessions at {data.VIEW[0]} x {data.VIEW[1]}: {sum(done) / seconds:.0f} a second,"
              f" {1000 * sum(busy) / sum(done):.2f} ms of a core each", flush=True)


def look(runner, out, scenes):
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    sets = {name: clips.frames(name)[clips.training_frames(name):][::6] for name in clips.NAMES}
    sets[clips.ROOM] = sets[clips.ROOM][::3]
    if scenes:
        sets["scenes"] = data.synthetic(scenes)[0][:120:2]
    for name, pictures in sets.items():
        tiles = []
        for picture in pictures[:60]:
            tile = cv2.resize(np.ascontiguousarray(picture), (512, 288))
            for kind, score, box in detect(runner, tile, 0.3):
                a, b, c, d = (int(v) for v in box)
                colour = [(0, 0, 255), (255, 0, 0), (0, 255, 0), (255, 255, 0), (255, 0, 255), (0, 255, 255)]
                cv2.rectangle(tile, (a, b), (c, d), colour[CLASSES.index(kind)], 1)
                cv2.putText(tile, f"{kind} {score:.2f}", (a, max(b - 2, 8)), 0, 0.35, (255, 255, 255), 1)
            tiles.append(tile)
        while len(tiles) % 5:
            tiles.append(np.zeros_like(tiles[0]))
        cv2.imwrite(str(out / f"{name}.jpg"), cv2.vconcat([cv2.hconcat(tiles[i:i + 5]) for i in range(0, len(tiles), 5)]))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("models", nargs="+")
    arguments.add_argument("--scenes")
    arguments.add_argument("--most", type=int, help="only that many synthetic pictures")
    arguments.add_argument("--every", type=int, default=1, help="only every so manyth frame of the clips")
    arguments.add_argument("--clips", action="store_true")
    arguments.add_argument("--speed", action="store_true")
    arguments.add_argument("--look")
    given = arguments.parse_args()
    cv2.setNumThreads(1)
    for path in given.models:
        model = onnx.load(path)
        runner = session(model)
        print(path, flush=True)
        if given.look:
            look(runner, given.look, given.scenes)
        elif given.scenes:
            on_scenes(runner, given.scenes, given.most)
        if given.clips:
            on_clips(runner, given.every)
        if given.speed:
            speed(model)


if __name__ == "__main__":
    main()
