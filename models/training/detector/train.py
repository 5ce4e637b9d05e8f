"""Trains the detector from nothing and writes `models/weights/detector.onnx`: one command, see README.md.

Seven phases over a mix of synthetic and real pictures: two with a steady learning rate, two in which it falls to zero,
two more, one long fall, over synthetic pictures that the others have not seen, and a last fall in which classes are
nearly as rare as they are: a network that was shown every second picture for its rare classes sees them where they are not.
The exported weights are the moving average at the end of the last.
"""

import argparse
import copy
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch

import data
import losses
from network import Detector

# Name, iterations, learning rate at its start and at its end, size of the views, views a batch, share of synthetic
# pictures drawn by class. At first the common classes: they teach the shapes that the rare ones share.
PHASES = (
    ("common", 900, 2e-3, 2e-3, data.PART, 24, 0.0),
    ("steady", 1500, 2e-3, 2e-3, data.PART, 24, 0.6),
    ("falling", 1200, 2e-3, 2e-5, data.VIEW, 16, 0.4),
    ("again", 650, 1.2e-3, 2e-5, data.VIEW, 16, 0.5),
    ("longer", 2600, 1.5e-3, 9.6e-4, data.VIEW, 16, 0.5),
    ("down", 2400, 9.6e-4, 1e-5, data.VIEW, 16, 0.5),
    ("settling", 6000, 1e-3, 1e-5, data.VIEW, 16, 0.2),
)
# From this phase on, other synthetic pictures.
MORE_FROM = 4
REAL_SHARE = 0.4
WARM_UP = 100
SEED = 20


class Average:
    """Exponential moving average of weights and statistics."""

    def __init__(self, network):
        self.network = copy.deepcopy(network).eval()
        self.steps = 0

    @torch.no_grad()
    def update(self, network):
        self.steps += 1
        keep = 0.998 * (1 - math.exp(-self.steps / 200))
        for mine, new in zip(self.network.state_dict().values(), network.state_dict().values()):
            if mine.dtype.is_floating_point:
                mine.mul_(keep).add_(new, alpha=1 - keep)
            else:
                mine.copy_(new)


def optimiser(network, rate):
    """AdamW; weight decay only on the kernels."""
    decay = [p for p in network.parameters() if p.ndim > 1]
    plain = [p for p in network.parameters() if p.ndim <= 1]
    return torch.optim.AdamW([{"params": decay, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0}], rate)


def run_phase(network, average, source, batch, iterations, rates, save, log_every=50):
    ahead = data.Ahead(source, batch)
    opt = optimiser(network, rates[0])
    start, sums = time.time(), np.zeros(4)
    for i in range(iterations):
        warm = min(1.0, (i + 1) / WARM_UP)
        now = warm * (rates[1] + (rates[0] - rates[1]) * (1 - i / iterations))
        for group in opt.param_groups:
            group["lr"] = now
        pictures, wanted = ahead.get()
        x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
        total, parts = losses.loss(network(x), torch.from_numpy(wanted))
        opt.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        opt.step()
        average.update(network)
        sums += [total.item(), *parts]
        if (i + 1) % log_every == 0:
            line = " ".join(f"{n} {v:.3f}" for n, v in zip(("loss", "box", "found", "class"), sums / log_every))
            print(f"{i + 1}/{iterations} {time.time() - start:.0f} s {line} rate {now:.5f}", flush=True)
            sums[:] = 0
        if (i + 1) % 100 == 0 or i + 1 == iterations:
            save(i + 1)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--scenes", help="folder of `vokter-scene dataset` to train on")
    arguments.add_argument("--more-scenes", nargs="*", default=[], help="folders of it that the last phases are of")
    arguments.add_argument("--work", default="target/detector", help="folder for checkpoints")
    arguments.add_argument("--phase", choices=[p[0] for p in PHASES], help="only this phase, from the last one's end")
    given = arguments.parse_args()
    torch.set_num_threads(2)
    cv2.setNumThreads(1)
    torch.manual_seed(SEED)
    work = Path(given.work)
    work.mkdir(parents=True, exist_ok=True)
    real = data.Clips(work / "clips.pickle")
    made = data.synthetic(given.scenes) if given.scenes else None
    more = data.synthetic(*given.more_scenes) if given.more_scenes else made

    network = Detector().to(memory_format=torch.channels_last)
    for number, (name, iterations, high, low, size, batch, balance) in enumerate(PHASES):
        if given.phase and given.phase != name:
            continue
        if number:
            before = torch.load(work / f"{PHASES[number - 1][0]}.pt")
            network.load_state_dict(before["network"])
        average = Average(network)

        def save(iteration, name=name):
            state = {"network": network.state_dict(), "average": average.network.state_dict()}
            if iteration % 100 == 0:
                torch.save(state, work / f"{name}-{iteration}.pt")
            torch.save(state, work / f"{name}.new")
            (work / f"{name}.new").replace(work / f"{name}.pt")

        source = data.Source(SEED + number, real, more if number >= MORE_FROM else made, REAL_SHARE, size, balance)
        start = time.time()
        run_phase(network, average, source, batch, iterations, (high, low), save)
        print(f"phase {name}: {(time.time() - start) / 60:.1f} min", flush=True)


if __name__ == "__main__":
    main()
