"""Training pictures: the synthetic camera's, the clips' training parts, and cut-outs of the latter pasted on both.

Everything is kept at 512 x 288 in memory and becomes a 384 x 224 view: what the engine makes of a 16:9 picture, at
other scales, places and lights.
"""

import json
import pickle
import queue
import threading
from pathlib import Path

import cv2
import numpy as np

import clips
from network import CLASSES

KEPT = 512, 288
VIEW = 384, 224
# A part of a view, about some object: half the pixels, nearly as much to learn from.
PART = 256, 160
PAD = 114
FIT = VIEW[0] / KEPT[0]
INDEX = {name: i for i, name in enumerate(CLASSES)}
# An object of which less than this can be seen is neither wanted nor an error.
LEAST_VISIBLE = 0.25
IGNORED = -1


def rows(pairs, scale_x=1.0, scale_y=1.0):
    """Boxes as an array of `class, x1, y1, x2, y2`."""
    out = [[INDEX.get(kind, IGNORED), b[0] * scale_x, b[1] * scale_y, b[2] * scale_x, b[3] * scale_y]
           for kind, b in pairs]
    return np.array(out, np.float32).reshape(-1, 5)


def synthetic(*folders, width=KEPT[0], height=KEPT[1], least=LEAST_VISIBLE):
    """Pictures and labels of one `vokter-scene dataset` or more: `pictures.u8` and `labels.json`."""
    pictures, boxes = [], []
    for folder in map(Path, folders):
        labels = json.loads((folder / "labels.json").read_text())
        pictures.extend(np.memmap(folder / "pictures.u8", np.uint8, "r", shape=(len(labels), height, width, 3)))
        for objects in labels:
            pairs = [(o["class"] if o.get("visible", 1) >= least else "unsure", o["box"]) for o in objects]
            boxes.append(rows(pairs))
    return pictures, boxes


class Cutout:
    """An object with a soft mask, and the boxes it counts for, in pixels of the cut-out at 512 x 288."""

    def __init__(self, picture, mask, box, pairs):
        x1, y1, x2, y2 = (int(v) for v in box)
        side = slice(max(0, y1 - 2), y2 + 2), slice(max(0, x1 - 2), x2 + 2)
        scale = KEPT[0] / picture.shape[1]
        size = [max(2, round((s.stop - s.start) * scale)) for s in (side[1], side[0])]
        soft = cv2.GaussianBlur(cv2.erode(mask[side], np.ones((3, 3), np.uint8)).astype(np.float32), (3, 3), 0)
        self.picture = cv2.resize(picture[side], size, interpolation=cv2.INTER_AREA)
        self.mask = cv2.resize(soft, size, interpolation=cv2.INTER_AREA)
        origin = np.float32([side[1].start, side[0].start] * 2)
        self.boxes = rows(pairs)
        self.boxes[:, 1:] = (self.boxes[:, 1:] - origin) * scale
        self.kind = pairs[0][0]


