"""Number plates drawn from nothing: formats, fonts, colours, wear, and the camera that looks at them.

A plate is a small RGB picture, its text and the centre of each character. `photograph` puts it before a camera of poor
quality; `reader_sample` cuts it out again as the finder would. Everything follows from one numpy generator.
"""

import glob
import os

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

cv2.setNumThreads(1)

BLANK = "_"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅÄÖÜ" + BLANK
SLOTS = 10
TWO_LINES = .1  # of the plates that may have two
READER_WIDTH, READER_HEIGHT = 144, 48

# File name patterns under /usr/share/fonts and how often each family is drawn. Licences: see the model card.
FAMILIES = [
    ("OSP-DIN.ttf", 4), ("RG2014B.ttf", 2), ("RG2014C.ttf", 4), ("RG2014D.ttf", 4), ("RG2014E.ttf", 3),
    ("RG2014EM.ttf", 2), ("RG2014F.ttf", 1), ("NationalPark-Heavy.otf", 3), ("NationalPark-Regular.otf", 3),
    ("BebasNeue-Bold.otf", 3), ("RobotoCondensed-Bold.ttf", 3), ("RobotoCondensed-Regular.ttf", 2),
    ("Roboto-Medium.ttf", 2), ("Roboto-Bold.ttf", 2), ("DejaVuSansCondensed-Bold.ttf", 2),
    ("DejaVuSansMono-Bold.ttf", 3), ("DejaVuSansMono.ttf", 2), ("LiberationSans-Bold.ttf", 2),
    ("LiberationMono-Bold.ttf", 3), ("OpenSans-CondBold.ttf", 2), ("OpenSans-Semibold.ttf", 1), ("Lato-Bold.ttf", 1),
    ("Lato-Heavy.ttf", 1), ("Cantarell-Bold.otf", 1), ("Hack-Bold.ttf", 2), ("JetBrainsMono-Bold.ttf", 3),
    ("JetBrainsMono-Medium.ttf", 2), ("LeagueMono-CondensedBold.otf", 2), ("LeagueMono-NarrowSemiBold.otf", 2),
    ("Play-Bold.ttf", 2), ("B612-Bold.otf", 1), ("B612Mono-Bold.otf", 3), ("Cabin-Bold.otf", 1),
    ("Cabin-SemiBold.otf", 1), ("Dosis-Bold.otf", 2), ("Dosis-SemiBold.otf", 2), ("YanoneKaffeesatz-Bold.otf", 1),
    ("routed-gothic.ttf", 3), ("routed-gothic-narrow.ttf", 2), ("allerta_medium.otf", 2), ("BebasNeue-Regular.otf", 2),
    ("Inconsolata.otf", 1), ("mononoki-Bold.ttf", 2), ("Arimo-Bold.ttf", 1), ("Cousine-Bold.ttf", 2),
]
# Drawn for the second held-out set alone: faces that the networks have never seen.
UNSEEN_FAMILIES = [("LeagueSpartan-Bold.otf", 1), ("LeagueMono-WideBold.otf", 1), ("Andika-B*.ttf", 1), ("YanoneKaffeesatz-SemiBold.otf", 1),
                   ("Roboto-Black.ttf", 1), ("JetBrainsMono-ExtraBold.ttf", 1), ("Lato-Black.ttf", 1)]

# ---------------------------------------------------------------------------------------------------------- glyphs


class Face:
    """The glyphs of one font as tight alpha masks of about 96 rows."""

    def __init__(self, path):
        self.path = path
        self.font = ImageFont.truetype(path, 128)
        self.cache, self.told = {}, {}
        self.missing = self._mask("\uffff")
        self.cap = self._mask("H").shape[0]

    def _mask(self, char):
        left, top, right, bottom = self.font.getbbox(char)
        picture = Image.new("L", (max(right - left, 1) + 8, max(bottom - top, 1) + 8))
        ImageDraw.Draw(picture).text((4 - left, 4 - top), char, fill=255, font=self.font)
        mask = np.asarray(picture)
        rows, columns = np.where(mask.max(1) > 40)[0], np.where(mask.max(0) > 40)[0]
        return mask[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1].copy() if len(rows) else mask[:1, :1]

    def glyph(self, char):
        if char not in self.cache:
            self.cache[char] = self._mask(char)
        return self.cache[char]

    def has(self, char):
        glyph = self.glyph(char)
        return glyph.shape[0] > 8 and not (glyph.shape == self.missing.shape and (glyph == self.missing).all())

    def tells(self, one, other):
        """Whether the face draws two characters so that they can be told apart when both are set to one width."""
        if (one, other) not in self.told:
            first, second = (cv2.resize(self.glyph(c), (64, 96), interpolation=cv2.INTER_AREA) > 127 for c in (one, other))
            self.told[one, other] = (first & second).sum() < .93 * (first | second).sum()
        return self.told[one, other]


