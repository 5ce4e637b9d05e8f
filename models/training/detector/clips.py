"""Labels for the three recorded clips (Intel IoT sample-videos, CC BY 4.0), made anew from the clips at every run.

The room: boxes of YOLOX-nano (Apache-2.0), which is good there. The two car parks are seen from above, where it fails;
but their cameras stand still, so each moving object is what differs from the background. `TABLE` says which object is
where and when; the boxes come out of the pictures.

Run as a program, it writes pictures with the boxes drawn, to look at: `python clips.py OUT`.
"""

import functools
import os
import sys
from pathlib import Path

import cv2
import numpy as np

DATA = Path(os.environ.get("VOKTER_DATA", Path(__file__).resolve().parents[3] / "../shared/data"))
ROOM = "one-by-one-person-detection"
CARS = "car-detection"
MIXED = "person-bicycle-car-detection"
NAMES = (CARS, ROOM, MIXED)

# The first part of each clip trains, the rest is held out.
TRAINING_PART = 0.6

# clip: (first frame, last frame, what, region x1, y1, x2, y2 as fractions of the picture). Within the region the
# largest thing that differs from the background is the object.
TABLE = {
    CARS: [
        (54, 108, "car", 0.25, 0.0, 0.72, 1.0),
        (180, 228, "car", 0.0, 0.0, 0.355, 1.0),
        (187, 238, "car", 0.355, 0.0, 0.72, 1.0),
        (315, 347, "car", 0.08, 0.0, 0.48, 1.0),
    ],
    MIXED: [
        (0, 46, "car", 0.0, 0.1, 0.45, 1.0),
        (111, 166, "cyclist", 0.6, 0.0, 1.0, 0.4),
        (293, 366, "person", 0.0, 0.0, 0.42, 0.28),
        (336, 405, "car", 0.0, 0.1, 0.4, 1.0),
        (343, 409, "cyclist", 0.6, 0.0, 1.0, 0.4),
    ],
}


@functools.cache
def frames(name):
    """All pictures of a clip, `N x H x W x 3`, BGR."""
    video = cv2.VideoCapture(str(DATA / "clips" / f"{name}.mp4"))
    out = []
    while True:
        good, picture = video.read()
        if not good:
            break
        out.append(picture)
    if not out:
        raise SystemExit(f"no pictures in {DATA}/clips/{name}.mp4: see shared/data/README.md")
    return np.stack(out)


def training_frames(name):
    return int(len(frames(name)) * TRAINING_PART)


def empty_frames(name):
    """Numbers of frames in which nothing moves."""
    busy = np.zeros(len(frames(name)), bool)
    for first, last, *_ in TABLE[name]:
        busy[max(0, first - 5):last + 6] = True
    return np.flatnonzero(~busy)


def background(name, number):
    """Median of the empty frames nearest in time, of the same part of the clip: light and camera drift."""
    empty = empty_frames(name)
    split = training_frames(name)
    empty = empty[(empty < split) == (number < split)]
    nearest = empty[np.argsort(np.abs(empty - number), kind="stable")[:15]]
    return np.sort(frames(name)[nearest], axis=0)[len(nearest) // 2]


def differs(picture, back, shadows):
    """Where the picture differs from the background by more than drift of 3 pixels, gain and noise do.

    With `shadows`, what is only darker, and as smooth as the ground, is none of the object.
    """
    sharp = picture.astype(np.float32)
    near = np.ones((7, 7), np.uint8)
    back = cv2.GaussianBlur(back, (3, 3), 0)
    high, low = cv2.dilate(back, near).astype(np.float32), cv2.erode(back, near).astype(np.float32)
    now = cv2.GaussianBlur(sharp, (3, 3), 0)
    now /= np.median((now + 1) / (back + 1.0), axis=(0, 1))
    above, below = (now - high).max(2), (low - now).max(2)
    mask = (above > 18) | (below > 18)
    if shadows:
        grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (3, 3), 0)
        edge = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        ratio = now / (back + 1.0)
        colour = ratio.max(2) - ratio.min(2)
        mask &= (above > 18) | (edge > 24) | (colour > 0.2)
    mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    return cv2.morphologyEx(mask, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (21, 21)))


def moving(name, number):
    """The objects of a frame by the table: `(what, (x1, y1, x2, y2), mask of the whole picture)`."""
    picture = frames(name)[number]
    height, width = picture.shape[:2]
    found, back = [], None
    for first, last, what, x1, y1, x2, y2 in TABLE[name]:
        if not first <= number <= last:
            continue
        if back is None:
            back = background(name, number)
        mask = differs(picture, back, what == "car")
        region = np.zeros_like(mask)
        region[int(y1 * height):int(y2 * height), int(x1 * width):int(x2 * width)] = 1
        count, parts, stats, _ = cv2.connectedComponentsWithStats(mask * region)
        if count < 2:
            continue
        largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
        x, y, w, h, area = (int(v) for v in stats[largest])
        if area >= 150:
            found.append((what, (x, y, x + w, y + h), (parts == largest).astype(np.uint8)))
    return found