class Clips:
    """Labelled frames, empty frames and cut-outs of the training parts of the clips."""

    def __init__(self, cache=None):
        if cache and Path(cache).exists():
            self.__dict__ = pickle.loads(Path(cache).read_bytes())
            return
        self.busy = {name: [] for name in clips.NAMES}
        self.empty = {name: [] for name in clips.NAMES}
        self.cutouts = {}
        for name in clips.NAMES:
            for number in range(clips.training_frames(name)):
                self.take(name, number)
        if cache:
            Path(cache).write_bytes(pickle.dumps(self.__dict__))

    def take(self, name, number):
        picture = clips.frames(name)[number]
        height, width = picture.shape[:2]
        if name == clips.ROOM:
            pairs = clips.labels(name, number)
            # Only every third frame: people stand still there.
            if pairs is None or number % 3:
                return
            objects = self.people(picture, pairs) if number % 6 == 0 else []
        else:
            moving = clips.moving(name, number)
            per_object = [clips.boxes_of(what, box, (width, height)) for what, box, _ in moving]
            pairs = [pair for part in per_object for pair in part]
            objects = [(mask, box, part) for (_, box, mask), part in zip(moving, per_object)]
        for mask, box, part in objects:
            if box[0] > 2 and box[1] > 2 and box[2] < width - 2 and box[3] < height - 2:
                cutout = Cutout(picture, mask, box, part)
                self.cutouts.setdefault(cutout.kind, []).append(cutout)
        near_event = name != clips.ROOM and any(f - 6 <= number <= l + 6 for f, l, *_ in clips.TABLE[name])
        if not pairs and near_event:
            return
        small = cv2.resize(picture, KEPT, interpolation=cv2.INTER_AREA)
        kept = small, rows(pairs, KEPT[0] / width, KEPT[1] / height)
        (self.busy if pairs else self.empty)[name].append(kept)

    def people(self, picture, pairs):
        """The people of the room with masks, against its first, empty frame."""
        mask = clips.differs(picture, clips.frames(clips.ROOM)[0], True)
        found = []
        for kind, box in pairs:
            x1, y1, x2, y2 = (int(v) for v in box)
            inside = np.zeros_like(mask)
            inside[y1:y2, x1:x2] = mask[y1:y2, x1:x2]
            if kind == "person" and inside[y1:y2, x1:x2].mean() > 0.35:
                found.append((inside, (x1, y1, x2, y2), [(kind, box)]))
        return found


