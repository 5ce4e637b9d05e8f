"""Pictures for the finder: rendered plates on cars drawn roughly, on frames of the CC BY clips and on plain texture.

Half of what is drawn is there to be left alone: signs, stickers, lettering, lamps, grilles and empty boxes.
"""

import os
from pathlib import Path

import cv2
import numpy as np

import render
from render import blobs, chance, colour, corners_of, homography, one

WIDTH, HEIGHT = 256, 192
MOST_PLATES = 3
LEAST_SEEN, MOST_SEEN = 24, 160
CLIPS = ["car-detection.mp4", "one-by-one-person-detection.mp4", "person-bicycle-car-detection.mp4"]
FRAMES_A_CLIP = 50
_FRAMES = {}


def frames(held):
    """Frames of the clips as float32 RGB; the last fifth of each clip is for the held-out set alone."""
    if held not in _FRAMES:
        found = []
        for name in CLIPS:
            path = Path(os.environ.get("VOKTER_DATA", "/work/shared/data")) / "clips" / name
            clip = cv2.VideoCapture(str(path))
            count = int(clip.get(cv2.CAP_PROP_FRAME_COUNT))
            first, last = (int(count * .8), count) if held else (0, int(count * .8))
            wanted = set(np.linspace(first, last - 2, FRAMES_A_CLIP).astype(int).tolist())
            for index in range(last):
                if not clip.grab():
                    break
                if index in wanted:
                    found.append(clip.retrieve()[1][..., ::-1].copy())
        if not found:
            raise SystemExit("no clip was found: name the data folder in VOKTER_DATA")
        _FRAMES[held] = found
    return _FRAMES[held]


def background(rng, held):
    roll = rng.random()
    if roll < .6:
        frame = one(rng, frames(held))
        height, width = frame.shape[:2]
        wide = int(width * np.exp(rng.uniform(np.log(.18), 0)))
        tall = min(height, int(wide * HEIGHT / WIDTH))
        x, y = int(rng.integers(0, width - wide + 1)), int(rng.integers(0, height - tall + 1))
        method = cv2.INTER_AREA if wide > WIDTH else cv2.INTER_LINEAR
        picture = cv2.resize(frame[y:y + tall, x:x + wide], (WIDTH, HEIGHT), interpolation=method).astype(np.float32)
        return picture[:, ::-1].copy() if chance(rng, .5) else picture
    picture = np.empty((HEIGHT, WIDTH, 3), np.float32)
    picture[:] = colour(rng, 20, 220)
    for _ in range(int(rng.integers(1, 4))):
        layer = blobs(rng, HEIGHT, WIDTH, int(rng.integers(3, 40)))
        picture += (layer * rng.uniform(.2, .8))[..., None] * (colour(rng, 0, 255) - picture)
    for _ in range(int(rng.integers(0, 14))):
        shape(rng, picture)
    return picture


