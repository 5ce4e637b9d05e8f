"""The network: a plain ReLU convolution net with a small feature pyramid, in the output layout of YOLOX.

Only 3x3 and 1x1 convolutions, ReLU, Add and pixels repeated: what ONNX Runtime runs well in int8 on one core, or what
`export.py` can write so that it does. No depthwise convolutions (they gain nothing in int8), no SiLU (it does not quantise).

    picture 1x3xHxW, BGR 0..255
      stem /4 -> P3 /8 -> P4 /16 -> P5 /32        backbone, residual blocks
                  |        |        |
                  +<--up---+<--up---+              top-down, by addition
                  +--down->+--down->+              bottom-up, by addition
                  |        |        |
                 head     head     head            two half-width branches: classes | box and objectness

The stem is one 6x6 convolution of stride 4: three input channels at full resolution are what costs most in int8, and
as SpaceToDepth and a 3x3 convolution (see `export.py`) it takes a third of the time of two 3x3 of stride 2.
"""

import torch
from torch import nn

CLASSES = ("person", "bicycle", "car", "motorcycle", "bus", "truck")
STRIDES = (8, 16, 32)
# Channels of the pyramid, and of each branch of a head.
NECK, BRANCH = 48, 32
# Pictures go in as 0..255. Export folds this into the stem; the mean is left to the stem's batch normalisation, since
# folding a subtraction would need another padding than zero.
SPREAD = 64.0


class Conv(nn.Module):
    """Convolution, batch normalisation, and ReLU unless told otherwise."""

    def __init__(self, inputs, outputs, size=3, stride=1, relu=True):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, size, stride, (size - 1) // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)
        self.relu = relu

    def forward(self, x):
        x = self.norm(self.conv(x))
        return torch.relu_(x) if self.relu else x


class Stem(Conv):
    """6x6 of stride 4: on 2x2 patches as 12 channels, a 3x3 of stride 2."""

    def __init__(self, outputs):
        super().__init__(3, outputs)
        self.conv = nn.Conv2d(3, outputs, 6, 4, 2, bias=False)


class Residual(nn.Module):
    """Two 3x3 convolutions and a shortcut; the inner width may be smaller."""

    def __init__(self, width, inner=None):
        super().__init__()
        self.first = Conv(width, inner or width)
        self.second = Conv(inner or width, width, relu=False)

    def forward(self, x):
        return torch.relu(x + self.second(self.first(x)))


class Head(nn.Module):
    """Class scores from one branch, box and objectness from the other; logits, `B x 11 x H x W`."""

    def __init__(self, width, branch):
        super().__init__()
        self.class_branch = Conv(width, branch)
        self.box_branch = Conv(width, branch)
        self.classes = nn.Conv2d(branch, len(CLASSES), 1)
        self.box = nn.Conv2d(branch, 5, 1)
        nn.init.constant_(self.classes.bias, -3.0)
        nn.init.zeros_(self.box.bias)
        with torch.no_grad():
            self.box.bias[4] = -4.6

    def forward(self, x):
        return torch.cat([self.box(self.box_branch(x)), self.classes(self.class_branch(x))], 1)


class Detector(nn.Module):
    def __init__(self, widths=(32, 48, 96, 128), neck=NECK, branch=BRANCH, blocks=(0, 1, 2, 2)):
        super().__init__()
        self.shape = dict(widths=widths, neck=neck, branch=branch, blocks=blocks)
        stages, inputs = [], 3
        for i, width in enumerate(widths):
            layers = [Conv(inputs, width, 3, 2) if i else Stem(width)]
            layers += [Residual(width) for _ in range(blocks[i])]
            stages.append(nn.Sequential(*layers))
            inputs = width
        self.stages = nn.ModuleList(stages)
        self.lateral = nn.ModuleList([Conv(w, neck, 1, relu=False) for w in widths[1:]])
        self.up_mix = nn.ModuleList([Conv(neck, neck), Conv(neck, neck)])
        self.down = nn.ModuleList([Conv(neck, neck, 3, 2, relu=False), Conv(neck, neck, 3, 2, relu=False)])
        self.heads = nn.ModuleList([Head(neck, branch) for _ in STRIDES])
        for m in self.modules():
            if isinstance(m, nn.Conv2d) and m.kernel_size[0] >= 3:
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        """Three maps of logits, finest first."""
        x = x / SPREAD
        levels = []
        for i, stage in enumerate(self.stages):
            x = stage(x)
            if i >= 1:
                levels.append(x)
        l3, l4, l5 = (lateral(level) for lateral, level in zip(self.lateral, levels))
        up = nn.functional.interpolate
        n5 = torch.relu(l5)
        n4 = self.up_mix[0](torch.relu(l4 + up(n5, scale_factor=2.0, mode="nearest")))
        n3 = self.up_mix[1](torch.relu(l3 + up(n4, scale_factor=2.0, mode="nearest")))
        n4 = torch.relu(n4 + self.down[0](n3))
        n5 = torch.relu(n5 + self.down[1](n4))
        return [head(n) for head, n in zip(self.heads, (n3, n4, n5))]