class Source:
    """Draws views. One generator makes everything, so that a seed makes the same pictures."""

    def __init__(self, seed, real, made=None, real_share=0.4, size=VIEW, balance=0.0):
        self.random = np.random.default_rng(seed)
        self.real, self.made = real, made
        self.real_share = real_share if made else 1.0
        self.size = size
        # Share of synthetic pictures drawn by class, so that buses are seen as often as persons.
        self.balance = balance
        self.having = []
        if made:
            for kind in range(len(CLASSES)):
                self.having.append([i for i, boxes in enumerate(made[1]) if (boxes[:, 0] == kind).any()])
        noise = np.random.default_rng(7).normal(0, 1, (VIEW[1] * 2, VIEW[0] * 2, 3))
        self.noise = (noise * 12).clip(-127, 127).astype(np.int16)

    def base(self):
        """A picture at 512 x 288, its boxes, with cut-outs pasted on some, and the class it was drawn for, if any."""
        r = self.random
        if r.random() >= self.real_share:
            pictures, boxes = self.made
            i, about = int(r.integers(len(boxes))), None
            if r.random() < self.balance:
                about = int(r.integers(len(CLASSES)))
                i = self.having[about][int(r.integers(len(self.having[about])))]
            picture, boxes, pastes = pictures[i], boxes[i], int(r.random() < 0.2)
        else:
            about = None
            name = clips.NAMES[int(r.choice(3, p=[0.32, 0.33, 0.35]))]
            pool = self.real.busy[name] if r.random() < (0.65 if name != clips.ROOM else 0.8) else self.real.empty[name]
            picture, boxes = pool[int(r.integers(len(pool)))]
            pastes = int(r.integers(1, 5)) if r.random() < 0.65 else 0
        if pastes:
            picture, boxes = picture.copy(), boxes.copy()
            for _ in range(pastes):
                boxes = self.paste(picture, boxes)
        return picture, boxes, about

    def paste(self, picture, boxes):
        r = self.random
        kinds = sorted(self.real.cutouts)
        pool = self.real.cutouts[kinds[int(r.integers(len(kinds)))]]
        cutout = pool[int(r.integers(len(pool)))]
        height, width = cutout.mask.shape
        tall = float(np.exp(r.uniform(np.log(24), np.log(200))))
        scale = tall / max(width, height) if cutout.kind != "bicycle" else float(np.exp(r.uniform(-0.4, 1.0)))
        if cutout.kind == "person" and max(width, height) < 60:
            scale = float(np.exp(r.uniform(-0.3, 0.8)))
        angle = float(r.uniform(-180, 180)) if cutout.kind == "car" and r.random() < 0.5 else float(r.uniform(-6, 6))
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale)
        if r.random() < 0.5:
            turn = turn @ np.array([[-1, 0, width], [0, 1, 0], [0, 0, 1]], np.float64)
        corners = turn @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]], np.float64)
        low, high = corners.min(1), corners.max(1)
        size = np.maximum(2, np.ceil(high - low)).astype(int)
        turn[:, 2] -= low
        piece = cv2.warpAffine(cutout.picture, turn, size.tolist(), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        mask = cv2.warpAffine(cutout.mask, turn, size.tolist(), flags=cv2.INTER_LINEAR)
        piece = cv2.LUT(piece, self.lut(0.35))
        x = int(r.integers(-size[0] // 4, KEPT[0] - 3 * size[0] // 4)) if size[0] < KEPT[0] else 0
        y = int(r.integers(-size[1] // 4, KEPT[1] - 3 * size[1] // 4)) if size[1] < KEPT[1] else 0
        x1, y1, x2, y2 = max(x, 0), max(y, 0), min(x + size[0], KEPT[0]), min(y + size[1], KEPT[1])
        if x2 - x1 < 4 or y2 - y1 < 4:
            return boxes
        m = mask[y1 - y:y2 - y, x1 - x:x2 - x, None]
        if m.max() < 0.5:
            return boxes
        ground = picture[y1:y2, x1:x2]
        ground[:] = (ground * (1 - m) + piece[y1 - y:y2 - y, x1 - x:x2 - x] * m).astype(np.uint8)
        # What is now covered for the most part is wanted no more.
        if len(boxes):
            boxes = boxes[[covered(b, (x1, y1, x2, y2)) < 0.7 for b in boxes[:, 1:]]]
        if len(cutout.boxes) == 1:
            columns, lines = np.flatnonzero((m[..., 0] > 0.5).any(0)), np.flatnonzero((m[..., 0] > 0.5).any(1))
            box = [x1 + columns[0], y1 + lines[0], x1 + columns[-1] + 1, y1 + lines[-1] + 1]
            new = np.float32([[cutout.boxes[0, 0], *box]])
        else:
            new = moved(cutout.boxes, turn, KEPT, (x, y))
        return np.concatenate([boxes, new])

    def lut(self, strength):
        """A tone curve a channel: gain, offset, gamma, a little colour."""
        r = self.random
        t = np.linspace(0, 1, 256)[:, None]
        curve = t ** np.exp(r.normal(0, strength * 0.8)) * np.exp(r.normal(0, strength * 0.7)) + r.normal(0, 0.15 * strength)
        curve = curve * np.exp(r.normal(0, 0.25 * strength, 3))[None]
        return (curve * 255).clip(0, 255).astype(np.uint8)[:, None, :]

    def view(self, width, height, fit, plain, spread=(0.6, 2.2)):
        """A part of a base picture as a view of that size; `fit` is the scale at which the engine sees it."""
        r = self.random
        picture, boxes, about = self.base()
        scale = fit if plain else fit * float(np.exp(r.uniform(np.log(spread[0]), np.log(spread[1]))))
        sx, sy = (scale, scale) if plain else scale * np.exp(r.uniform(-0.12, 0.12, 2))
        room = np.array([width - KEPT[0] * sx, height - KEPT[1] * sy])
        low, high = np.minimum(room, 0), np.maximum(room, 0)
        shift = r.uniform(low, high)
        if len(boxes) and r.random() < 0.85:
            choice = np.flatnonzero(boxes[:, 0] == about) if about is not None else np.arange(len(boxes))
            choice = choice if len(choice) else np.arange(len(boxes))
            x1, y1, x2, y2 = boxes[int(r.choice(choice)), 1:]
            middle = np.array([(x1 + x2) / 2 * sx, (y1 + y2) / 2 * sy])
            shift = np.clip(r.uniform(0.15, 0.85, 2) * (width, height) - middle, low, high)
        if plain and (width, height) == VIEW:
            shift = np.zeros(2)
        turn = np.array([[sx, 0, shift[0]], [0, sy, shift[1]]])
        if r.random() < 0.5:
            # Mirrored in the view; a plain view keeps its padding below.
            turn[0] = -turn[0, 0], 0, width - turn[0, 2]
        out = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_AREA if plain else cv2.INTER_LINEAR,
                             borderValue=(PAD,) * 3)
        return out, moved(boxes, turn, (width, height))

    def sample(self):
        """A training view, `H x W x 3`, and its boxes."""
        r = self.random
        kind = r.random()
        width, height = self.size
        if kind < 0.12:
            cx, cy = int(r.uniform(0.35, 0.65) * width), int(r.uniform(0.35, 0.65) * height)
            out, parts = np.empty((height, width, 3), np.uint8), []
            for x1, y1, x2, y2 in ((0, 0, cx, cy), (cx, 0, width, cy), (0, cy, cx, height), (cx, cy, width, height)):
                piece, boxes = self.view(x2 - x1, y2 - y1, FIT * 0.65, False)
                out[y1:y2, x1:x2] = piece
                boxes[:, 1:] += np.float32([x1, y1, x1, y1])
                parts.append(boxes)
            boxes = np.concatenate(parts)
        else:
            out, boxes = self.view(width, height, FIT, plain=kind < 0.4)
        return self.light(out), boxes

    def light(self, picture):
        r = self.random
        if r.random() < 0.85:
            picture = cv2.LUT(picture, self.lut(0.4))
        if r.random() < 0.08:
            picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        if r.random() < 0.15:
            side = int(r.choice([3, 5]))
            picture = cv2.GaussianBlur(picture, (side, side), 0)
        if r.random() < 0.18:
            y, x = r.integers(0, VIEW[1]), r.integers(0, VIEW[0])
            noise = self.noise[y:y + picture.shape[0], x:x + picture.shape[1]]
            noise = (noise * np.float32(r.uniform(0.1, 0.9))).astype(np.int16)
            picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
        if r.random() < 0.12:
            _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(r.integers(30, 80))])
            picture = cv2.imdecode(coded, cv2.IMREAD_COLOR)
        return picture

    def batch(self, size, most=40):
        """`B x H x W x 3` bytes, boxes `B x most x 5` (class -2: none)."""
        pictures = np.empty((size, self.size[1], self.size[0], 3), np.uint8)
        boxes = np.full((size, most, 5), -2, np.float32)
        for i in range(size):
            pictures[i], found = self.sample()
            found = found[:most]
            boxes[i, :len(found)] = found
        return pictures, boxes[:, :max(1, int((boxes[..., 0] > -2).sum(1).max()))]


def covered(box, by):
    w = min(box[2], by[2]) - max(box[0], by[0])
    h = min(box[3], by[3]) - max(box[1], by[1])
    return max(w, 0) * max(h, 0) / max((box[2] - box[0]) * (box[3] - box[1]), 1e-6)


def moved(boxes, turn, size, shift=(0, 0)):
    """Boxes through a 2x3 transform, clipped to the picture; those mostly outside or tiny are ignored or gone."""
    if not len(boxes):
        return boxes.copy()
    x, y = boxes[:, [1, 3, 1, 3]], boxes[:, [2, 2, 4, 4]]
    px = x * turn[0, 0] + y * turn[0, 1] + turn[0, 2] + shift[0]
    py = x * turn[1, 0] + y * turn[1, 1] + turn[1, 2] + shift[1]
    out = np.stack([boxes[:, 0], px.min(1), py.min(1), px.max(1), py.max(1)], 1).astype(np.float32)
    area = (out[:, 3] - out[:, 1]) * (out[:, 4] - out[:, 2])
    out[:, [1, 3]] = out[:, [1, 3]].clip(0, size[0])
    out[:, [2, 4]] = out[:, [2, 4]].clip(0, size[1])
    w, h = out[:, 3] - out[:, 1], out[:, 4] - out[:, 2]
    share = w * h / np.maximum(area, 1e-6)
    out[(share < LEAST_VISIBLE) | (np.minimum(w, h) < 3), 0] = IGNORED
    return out[(w > 1) & (h > 1)]


class Ahead:
    """Makes batches in one thread while the network learns from the last ones."""

    def __init__(self, source, size, depth=6):
        self.queue = queue.Queue(depth)
        threading.Thread(target=self.run, args=(source, size), daemon=True).start()

    def run(self, source, size):
        while True:
            self.queue.put(source.batch(size))

    def get(self):
        return self.queue.get()