_FACES = {}


def faces(unseen=False):
    if unseen not in _FACES:
        found = []
        for pattern, weight in UNSEEN_FAMILIES if unseen else FAMILIES:
            paths = sorted(glob.glob(f"/usr/share/fonts/**/{pattern}", recursive=True))
            if not paths and not unseen:
                raise SystemExit(f"font {pattern} is missing: see README.md for the packages")
            if paths:
                found.append((Face(paths[0]), weight))
        weights = np.array([w for _, w in found], float)
        _FACES[unseen] = ([f for f, _ in found], weights / weights.sum())
    return _FACES[unseen]


# ---------------------------------------------------------------------------------------------------------- texts

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NO_LETTERS = "ABCDEFHJKLNPRSTUVXYZ"
SE_LETTERS = "ABCDEFGHJKLMNOPRSTUWXYZ"
UK_LETTERS = "ABCDEFGHJKLMNOPRSTUVWXYZ"
US_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ" * 3 + "OQI"
WORDS = ("STATE SUNSHINE CALIFORNIA GEORGIA COUNTY OF THE GREAT LAKES EVERGREEN FIRST IN FLIGHT LINCOLN DISCOVER GARDEN "
         "EMPIRE OCEAN VALLEY PARKS WILD BEAUTIFUL MOTORS AUTOHAUS SALES DEALER SERVICE TAXI POLIZEI www.cars.com BUS "
         "EXIT SCHOOL ONLY TEXAS VIRGINIA OHIO NEVADA MOUNTAIN FOREST DESERT LIVE FREE TURBO DIESEL HYBRID 4x4").split()


def pick(rng, letters, count):
    return "".join(letters[int(rng.integers(len(letters)))] for _ in range(count))


def pattern_text(rng, pattern, letters=LETTERS):
    """`A` a letter, `9` a digit, anything else as it stands."""
    return "".join(pick(rng, letters, 1) if c == "A" else str(int(rng.integers(10))) if c == "9" else c
                   for c in pattern)


def chance(rng, p):
    return rng.random() < p


def one(rng, choices):
    return choices[int(rng.integers(len(choices)))]


def text_of(rng, kind):
    """The groups of a plate's text; a group is what no gap divides."""
    if kind == "no":
        if chance(rng, .3):
            return [one(rng, ["EL", "EK", "EV", "EB", "EC", "ED", "EE", "EF", "EH", "GA", "HY"]), pattern_text(rng, "99999")]
        if chance(rng, .06):
            letters = NO_LETTERS + "GIMOQWÆØÅ" * 2
            return [pick(rng, letters, int(rng.integers(2, 8)))]
        return [pick(rng, NO_LETTERS, 2), pattern_text(rng, "99999" if chance(rng, .85) else "9999")]
    if kind == "is":
        return [pick(rng, NO_LETTERS + "GMO", 2), pattern_text(rng, "A99" if chance(rng, .7) else "999", NO_LETTERS)]
    if kind == "se":
        if chance(rng, .06):
            return [pick(rng, SE_LETTERS + "ÅÄÖ" * 2 + "0123456789", int(rng.integers(2, 8)))]
        return [pick(rng, SE_LETTERS, 3), pattern_text(rng, "99A" if chance(rng, .5) else "999", SE_LETTERS)]
    if kind == "dk":
        return [pick(rng, NO_LETTERS + "GMO", 2), pattern_text(rng, "99"), pattern_text(rng, "999")]
    if kind == "de":
        place = pick(rng, LETTERS, int(rng.integers(1, 4)))
        if chance(rng, .3):
            at = int(rng.integers(len(place)))
            place = place[:at] + one(rng, "ÄÖÜ") + place[at + 1:]
        number = pattern_text(rng, "9" * int(rng.integers(1, 5)))
        number = str(int(number) or 7) + ("E" if chance(rng, .12) and len(number) < 4 else "")
        return [place, pick(rng, LETTERS, int(rng.integers(1, 3))), number]
    if kind == "uk":
        if chance(rng, .15):
            return [pattern_text(rng, one(rng, ["A999", "A99", "AAA", "A9"]), UK_LETTERS),
                    pattern_text(rng, one(rng, ["AAA", "999A", "99"]), UK_LETTERS)]
        return [pattern_text(rng, "AA99", UK_LETTERS), pick(rng, UK_LETTERS, 3)]
    if kind == "us":
        pattern = one(rng, ["AAA 999", "AAA 9999", "AAA9999", "9AAA999", "999 AAA", "9999 AAA", "AA 99999", "AAA 99A",
                            "A99 AAA", "999 AA9", "9A 9999", "99A 999", "AA9 999", "A999 999", "999999", "A99999",
                            "AA9 A9A", "9AA A99", "999A999", "AAA 99", "AAAA99", "99999AA", "A99 99A", "AAAAAAA",
                            "AAAAA", "AAA A99", "999 9AA", "AA 999A"])
        return pattern_text(rng, pattern, US_LETTERS).split()
    pattern = one(rng, ["AA 999 AA", "AAA 999", "9999 AAA", "AA 9999", "AA9999A", "99 AA 99", "9 AAA 999", "AA 999 99",
                        "AAA 9999", "AA 99 AAA", "A 999 AA", "AA 999A", "99 AAA 9", "AAA99 999", "9 999 999", "AA 9999 AA"])
    return pattern_text(rng, pattern, LETTERS if chance(rng, .5) else NO_LETTERS).split()