def shape(rng, picture):
    """A line, a box, a round thing or a row of bars."""
    roll, tint = rng.random(), colour(rng, 0, 255).tolist()
    x, y = int(rng.uniform(0, WIDTH)), int(rng.uniform(0, HEIGHT))
    wide, tall = int(rng.uniform(6, 130)), int(rng.uniform(4, 70))
    if roll < .25:
        cv2.line(picture, (x, y), (int(x + rng.normal(0, 90)), int(y + rng.normal(0, 40))), tint, int(rng.integers(1, 7)),
                 cv2.LINE_AA)
    elif roll < .5:
        points = np.float32([[x, y], [x + wide, y], [x + wide, y + tall], [x, y + tall]]) + rng.normal(0, 4, (4, 2))
        cv2.fillConvexPoly(picture, points.astype(np.int32), tint, cv2.LINE_AA)
    elif roll < .7:
        cv2.ellipse(picture, (x, y), (wide // 2, tall // 2), rng.uniform(0, 180), 0, 360, tint, -1, cv2.LINE_AA)
    else:
        bars(rng, picture, x, y, wide, tall)


def bars(rng, picture, x, y, wide, tall):
    """A grille, a fence, a louvre: repeated bars that look like lettering from afar."""
    dark, lit = colour(rng, 0, 60), colour(rng, 40, 230)
    part = picture[max(y, 0):max(y + tall, 0), max(x, 0):max(x + wide, 0)]
    if part.size == 0:
        return
    part[:] = dark
    step = int(rng.integers(3, 10))
    if chance(rng, .5):
        part[::step] = lit
        part[1::step] = lit * .7
    else:
        part[:, ::step] = lit
        part[:, 1::step] = lit * .7


def lettering(rng, picture):
    """Text that is no plate: dealer names, fleet lettering, signs, time stamps."""
    words = " ".join(render.pick_words(rng, int(rng.integers(1, 4))))
    bare = chance(rng, .3)
    if bare:
        words = render.pattern_text(rng, one(rng, ["99:99:99", "CAM 99", "99 999", "A99", "999", "GTI", "AAA", "9.9 TDI"]))
    height = rng.uniform(4, 22)
    x, y = rng.uniform(.1, .9) * WIDTH, rng.uniform(.05, .95) * HEIGHT
    width = min(rng.uniform(30, 200), height * .7 * (len(words) + 1))
    if not bare and chance(rng, .4):  # on a board of its own; numbers on a board would be a plate
        tall = height * rng.uniform(1.8, 4)
        board = slice(int(max(0, y - tall / 2)), int(max(0, y + tall / 2))), slice(int(max(0, x - width * .6)),
                                                                               int(max(0, x + width * .6)))
        ground = colour(rng, 0, 255)
        picture[board] = ground
        render.small_text(rng, picture, words, (x, y), height, 255 - ground, width)
    else:
        render.small_text(rng, picture, words, (x, y), height, colour(rng, 0, 255), width)


def car(rng, picture):
    """A front or a rear, drawn roughly. Returns where its plate belongs: middle and width in pixels."""
    wide = np.exp(rng.uniform(np.log(90), np.log(480)))
    tall = wide * rng.uniform(.7, 1.0)
    x, y = WIDTH * rng.uniform(.3, .7), HEIGHT * rng.uniform(.3, .75)
    at = lambda u, v: (int(x + u * wide), int(y + v * tall))
    paint = colour(rng, 5, 245) if chance(rng, .4) else np.float32([1, 1, 1]) * rng.uniform(8, 240)
    body = np.int32([at(-.5, .45), at(-.5, -.05), at(-.42, -.12), at(-.33, -.45), at(.33, -.45), at(.42, -.12), at(.5, -.05),
                     at(.5, .45)])
    before = picture.copy()
    cv2.fillPoly(picture, [body], paint.tolist(), cv2.LINE_AA)
    ramp = np.linspace(rng.uniform(.85, 1.3), rng.uniform(.6, 1), HEIGHT, dtype=np.float32)[:, None, None]
    covered = np.abs(picture - before).max(2, keepdims=True) > .5
    picture[:] = np.where(covered, picture * ramp, picture)
    cv2.fillPoly(picture, [np.int32([at(-.36, -.14), at(-.29, -.40), at(.29, -.40), at(.36, -.14)])],
                 (colour(rng, 5, 90)).tolist(), cv2.LINE_AA)
    rear = chance(rng, .5)
    for side in (-1, 1):
        lamp = np.float32([190, 25, 25]) + colour(rng, -25, 60) if rear else colour(rng, 170, 255)
        size = (max(2, int(wide * rng.uniform(.05, .1))), max(2, int(tall * rng.uniform(.03, .08))))
        cv2.ellipse(picture, at(side * .39, rng.uniform(-.04, .06)), size, 0, 0, 360, lamp.clip(0, 255).tolist(), -1,
                    cv2.LINE_AA)
    if chance(rng, .75):
        left, top = at(-rng.uniform(.1, .34), rng.uniform(-.02, .08))
        bars(rng, picture, left, top, int(2 * abs(x - left)), max(3, int(tall * rng.uniform(.06, .2))))
    bumper = rng.uniform(.14, .24)
    if chance(rng, .6):
        cv2.rectangle(picture, at(-.5, bumper), at(.5, bumper + rng.uniform(.08, .2)), (paint * rng.uniform(.3, 1.1)).tolist(),
                      -1)
    for _ in range(int(rng.integers(0, 3))):
        cv2.line(picture, at(-.5, rng.uniform(-.1, .4)), at(.5, rng.uniform(-.1, .4)), (paint * .4).tolist(), 1, cv2.LINE_AA)
    cv2.rectangle(picture, at(-.48, .42), at(-.34, .55), (15, 15, 15), -1)
    cv2.rectangle(picture, at(.34, .42), at(.48, .55), (15, 15, 15), -1)
    if chance(rng, .5):
        cv2.circle(picture, at(0, rng.uniform(-.08, .06)), max(2, int(wide * .025)), colour(rng, 90, 255).tolist(), -1,
                   cv2.LINE_AA)
    if chance(rng, .4):
        render.small_text(rng, picture, one(rng, render.WORDS), at(rng.uniform(-.3, .3), rng.uniform(-.06, .05)),
                          max(4, tall * rng.uniform(.03, .06)), colour(rng, 60, 255), wide * .3)
    v = rng.uniform(.0, .34)
    middle = np.float32([x + wide * rng.normal(0, .04), y + v * tall])
    return middle, wide


def finder_sample(rng, held=False):
    """A uint8 RGB picture of 192 x 256 and the corners of its plates in pixels (n x 4 x 2)."""
    picture = background(rng, held)
    seat = car(rng, picture) if chance(rng, .6) else None
    for _ in range(int(rng.choice([0, 1, 2, 3], p=[.4, .3, .2, .1]))):
        lettering(rng, picture) if chance(rng, .6) else shape(rng, picture)
    wanted = int(rng.choice([0, 1, 2, 3], p=[.16, .66, .13, .05]))
    found = []
    for index in range(wanted):
        plate, _, _ = render.draw_plate(rng)
        height, width = plate.shape[:2]
        if seat is not None and index == 0:
            middle, wide = seat
            seen = float(np.clip(wide * (rng.uniform(.15, .24) if height > 90 else rng.uniform(.24, .34)), LEAST_SEEN,
                                 MOST_SEEN))
        else:
            seen = float(np.exp(rng.uniform(np.log(LEAST_SEEN), np.log(MOST_SEEN))))
            middle = np.float32([rng.uniform(.02, .98) * WIDTH, rng.uniform(.02, .98) * HEIGHT])
        corners = render.view(rng, seen, seen * height / width) + middle
        low, high = corners.min(0), corners.max(0)
        if (low < 1).any() or high[0] > WIDTH - 1 or high[1] > HEIGHT - 1:
            corners += np.maximum(1 - low, 0) - np.maximum(high - np.float32([WIDTH - 1, HEIGHT - 1]), 0)
            if (corners.min(0) < 0).any():
                continue
        if any(np.abs(corners.mean(0) - other.mean(0)).max() < seen * .8 + np.ptp(other[:, 0]) * .6 for other in found):
            continue
        if chance(rng, .5):  # the dark recess or the holder behind it
            rim = corners.mean(0) + (corners - corners.mean(0)) * (1 + rng.uniform(.03, .25, 2))
            cv2.fillConvexPoly(picture, rim.astype(np.int32), (colour(rng, 0, 60) if chance(rng, .7) else
                                                               colour(rng, 0, 255)).tolist(), cv2.LINE_AA)
        small = (max(6, int(seen * 1.1)), max(4, int(seen * 1.1 * height / width)))
        if small[0] < width:
            plate = cv2.resize(plate, small, interpolation=cv2.INTER_AREA)
        if chance(rng, .4):
            plate = plate * rng.uniform(.45, 1.0)
        matrix = homography(corners_of(plate.shape[1], plate.shape[0]), corners)
        (x0, y0), (x1, y1) = np.floor(corners.min(0)).astype(int), np.ceil(corners.max(0)).astype(int)
        x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1 + 1, WIDTH), min(y1 + 1, HEIGHT)
        move = np.float64([[1, 0, -x0], [0, 1, -y0], [0, 0, 1]]) @ matrix
        flat = cv2.warpPerspective(np.ascontiguousarray(plate, np.float32), move, (x1 - x0, y1 - y0))
        cover = cv2.warpPerspective(np.ones(plate.shape[:2], np.float32), move, (x1 - x0, y1 - y0))[..., None]
        part = picture[y0:y1, x0:x1]
        part += cover * (flat - part)
        found.append(corners)
    if chance(rng, .3):  # the grey bars of a letterbox
        used = rng.uniform(.45, 1)
        if chance(rng, .5):
            side = int(WIDTH * (1 - used) / 2)
            inner = (side, 0, WIDTH - side, HEIGHT)
        else:
            side = int(HEIGHT * (1 - used) / 2)
            inner = (0, side, WIDTH, HEIGHT - side)
    else:
        inner = (0, 0, WIDTH, HEIGHT)
    picture = render.spoil(rng, render.light(rng, picture), rng.uniform(5, 11))
    x0, y0, x1, y1 = inner
    if inner != (0, 0, WIDTH, HEIGHT):
        picture = cv2.resize(picture, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
        scale = np.float32([(x1 - x0) / WIDTH, (y1 - y0) / HEIGHT])
        found = [corners * scale + np.float32([x0, y0]) for corners in found]
        whole = np.full((HEIGHT, WIDTH, 3), 114, np.uint8)
        whole[y0:y1, x0:x1] = picture
        picture = whole
    return picture, np.float32(found).reshape(-1, 4, 2)


if __name__ == "__main__":  # a contact sheet to look at
    rng = np.random.default_rng(3)
    tiles = []
    for _ in range(30):
        picture, found = finder_sample(rng)
        for corners in found:
            cv2.polylines(picture, [corners.astype(np.int32)], True, (255, 0, 255), 1)
        tiles.append(picture)
    sheet = np.vstack([np.hstack(tiles[i * 6:i * 6 + 6]) for i in range(5)])
    cv2.imwrite(os.environ.get("SHEET", "/tmp/sheet_finder.png"), sheet[..., ::-1])
