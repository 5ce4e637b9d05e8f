"""The chain that a user would write instead: OpenCV, ONNX Runtime with two threads, supervision, ByteTrack.

    chain.py MODEL.onnx CLIP [CLIP ...]

Prints the frames it analysed and the seconds it took, as one JSON object.
"""

import json
import sys
import time

import cv2
import numpy as np
import onnxruntime
import supervision

SIZE = 416
STRIDES = (8, 16, 32)
CLASSES = np.array([0, 1, 2, 3, 5, 7])


def grids():
    cells, strides = [], []
    for stride in STRIDES:
        side = SIZE // stride
        y, x = np.mgrid[0:side, 0:side]
        cells.append(np.stack([x, y], -1).reshape(-1, 2))
        strides.append(np.full((side * side, 1), stride))
    return np.concatenate(cells), np.concatenate(strides)


def detect(session, frame, cells, strides):
    scale = min(SIZE / frame.shape[1], SIZE / frame.shape[0])
    small = cv2.resize(frame, (int(frame.shape[1] * scale), int(frame.shape[0] * scale)))
    padded = np.full((SIZE, SIZE, 3), 114, np.uint8)
    padded[: small.shape[0], : small.shape[1]] = small
    tensor = padded.transpose(2, 0, 1)[None].astype(np.float32)
    output = session.run(None, {"images": tensor})[0][0]
    scores = output[:, 4:5] * output[:, 5:]
    best = scores.argmax(1)
    score = scores[np.arange(len(best)), best]
    keep = (score >= 0.1) & np.isin(best, CLASSES)
    output, best, score = output[keep], best[keep], score[keep]
    centre = (output[:, :2] + cells[keep]) * strides[keep]
    half = np.exp(output[:, 2:4]) * strides[keep] / 2
    boxes = np.concatenate([centre - half, centre + half], 1) / scale
    found = supervision.Detections(xyxy=boxes.astype(np.float32), confidence=score, class_id=best)
    return found.with_nms(0.5)


def main(model, clips):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    cells, strides = grids()
    frames, begun = 0, time.perf_counter()
    for clip in clips:
        capture = cv2.VideoCapture(clip)
        tracker = supervision.ByteTrack()
        line = supervision.LineZone(supervision.Point(599, 0), supervision.Point(599, 432))
        while True:
            more, frame = capture.read()
            if not more:
                break
            line.trigger(tracker.update_with_detections(detect(session, frame, cells, strides)))
            frames += 1
    print(json.dumps({"frames": frames, "seconds": time.perf_counter() - begun}))


main(sys.argv[1], sys.argv[2:])