KINDS = (["no", "is", "se", "dk", "de", "uk", "eu", "us"], [.14, .05, .09, .07, .13, .11, .16, .25])

# ---------------------------------------------------------------------------------------------------------- drawing


def blobs(rng, height, width, cells=6):
    """Smooth noise 0 to 1: a few random cells made large."""
    low = rng.random((max(2, cells * height // max(width, 1) + 1), cells)).astype(np.float32)
    return cv2.resize(low, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)


def colour(rng, low, high):
    return rng.uniform(low, high, 3).astype(np.float32)


def paste(picture, alpha, ink):
    """Blends ink over the picture where alpha (0 to 1) says so."""
    rows = np.flatnonzero(alpha.max(1) > 0)
    if len(rows):
        rows = slice(rows[0], rows[-1] + 1)
        layer = np.float32(ink) - picture[rows]
        layer *= alpha[rows, :, None]
        picture[rows] += layer


def small_text(rng, picture, text, centre, height, ink, width=None):
    """Lettering that is not the number: state, slogan, dealer."""
    choice, weights = faces()
    face = choice[int(rng.choice(len(choice), p=weights))]
    alpha = np.zeros(picture.shape[:2], np.float32)
    glyphs = [None if c == " " else face.glyph(c) for c in text]
    scale = height / face.cap
    widths = [height * .45 if g is None else max(1, g.shape[1] * scale) for g in glyphs]
    gap = height * rng.uniform(.08, .3)
    total = sum(widths) + gap * (len(widths) - 1)
    squeeze = min(1, (width or picture.shape[1] * .92) / max(total, 1))
    x = centre[0] - total * squeeze / 2
    for glyph, wide in zip(glyphs, widths):
        if glyph is not None:
            stamp(alpha, glyph, x, centre[1] - height / 2, wide * squeeze, height)
        x += (wide + gap) * squeeze
    paste(picture, alpha, ink)


def stamp(alpha, glyph, x, y, width, height):
    """Writes a glyph, scaled to that size, into an alpha plane."""
    width, height = max(1, round(width)), max(2, round(height))
    method = cv2.INTER_AREA if height < glyph.shape[0] else cv2.INTER_LINEAR
    small = cv2.resize(glyph, (width, height), interpolation=method).astype(np.float32) / 255
    x, y = round(x), round(y)
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + width, alpha.shape[1]), min(y + height, alpha.shape[0])
    if x1 > x0 and y1 > y0:
        part = alpha[y0:y1, x0:x1]
        np.maximum(part, small[y0 - y:y1 - y, x0 - x:x1 - x], out=part)


def line_of(rng, face, groups, area, alpha, style):
    """Sets the groups in one line that fills the area; returns the centre of each character."""
    left, top, right, bottom = area
    height = bottom - top
    scale = height / face.cap
    natural = []
    cell = style["cell"] * height
    for group in groups:
        for char in group:
            wide = face.glyph(char).shape[1] * scale
            if style["mono"]:
                wide = cell if char not in "I1" else min(cell, wide * 1.1 + 1)
            natural.append(wide)
    letters = len(natural)
    gap, group_gap = style["gap"] * height, style["group_gap"] * height
    total = sum(natural) + gap * (letters - len(groups)) + group_gap * (len(groups) - 1)
    squeeze = min((right - left) / total, style["stretch"])
    x = left + ((right - left) - total * squeeze) * style["align"]
    centres, index = [], 0
    for number, group in enumerate(groups):
        for position, char in enumerate(group):
            wide = natural[index] * squeeze
            stamp(alpha, face.glyph(char), x, top, wide, height)
            centres.append((x + wide / 2, (top + bottom) / 2))
            x += wide + (gap * squeeze if position + 1 < len(group) else 0)
            index += 1
        if number + 1 < len(groups):
            style["marks"].append((x + group_gap * squeeze / 2, (top + bottom) / 2, group_gap * squeeze))
            x += group_gap * squeeze
    return centres


def ink_and_ground(rng, kind):
    dark, white = colour(rng, 0, 45), colour(rng, 215, 255)
    roll = rng.random()
    if kind == "us":
        ground = [colour(rng, 205, 255), np.float32([235, 225, 170]) + colour(rng, -15, 15),
                  np.float32([175, 210, 235]) + colour(rng, -20, 20), colour(rng, 10, 90)][
                      int(rng.choice(4, p=[.68, .1, .1, .12]))]
        if ground.mean() < 120:
            return one(rng, [white, np.float32([240, 200, 60])]), ground
        ink = [dark, np.float32([25, 35, 110]) + colour(rng, -20, 25), np.float32([140, 20, 25]) + colour(rng, -15, 20),
               np.float32([15, 80, 45]) + colour(rng, -12, 20)][int(rng.choice(4, p=[.35, .4, .12, .13]))]
        return ink, ground
    if kind in ("uk", "dk") and roll < .4 or kind == "eu" and roll < .15:
        return dark, np.float32([245, 200, 40]) + colour(rng, -25, 10)
    if kind == "no" and roll < .12:
        return (dark, np.float32([60, 150, 60])) if roll < .06 else (np.float32([240, 210, 60]), dark)
    if kind == "eu" and roll < .25:
        return white, one(rng, [dark, np.float32([20, 40, 130]), np.float32([160, 20, 25])])
    if kind == "eu" and roll < .35:
        return np.float32([170, 20, 25]), white
    if kind == "is":
        return np.float32([20, 40, 130]) + colour(rng, -15, 15), white
    return dark, white


def suits(face, kind, text):
    """Whether a plate of that kind may be set in the face.

    Where a place in the text may hold a letter or a digit, an authority that wants its plates read does not use a face
    whose O is its 0: such a picture has no one right reading, and neither teaches nor judges. The countries whose
    grammar tells the place of a letter from that of a digit use what they like.
    """
    if not all(face.has(c) for c in text):
        return False
    return kind not in ("eu", "us") or all(face.tells(a, b) for a, b in ("O0", "I1") if a in text or b in text)


def draw_plate(rng, unseen=False, kind=None, two=TWO_LINES):
    """A plate as float32 RGB, its text, the centres of its characters in pixels. `two`: how often it has two lines."""
    kind = kind or str(rng.choice(KINDS[0], p=KINDS[1]))
    groups = text_of(rng, kind)
    choice, weights = faces(unseen)
    while True:
        face = choice[int(rng.choice(len(choice), p=weights))]
        if suits(face, kind, "".join(groups)):
            break
    letters = sum(map(len, groups))
    two_lines = kind != "us" and len(groups) > 1 and chance(rng, two)
    if kind == "us":
        height = 112
        width = int(height * rng.uniform(1.85, 2.15))
    elif two_lines:
        height, width = 132, int(132 * rng.uniform(1.15, 1.7))
    else:
        height = 68
        width = int(height * (rng.uniform(4.2, 4.9) if chance(rng, .8) else rng.uniform(3.0, 4.2)))
    ink, ground = ink_and_ground(rng, kind)
    plate = np.empty((height, width, 3), np.float32)
    plate[:] = ground
    if kind == "us":
        decorate_us(rng, plate, ink, ground)
    left, right = width * rng.uniform(.02, .05), width * rng.uniform(.95, .98)
    if kind != "us" and chance(rng, .75 if kind not in ("uk", "dk") else .5):
        left = band(rng, plate, left)
    style = {
        "mono": chance(rng, .5 if kind in ("us", "no", "de") else .3), "cell": rng.uniform(.46, .68),
        "gap": rng.uniform(.07, .22), "group_gap": rng.uniform(.3, .75), "stretch": rng.uniform(.75, 1.25),
        "align": float(np.clip(rng.normal(.5, .12), 0, 1)), "marks": [],
    }
    alpha = np.zeros((height, width), np.float32)
    if kind == "us":
        tall = height * rng.uniform(.40, .60)
        middle = height * rng.uniform(.48, .58)
        style["group_gap"] = rng.uniform(.15, .6)
        style["stretch"] = rng.uniform(.8, 1.15)
        pad = width * rng.uniform(.02, .07)
        centres = line_of(rng, face, groups, (pad, middle - tall / 2, width - pad, middle + tall / 2), alpha, style)
    elif two_lines:
        split = 1 if len(groups) == 2 or chance(rng, .7) else 2
        style["gap"], style["align"] = rng.uniform(.1, .35), rng.uniform(.3, .7)
        top, bottom, middle = height * .08, height * .93, height * .5
        line_gap = height * rng.uniform(.03, .06)
        centres = line_of(rng, face, groups[:split], (left, top, right, middle - line_gap), alpha, style)
        centres += line_of(rng, face, groups[split:], (width * .04 if chance(rng, .5) else left, middle + line_gap, right,
                                                       bottom), alpha, style)
    else:
        tall = height * rng.uniform(.62, .80)
        middle = height * rng.uniform(.48, .52)
        centres = line_of(rng, face, groups, (left, middle - tall / 2, right, middle + tall / 2), alpha, style)
    weight = rng.random()
    if weight < .18:
        alpha = cv2.dilate(alpha, np.ones((3, 3)))
    elif weight < .26:
        alpha = cv2.erode(alpha, np.ones((2, 2)))
    if chance(rng, .25):  # rounded strokes, as embossed plates have
        alpha = (cv2.GaussianBlur(alpha, (0, 0), height / 68 * 1.6) * 4 - 1.5).clip(0, 1)
    if chance(rng, .6):
        emboss(rng, plate, alpha)
    paste(plate, alpha * rng.uniform(.85, 1), ink)
    marks(rng, plate, kind, style["marks"], ink)
    edge(rng, plate, ink, ground, kind)
    if chance(rng, .35):
        dirt(rng, plate)
    return plate.clip(0, 255), "".join(groups), np.float32(centres)


def decorate_us(rng, plate, ink, ground):
    height, width = plate.shape[:2]
    if chance(rng, .4):
        other = np.clip(ground + rng.uniform(-60, 25, 3), 0, 255).astype(np.float32)
        ramp = np.linspace(0, 1, height, dtype=np.float32) ** rng.uniform(.5, 2.5)
        if chance(rng, .5):
            ramp = ramp[::-1]
        plate += ramp[:, None, None] * (other - ground)
    for _ in range(int(rng.choice([0, 0, 1, 2, 3]))):
        shape = np.zeros((height, width), np.uint8)
        centre = np.array([rng.uniform(0, width), rng.uniform(0, height)])
        if chance(rng, .5):
            points = centre + rng.normal(0, height * rng.uniform(.1, .4), (int(rng.integers(3, 9)), 2))
            cv2.fillPoly(shape, [cv2.convexHull(points.astype(np.int32))], 255)
        else:
            cv2.ellipse(shape, tuple(int(v) for v in centre), (int(rng.uniform(5, width * .3)), int(rng.uniform(5, height * .35))),
                        rng.uniform(0, 180), 0, 360, 255, -1)
        tint = np.clip(ground + rng.uniform(-75, 40, 3), 0, 255).astype(np.float32)
        paste(plate, shape.astype(np.float32) / 255 * rng.uniform(.2, .7), tint)
    inks = [ink, ink, colour(rng, 0, 160)]
    if chance(rng, .8):
        words = " ".join(pick_words(rng, 1 if chance(rng, .75) else 2))
        small_text(rng, plate, words, (width * rng.uniform(.42, .58), height * rng.uniform(.10, .17)),
                   height * rng.uniform(.08, .17), one(rng, inks), width * rng.uniform(.4, .75))
    if chance(rng, .75):
        words = " ".join(pick_words(rng, int(rng.integers(1, 4))))
        small_text(rng, plate, words, (width * rng.uniform(.42, .58), height * rng.uniform(.86, .92)),
                   height * rng.uniform(.06, .11), one(rng, inks), width * rng.uniform(.35, .75))
    for _ in range(int(rng.choice([0, 1, 2], p=[.35, .4, .25]))):
        wide, tall = width * rng.uniform(.08, .15), height * rng.uniform(.1, .17)
        x = rng.uniform(.02, .1) * width if chance(rng, .5) else width - wide - rng.uniform(.02, .1) * width
        y = rng.uniform(.03, .08) * height if chance(rng, .65) else height - tall - rng.uniform(.03, .08) * height
        sticker(rng, plate, x, y, wide, tall)


def pick_words(rng, count):
    return [one(rng, WORDS) for _ in range(count)]


def sticker(rng, plate, x, y, wide, tall):
    box = plate[int(y):int(y + tall), int(x):int(x + wide)]
    if box.size:
        box[:] = colour(rng, 0, 255)
        text = pattern_text(rng, one(rng, ["99", "A99", "9999", "AAA"]))
        small_text(rng, plate, text, (x + wide / 2, y + tall / 2), tall * rng.uniform(.4, .7), colour(rng, 0, 255),
                   wide * .9)


def band(rng, plate, left):
    """The country band; returns where the number may begin."""
    height, width = plate.shape[:2]
    wide = int(min(height * rng.uniform(.35, .62), width * .16))
    blue = np.float32([20, 60, 165]) + colour(rng, -20, 25)
    plate[:, :wide] = blue
    country = one(rng, ["N", "S", "DK", "D", "IS", "GB", "UK", "F", "PL", "I", "E", "NL", "FIN", "A", "EST"])
    small_text(rng, plate, country, (wide / 2, height * rng.uniform(.72, .82)), height * rng.uniform(.14, .24),
               np.float32([250, 250, 250]), wide * .8)
    centre = (int(wide / 2), int(height * .3))
    if chance(rng, .7):
        for angle in np.arange(12) * np.pi / 6:
            at = (int(centre[0] + np.cos(angle) * wide * .3), int(centre[1] + np.sin(angle) * wide * .3))
            cv2.circle(plate, at, 1, (250, 210, 40), -1)
    else:
        cv2.rectangle(plate, (int(wide * .2), int(height * .15)), (int(wide * .8), int(height * .42)), (200, 40, 50), -1)
        cv2.line(plate, (int(wide * .4), int(height * .15)), (int(wide * .4), int(height * .42)), (240, 240, 250), 2)
    return wide + width * rng.uniform(.015, .05)


def emboss(rng, plate, alpha):
    shift = float(rng.uniform(.6, 1.8))
    move = np.float32([[1, 0, shift * one(rng, [-1, 1])], [0, 1, shift]])
    shadow = cv2.warpAffine(alpha, move, alpha.shape[::-1])
    light = cv2.warpAffine(alpha, -move + np.float32([[2, 0, 0], [0, 2, 0]]), alpha.shape[::-1])
    strength = rng.uniform(.15, .5)
    plate *= 1 - (shadow * strength)[..., None]
    paste(plate, light * strength * .6, np.float32([255, 255, 255]))


def marks(rng, plate, kind, gaps, ink):
    """What stands between groups: seals, stickers, dots, dashes."""
    height, width = plate.shape[:2]
    for x, y, gap in gaps:
        roll = rng.random()
        at = (int(x), int(y + height * rng.uniform(-.1, .1)))
        radius = max(2, int(min(height * rng.uniform(.05, .11), gap * .45)))
        if kind == "de" and roll < .9 or kind in ("eu", "se", "no") and roll < .25:
            for offset in ((-1.1, 1.1) if kind == "de" and chance(rng, .6) else (0,)):
                centre = (at[0], int(at[1] + offset * radius))
                cv2.circle(plate, centre, radius, colour(rng, 60, 255).tolist(), -1, cv2.LINE_AA)
                if chance(rng, .5):
                    cv2.circle(plate, centre, max(1, radius // 2), colour(rng, 0, 255).tolist(), -1, cv2.LINE_AA)
        elif kind in ("us", "eu") and roll < .35:
            wide = max(2, int(radius * .8))
            cv2.rectangle(plate, (at[0] - wide, at[1] - 1), (at[0] + wide, at[1] + max(1, radius // 3)), ink.tolist(), -1)
        elif kind == "us" and roll < .6:
            points = np.array(at) + rng.normal(0, radius, (6, 2)).clip(-radius, radius)
            cv2.fillPoly(plate, [cv2.convexHull(points.astype(np.int32))], colour(rng, 60, 220).tolist())
    for _ in range(int(rng.choice([0, 0, 2, 4]))):
        if kind == "us":
            at = (int(width * one(rng, [.2, .8]) + rng.normal(0, 4)), int(height * one(rng, [.09, .91])))
        else:
            at = (int(width * rng.uniform(.12, .9)), int(height * one(rng, [.08, .5, .93])))
        cv2.circle(plate, at, int(rng.integers(2, 4)), colour(rng, 20, 200).tolist(), -1, cv2.LINE_AA)


def edge(rng, plate, ink, ground, kind):
    height, width = plate.shape[:2]
    roll = rng.random()
    if roll < .45:
        cv2.rectangle(plate, (2, 2), (width - 3, height - 3), (ink if chance(rng, .7) else colour(rng, 0, 255)).tolist(),
                      int(rng.integers(1, 4)))
    elif roll < .8:  # a holder or a dealer's frame; hides a little of the plate
        shade = (colour(rng, 0, 50) if chance(rng, .7) else colour(rng, 120, 220))
        thick = int(height * rng.uniform(.015, .05 if kind == "us" else .06)) + 1
        cv2.rectangle(plate, (0, 0), (width - 1, height - 1), shade.tolist(), thick)
        if kind == "us" and chance(rng, .5):
            bar = int(height * rng.uniform(.06, .12))
            for top in [0, height - bar][int(rng.integers(2)):]:
                plate[top:top + bar] = shade
                small_text(rng, plate, " ".join(pick_words(rng, 2)), (width / 2, top + bar / 2), bar * .6,
                           255 - shade, width * .7)


def dirt(rng, plate):
    height, width = plate.shape[:2]
    mask = ((blobs(rng, height, width, int(rng.integers(4, 24))) - rng.uniform(.45, .75)) * 3).clip(0, 1)
    paste(plate, mask * rng.uniform(.15, .55), colour(rng, 40, 150))
    for _ in range(int(rng.integers(0, 5))):
        at = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        cv2.circle(plate, at, int(rng.integers(1, 4)), colour(rng, 30, 140).tolist(), -1, cv2.LINE_AA)


# ---------------------------------------------------------------------------------------------------------- camera


def homography(source, target):
    return cv2.getPerspectiveTransform(np.float32(source), np.float32(target))


def corners_of(width, height):
    return np.float32([[0, 0], [width, 0], [width, height], [0, height]])


def project(matrix, points):
    return cv2.perspectiveTransform(np.float32(points)[None], matrix)[0]


def view(rng, width, height):
    """Corners of a plate of that size as a camera sees it, about the origin."""
    tilt, yaw, pitch = np.radians([np.clip(rng.normal(0, 6), -20, 20), np.clip(rng.normal(0, 22), -52, 52),
                                   np.clip(rng.normal(-8, 12), -40, 30)])
    half_w, half_h = width / 2, height / 2
    points = np.array([[-half_w, -half_h, 0], [half_w, -half_h, 0], [half_w, half_h, 0], [-half_w, half_h, 0]])
    cy, sy, cx, sx, cz, sz = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(tilt), np.sin(tilt)
    turn = (np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
            @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]]))
    points = points @ turn.T
    depth = 1 + points[:, 2] / (width * rng.uniform(2.5, 8))
    return (points[:, :2] / depth[:, None]).astype(np.float32)


def light(rng, picture):
    """Exposure, shadow edges, glare, headlight bloom, grey night cameras. In place where it can."""
    height, width = picture.shape[:2]
    if chance(rng, .25):  # a shadow's edge
        angle, offset = rng.uniform(0, 2 * np.pi), rng.normal(0, .25)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        side = (x / width - .5) * np.cos(angle) + (y / height - .5) * np.sin(angle) + offset
        picture *= (1 - rng.uniform(.2, .55) * (side * rng.uniform(5, 60) + .5).clip(0, 1))[..., None]
    if chance(rng, .12):  # glare or bloom
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        cx, cy, r = rng.uniform(-.2, 1.2) * width, rng.uniform(-.2, 1.2) * height, rng.uniform(.15, .6) * width
        picture += (rng.uniform(40, 160) * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (r * r)))[..., None]
    picture *= rng.uniform(.9, 1.1, 3).astype(np.float32) if chance(rng, .6) else 1
    if chance(rng, .22):
        picture[:] = picture.mean(2, keepdims=True)
    gain = rng.uniform(.7, 1.15) if chance(rng, .7) else rng.uniform(.35, 1.4)
    lift = rng.uniform(-4, 35)
    np.clip(picture * gain + lift, 0, 255, out=picture)
    if chance(rng, .4):
        picture[:] = 255 * (picture / 255) ** rng.uniform(.55, 1.8)
    return picture


def motion_kernel(rng, length):
    size = max(3, int(length) | 1)
    kernel = np.zeros((size, size), np.float32)
    angle = rng.normal(0, .5)
    centre = size / 2 - .5
    dx, dy = np.cos(angle) * length / 2, np.sin(angle) * length / 2
    cv2.line(kernel, (round(centre - dx), round(centre - dy)), (round(centre + dx), round(centre + dy)), 1, 1)
    return kernel / kernel.sum()


def spoil(rng, picture, stroke):
    """Blur, noise, sharpening and JPEG; `stroke` is the width of a character in pixels, which bounds the blur."""
    roll = rng.random()
    if roll < .4:
        picture = cv2.GaussianBlur(picture, (0, 0), max(.3, stroke * rng.uniform(.02, .115)))
    elif roll < .65:
        picture = cv2.filter2D(picture, -1, motion_kernel(rng, stroke * rng.uniform(.1, .38)))
    if chance(rng, .15):
        picture += (picture - cv2.GaussianBlur(picture, (0, 0), 1.2)) * rng.uniform(.4, 1.2)
    if chance(rng, .6):
        noise = rng.standard_normal(picture.shape, np.float32)
        if chance(rng, .3):
            noise = cv2.GaussianBlur(noise, (0, 0), .8) * 1.6
        picture += noise * rng.uniform(1, 13)
    picture = picture.clip(0, 255).astype(np.uint8)
    if chance(rng, .6):
        code = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))])[1]
        picture = cv2.imdecode(code, cv2.IMREAD_COLOR)
    return picture


