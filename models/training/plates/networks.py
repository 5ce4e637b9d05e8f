"""The two networks. Input of both: 1 x 3 x H x W, RGB, 0 to 255; the scaling is their first layer."""

import torch
from torch import nn

from render import ALPHABET, SLOTS

CLASSES = len(ALPHABET)
ROWS, COLUMNS = 2, 36


def conv(inputs, outputs, kernel=3, stride=1, padding=None, dilation=1):
    kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
    if padding is None:
        padding = tuple((k - 1) // 2 * dilation for k in kernel)
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, bias=False),
                         nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Scale(nn.Module):
    def forward(self, x):
        return x * (1 / 64) - 2


class Reader(nn.Module):
    """48 x 144 pixels to 10 slots of 43 characters.

    Convolutions to a map of 2 x 36 places (two rows, so that a plate of two lines can be read); a second branch sees
    along the whole map and says for each slot at which place its character stands; the slot's features are the mean
    over the map under that attention. Whether a ring is an O or a 0 follows from the format and the face, so the
    features of a place hold what the second branch saw of the whole plate, and each slot looks at the others.
    """

    def __init__(self, width=1.0):
        super().__init__()
        c = lambda n: int(n * width)
        self.trunk = nn.Sequential(
            Scale(),
            conv(3, c(16), 3, 2),          # 24 x 72
            conv(c(16), c(24), 3),
            conv(c(24), c(48), 3, 2),      # 12 x 36
            conv(c(48), c(48), 3),
            conv(c(48), c(80), 3, (2, 1)),  # 6 x 36
            conv(c(80), c(80), 3),
            conv(c(80), c(112), 3, (3, 1), (0, 1)),  # 2 x 36
        )
        f = c(112)
        self.squeeze = conv(f, 96, (ROWS, 1), 1, (0, 0))  # 1 x 36
        self.along = nn.ModuleList([conv(96, 96, (1, 5), dilation=d) for d in (1, 2, 4, 6)])
        self.place = nn.Conv2d(96, SLOTS * ROWS, 1)
        self.value = nn.Conv2d(f, f, 1)
        self.around = nn.Conv2d(96, f, 1)
        self.slot = nn.Parameter(torch.zeros(1, SLOTS, f))
        self.others = nn.Linear(f, 3 * f)
        self.join = nn.Linear(f, f)
        self.hidden = nn.Linear(f, f)
        self.classes = nn.Linear(f, CLASSES)
        self.position = nn.Parameter(torch.zeros(1, 96, 1, COLUMNS))
        for late in (self.around, self.join):  # They begin as if they were not there.
            nn.init.zeros_(late.weight)
            nn.init.zeros_(late.bias)

    def forward(self, pictures, places=False):
        seen = self.trunk(pictures)
        context = self.squeeze(seen) + self.position
        for layer in self.along:
            context = context + layer(context)
        batch = seen.shape[0]
        where = self.place(context).reshape(batch, SLOTS, ROWS * COLUMNS)
        attention = where.softmax(-1)
        values = (self.value(seen) + self.around(context)).reshape(batch, -1, ROWS * COLUMNS).transpose(1, 2)
        slots = torch.matmul(attention, values)
        query, key, value = self.others(slots + self.slot).chunk(3, -1)
        others = torch.matmul(query, key.transpose(1, 2)) / query.shape[-1] ** .5
        slots = slots + self.join(torch.matmul(others.softmax(-1), value))
        scores = self.classes(torch.relu(self.hidden(torch.relu(slots))))
        return (scores, where) if places else scores


class ReaderForExport(nn.Module):
    """The reader with its probabilities: 1 x 10 x 43."""

    def __init__(self, reader):
        super().__init__()
        self.reader = reader

    def forward(self, pictures):
        return self.reader(pictures).softmax(-1)


class Finder(nn.Module):
    """192 x 256 pixels to a map of 24 x 32 places with a score and four corners each.

    Output 1 x 9 x 24 x 32: the score that a plate's centre lies in that place, then x and y of its corners (upper
    left, upper right, lower right, lower left) from the middle of the place, in units of 32 pixels.
    """

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            Scale(),
            conv(3, 12, 3, 2),     # 96 x 128
            conv(12, 24, 3, 2),    # 48 x 64
            conv(24, 24, 3),
            conv(24, 48, 3, 2),    # 24 x 32
            conv(48, 48, 3),
            conv(48, 48, 3),
        )
        self.deep = nn.Sequential(
            conv(48, 80, 3, 2),    # 12 x 16
            conv(80, 80, 3),
            conv(80, 80, 3, dilation=2),
            conv(80, 80, 3),
            conv(80, 48, 1),
        )
        self.merge = conv(96, 64, 3)
        self.last = conv(64, 64, 3)
        self.score = nn.Conv2d(64, 1, 1)
        self.corners = nn.Conv2d(64, 8, 1)
        nn.init.constant_(self.score.bias, -4.6)

    def forward(self, pictures):
        near = self.stem(pictures)
        far = nn.functional.interpolate(self.deep(near), scale_factor=2, mode="nearest")
        shared = self.last(self.merge(torch.cat([near, far], 1)))
        return self.score(shared), self.corners(shared)


class FinderForExport(nn.Module):
    def __init__(self, finder):
        super().__init__()
        self.finder = finder

    def forward(self, pictures):
        score, corners = self.finder(pictures)
        return torch.cat([score.sigmoid(), corners], 1)
