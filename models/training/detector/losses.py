"""The loss of YOLOX (Ge et al. 2021): SimOTA assignment, overlap loss for boxes, cross entropy for the scores.

Written for whole batches, `B` pictures x `G` boxes x `A` cells, since a loop over pictures is slow on a CPU.
"""

import torch
from torch.nn import functional

from network import CLASSES, STRIDES

# A cell may be assigned to a box if its middle is within that many cells of the box's.
RADIUS = 1.5
MOST_CELLS = 10


def cells(shapes):
    """Column, row and stride of every cell, finest grid first: three vectors."""
    columns, lines, strides = [], [], []
    for (height, width), stride in zip(shapes, STRIDES):
        line, column = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        columns.append(column.flatten())
        lines.append(line.flatten())
        strides.append(torch.full((height * width,), stride))
    return torch.cat(columns).float(), torch.cat(lines).float(), torch.cat(strides).float()


def decode(maps):
    """Boxes `B x A x 4` in pixels, objectness logits `B x A`, class logits `B x A x C`, and the cells."""
    grid = cells([m.shape[2:] for m in maps])
    raw = torch.cat([m.float().flatten(2) for m in maps], 2).transpose(1, 2)
    column, line, stride = grid
    x, y = (raw[..., 0] + column) * stride, (raw[..., 1] + line) * stride
    w, h = raw[..., 2].clamp(max=6).exp() * stride, raw[..., 3].clamp(max=6).exp() * stride
    boxes = torch.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], -1)
    return boxes, raw[..., 4], raw[..., 5:], grid


def overlaps(a, b, general=False):
    """Intersection over union of boxes that broadcast; with `general`, GIoU (Rezatofighi et al. 2019)."""
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    side = (high - low).clamp(min=0)
    both = side[..., 0] * side[..., 1]
    size_a, size_b = (a[..., 2:] - a[..., :2]).clamp(min=0), (b[..., 2:] - b[..., :2]).clamp(min=0)
    union = size_a[..., 0] * size_a[..., 1] + size_b[..., 0] * size_b[..., 1] - both + 1e-6
    iou = both / union
    if not general:
        return iou
    hull = torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])
    hull = hull[..., 0] * hull[..., 1] + 1e-6
    return iou - (hull - union) / hull


@torch.no_grad()
def assign(boxes, objectness, classes, grid, wanted):
    """SimOTA: for each cell the index of its box or -1, and the overlap; and cells to leave out."""
    column, line, stride = grid
    kind, box = wanted[..., 0], wanted[..., 1:]
    real = kind >= 0
    middle = (box[..., :2] + box[..., 2:]) / 2
    cx, cy = (column + 0.5) * stride, (line + 0.5) * stride
    near = ((cx - middle[..., :1]).abs() < RADIUS * stride) & ((cy - middle[..., 1:]).abs() < RADIUS * stride)
    near &= real[..., None]
    iou = overlaps(boxes[:, None], box[:, :, None]) * near

    # A cost only counts near a box, but is cheapest worked out for all: B x A x C, then picked by the box's class.
    score = (classes.sigmoid() * objectness.sigmoid()[..., None]).sqrt().clamp(1e-6, 1 - 1e-6)
    nothing = -torch.log1p(-score)
    cost_class = nothing.sum(-1, keepdim=True) - nothing - score.log()
    cost = cost_class.transpose(1, 2).gather(1, kind.clamp(min=0).long()[..., None].expand(-1, -1, iou.shape[2]))
    cost = cost - 3 * (iou + 1e-8).log()
    cost = torch.where(near, cost, torch.full_like(cost, 1e9))

    count = iou.topk(MOST_CELLS, 2).values.sum(2).clamp(min=1).floor().long()
    best, place = cost.topk(MOST_CELLS, 2, largest=False)
    chosen = (torch.arange(MOST_CELLS) < count[..., None]) & (best < 1e8)
    taken = torch.zeros_like(near).scatter_(2, place, chosen)
    # A cell that several boxes chose goes to the cheapest.
    owner = torch.where(taken, cost, torch.full_like(cost, 1e9)).argmin(1)
    owner = torch.where(taken.any(1), owner, torch.full_like(owner, -1))
    matched = iou.gather(1, owner.clamp(min=0)[:, None])[:, 0]

    ignored = (kind == -1)[..., None] & (cx > box[..., :1]) & (cx < box[..., 2:3]) \
        & (cy > box[..., 1:2]) & (cy < box[..., 3:4])
    return owner, matched, ignored.any(1) & (owner < 0)


def loss(maps, wanted):
    """Total, and its parts (box, objectness, class) for the log."""
    boxes, objectness, classes, grid = decode(maps)
    owner, matched, ignored = assign(boxes, objectness, classes, grid, wanted)
    picture, cell = (owner >= 0).nonzero(as_tuple=True)
    target = wanted[picture, owner[picture, cell]]
    count = max(len(cell), 1)
    box = (1 - overlaps(boxes[picture, cell], target[:, 1:], general=True)).sum() / count
    kinds = functional.one_hot(target[:, 0].long(), len(CLASSES)) * matched[picture, cell][:, None]
    kind = functional.binary_cross_entropy_with_logits(classes[picture, cell], kinds, reduction="sum") / count
    found = functional.binary_cross_entropy_with_logits(objectness, (owner >= 0).float(), reduction="none")
    found = (found * ~ignored).sum() / count
    return 5 * box + found + kind, (box.item(), found.item(), kind.item())