def surroundings(rng, height, width):
    """What may stand round a plate: paint, plastic, grille."""
    ground = np.empty((height, width, 3), np.float32)
    ground[:] = colour(rng, 10, 230) * (1 if chance(rng, .5) else .35)
    if chance(rng, .5):
        ground *= (1 + (blobs(rng, height, width, 4) - .5) * rng.uniform(0, 1))[..., None]
    if chance(rng, .4):
        for _ in range(int(rng.integers(1, 6))):
            y = int(rng.uniform(0, height))
            cv2.line(ground, (0, y), (width, int(y + rng.normal(0, 8))), colour(rng, 0, 255).tolist(), int(rng.integers(1, 8)))
    return ground


GATE_SEEN = 110


def reader_sample(rng, unseen=False, gate=False, two=TWO_LINES):
    """One crop as the reader gets it (uint8 RGB 48x144), its label and the characters' centres in the crop, 0 to 1.

    `gate`: as a camera over a lane sees it: at least 110 pixels wide, blurred half as much, otherwise the same.
    """
    plate, text, centres = draw_plate(rng, unseen, two=two)
    height, width = plate.shape[:2]
    # Width in camera pixels such that a character stays at least some 6 pixels wide.
    least = max(60, 8.0 * (len(text) + 2) * (1 if height < 100 else .85))
    least = max(least, GATE_SEEN) if gate else least
    seen = least * np.exp(rng.uniform(0, np.log(300 / least)))
    stroke = seen / (len(text) + 2)
    corners = view(rng, seen, seen * height / width)
    margin = seen * .22
    corners += margin - corners.min(0)
    size = np.ceil(corners.max(0) + margin).astype(int)
    camera = homography(corners_of(width, height), corners)
    scale = seen / width
    source, matrix = plate, camera
    if scale < .6:  # average before shrinking, as a sensor does
        small = (max(8, int(width * scale * 1.15)), max(8, int(height * scale * 1.15)))
        source = cv2.resize(plate, small, interpolation=cv2.INTER_AREA)
        matrix = homography(corners_of(*small), corners)
    scene = surroundings(rng, int(size[1]), int(size[0]))
    flat = cv2.warpPerspective(source, matrix, (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR)
    cover = cv2.warpPerspective(np.ones(source.shape[:2], np.float32), matrix, (int(size[0]), int(size[1])))
    if chance(rng, .3):  # the shadow that a plate throws or lies in
        soft = cv2.GaussianBlur(cover, (0, 0), max(.6, seen * .02))
        scene *= (1 - rng.uniform(.2, .8) * soft)[..., None]
    scene += cover[..., None] * (flat - scene)
    picture = spoil(rng, light(rng, scene), stroke / 2 if gate else stroke)
    return cut(rng, picture, corners, text, project(camera, centres))


def cut(rng, picture, corners, text, centres):
    """Cuts the plate out as an inexact finder does: a loose quadrilateral, or an upright box."""
    tall = np.linalg.norm(corners[3] - corners[0])
    wide = np.linalg.norm(corners[1] - corners[0])
    if chance(rng, .25):
        (x0, y0), (x1, y1) = corners.min(0), corners.max(0)
        found = np.float32([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    else:
        found = corners.copy()
    middle = found.mean(0)
    grow = np.array([1 + rng.uniform(-.02, .10), 1 + rng.uniform(-.05, .25)])
    along = (found[1] + found[2] - found[0] - found[3]) / 2
    down = (found[2] + found[3] - found[0] - found[1]) / 2
    signs = np.array([[-.5, -.5], [.5, -.5], [.5, .5], [-.5, .5]]) * grow
    base = middle + signs[:, :1] * along + signs[:, 1:] * down + (found - (middle + signs[:, :1] / grow[0] * along
                                                                             + signs[:, 1:] / grow[1] * down))
    base = base + rng.normal(0, 1, (4, 2)) * np.array([wide * .012, tall * .04]) + rng.normal(0, 1, 2) * np.array(
        [wide * .01, tall * .03])
    matrix = homography(base, corners_of(READER_WIDTH, READER_HEIGHT))
    if wide > READER_WIDTH * 1.5:
        ratio = READER_WIDTH * 1.2 / wide
        picture = cv2.resize(picture, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
        matrix = matrix @ np.diag([1 / ratio, 1 / ratio, 1])
        centres = centres * ratio
    crop = cv2.warpPerspective(picture, matrix, (READER_WIDTH, READER_HEIGHT), flags=cv2.INTER_LINEAR,
                               borderMode=cv2.BORDER_REPLICATE)
    where = project(matrix, centres) / np.float32([READER_WIDTH, READER_HEIGHT])
    return crop, text, where.clip(0, .999)


def encode(text):
    return [ALPHABET.index(c) for c in text.ljust(SLOTS, BLANK)]


if __name__ == "__main__":  # a contact sheet to look at
    rng = np.random.default_rng(5)
    rows = []
    for _ in range(14):
        rows.append(np.hstack([reader_sample(rng)[0] for _ in range(7)]))
    cv2.imwrite(os.environ.get("SHEET", "/tmp/sheet.png"), np.vstack(rows)[..., ::-1])
    tiles = []
    for _ in range(24):
        plate = draw_plate(rng)[0].astype(np.uint8)
        tiles.append(cv2.copyMakeBorder(cv2.resize(plate, (300, int(300 * plate.shape[0] / plate.shape[1]))), 0,
                                        max(0, 260 - int(300 * plate.shape[0] / plate.shape[1])), 4, 4, cv2.BORDER_CONSTANT)[:260])
    cv2.imwrite("/tmp/sheet_plates.png", np.vstack([np.hstack(tiles[i * 6:i * 6 + 6]) for i in range(4)])[..., ::-1])