def boxes_of(what, box, picture_size):
    """A cyclist is a person and a bicycle, as in COCO; the others are themselves."""
    if what != "cyclist":
        return [(what, box)]
    x1, y1, x2, y2 = box
    width, _ = picture_size
    w, h = x2 - x1, y2 - y1
    # These cyclists ride towards the camera, then to the right. At the edges of the picture a part is out of it.
    if y1 <= 1:
        bicycle_top = max(y1, y2 - 50)
    else:
        bicycle_top = y1 + (0.28 if w < 66 else 0.4) * h
    person = [x1 + 0.34 * w, y1, x1 + 0.82 * w, y1 + 0.93 * h]
    if w < 52:
        person[0], person[2] = x1 + 0.25 * w, x2
    if x2 >= width - 1 and w < 70:
        person[0], person[2] = x1 + 24, min(x2, x1 + 60)
    out = [("bicycle", (x1, bicycle_top, x2, y2))]
    if person[2] - person[0] >= 6:
        out.append(("person", tuple(person)))
    return out


class Teacher:
    """YOLOX-nano over COCO, as the reference: boxes of person, bicycle, car, motorcycle, bus, truck."""

    KEPT = {0: "person", 1: "bicycle", 2: "car", 3: "motorcycle", 5: "bus", 7: "truck"}

    def __init__(self, threads=2):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(DATA / "models" / "yolox_nano_coco_416.onnx"), options)
        self.side = 416

    def __call__(self, picture, floor=0.1):
        """Boxes `(class, score, (x1, y1, x2, y2))` in pixels of the picture, suppressed at an overlap of 0.5."""
        height, width = picture.shape[:2]
        scale = min(self.side / height, self.side / width)
        size = round(width * scale), round(height * scale)
        canvas = np.full((self.side, self.side, 3), 114, np.uint8)
        canvas[:size[1], :size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
        rows = self.session.run(None, {"images": canvas.transpose(2, 0, 1)[None].astype(np.float32)})[0][0]
        start, found = 0, []
        for stride in (8, 16, 32):
            n = self.side // stride
            level = rows[start:start + n * n]
            start += n * n
            scores = level[:, 4:5] * level[:, 5:]
            for i in np.flatnonzero(scores.max(1) >= floor):
                kind = int(scores[i].argmax())
                if kind not in self.KEPT:
                    continue
                x, y = (i % n + level[i, 0]) * stride, (i // n + level[i, 1]) * stride
                w, h = np.exp(level[i, 2:4]) * stride
                box = np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2]) / scale
                found.append((self.KEPT[kind], float(scores[i, kind]), tuple(box.clip(0, [width, height] * 2))))
        return suppress(found)


def overlap(a, b):
    """Intersection over union of two boxes."""
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    both = w * h
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def suppress(found, limit=0.5):
    kept = []
    for one in sorted(found, key=lambda f: -f[1]):
        if all(one[0] != k[0] or overlap(one[2], k[2]) <= limit for k in kept):
            kept.append(one)
    return kept


@functools.cache
def teacher_boxes(name):
    """The teacher's boxes of at least 0.1 for every frame of a clip."""
    teacher = Teacher()
    return [teacher(picture) for picture in frames(name)]


def labels(name, number):
    """Labels of a frame, `(class, (x1, y1, x2, y2))`; `None` if the frame is unsure and had better not be used."""
    if name == ROOM:
        found = teacher_boxes(name)[number]
        if any(score < 0.4 for _, score, _ in found):
            return None
        return [(kind, box) for kind, score, box in found]
    height, width = frames(name).shape[1:3]
    return [pair for what, box, _ in moving(name, number) for pair in boxes_of(what, box, (width, height))]


def main(out):
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        tiles = []
        for number in range(0, len(frames(name)), 5 if name != ROOM else 30):
            found = labels(name, number)
            if found == []:
                continue
            picture = frames(name)[number].copy()
            for kind, box in found or []:
                a, b, c, d = (int(v) for v in box)
                colour = {"person": (0, 0, 255), "bicycle": (255, 0, 0)}.get(kind, (0, 255, 0))
                cv2.rectangle(picture, (a, b), (c, d), colour, 2)
            cv2.putText(picture, f"{number}{'' if found else ' unsure'}", (10, 420), 0, 1.2, (0, 255, 255), 2)
            tiles.append(cv2.resize(picture, (384, 216), interpolation=cv2.INTER_AREA))
        while len(tiles) % 5:
            tiles.append(np.zeros_like(tiles[0]))
        rows = [cv2.hconcat(tiles[i:i + 5]) for i in range(0, len(tiles), 5)]
        cv2.imwrite(str(out / f"{name}.jpg"), cv2.vconcat(rows))


if __name__ == "__main__":
    main(sys.argv[1])
