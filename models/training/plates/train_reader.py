"""Trains the plate reader: `python train_reader.py FOLDER`.

The number of steps is fixed, so that a run can be repeated; the time that it took is printed. Seeds are fixed.
`--from reader.pt` goes on from weights that are there, with a new schedule.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from make_sets import make
from networks import COLUMNS, ROWS, Reader
from render import ALPHABET, SLOTS

SAMPLES, HELD = 100_000, 3_000
BATCH, STEPS, WARM, PEAK = 48, 4_000, 150, 3e-3
PLACE_WEIGHT = 0.15


def load(folder, name):
    arrays = [np.load(folder / f"{name}-{part}.npy", mmap_mode="r") for part in ("crops", "labels", "places")]
    return arrays


def batch_of(arrays, indices, generator):
    """Crops as float with small changes of place, size, exposure and colour, so that no epoch repeats another."""
    crops, labels, places = (torch.from_numpy(np.ascontiguousarray(a[indices])) for a in arrays)
    pictures = crops.permute(0, 3, 1, 2).float()
    count = len(pictures)
    draw = lambda *shape: torch.rand(*shape, generator=generator) * 2 - 1
    scale = 1 + draw(count, 2) * torch.tensor([.03, .06])
    shift = draw(count, 2) * torch.tensor([.025, .06])
    slant = draw(count) * .05
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1], theta[:, 0, 1] = scale[:, 0], scale[:, 1], slant
    theta[:, :, 2] = shift
    grid = F.affine_grid(theta, list(pictures.shape), align_corners=False)
    pictures = F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
    gain = (1 + draw(count, 1, 1, 1) * .25) * (1 + draw(count, 3, 1, 1) * .05)
    pictures = (pictures * gain + draw(count, 1, 1, 1) * 20).clamp(0, 255)
    # The same map, backwards, for the places of the characters.
    y = ((places[..., 1] * 2 - 1) - shift[:, None, 1]) / scale[:, None, 1]
    x = ((places[..., 0] * 2 - 1) - shift[:, None, 0] - slant[:, None] * y) / scale[:, None, 0]
    column = ((x + 1) / 2 * COLUMNS).long().clamp(0, COLUMNS - 1)
    return pictures, labels.long(), column, places[..., 0] >= 0


def loss_of(reader, pictures, labels, column, known):
    scores, where = reader(pictures, places=True)
    reading = F.cross_entropy(scores.reshape(-1, len(ALPHABET)).float(), labels.reshape(-1), label_smoothing=.02)
    # Each slot is told the column of its character; which row is its own affair.
    columns = where.reshape(-1, SLOTS, ROWS, COLUMNS).logsumexp(2)
    place = F.cross_entropy(columns.reshape(-1, COLUMNS), column.reshape(-1), reduction="none")
    place = (place * known.reshape(-1)).sum() / known.sum()
    return reading + PLACE_WEIGHT * place, reading


@torch.no_grad()
def measure(reader, arrays, count=None):
    reader.eval()
    crops, labels, _ = arrays
    exact = right = total = 0
    for first in range(0, count or len(crops), 100):
        pictures = torch.from_numpy(np.ascontiguousarray(crops[first:first + 100])).permute(0, 3, 1, 2).float()
        wanted = torch.from_numpy(np.ascontiguousarray(labels[first:first + 100])).long()
        said = reader(pictures).argmax(-1)
        exact += int((said == wanted).all(1).sum())
        real = wanted != len(ALPHABET) - 1
        right += int(((said == wanted) & real).sum())
        total += int(real.sum())
    reader.train()
    return exact / (count or len(crops)), right / total


def main():
    said = argparse.ArgumentParser()
    said.add_argument("folder", type=Path)
    said.add_argument("--threads", type=int, default=1)
    said.add_argument("--steps", type=int, default=STEPS)
    said.add_argument("--peak", type=float, default=PEAK)
    said.add_argument("--seed", type=int, default=4)
    said.add_argument("--from", dest="begin", type=Path)
    said = said.parse_args()
    folder, steps = said.folder, said.steps
    torch.set_num_threads(said.threads)
    torch.manual_seed(3)
    generator = torch.Generator().manual_seed(said.seed)
    order_rng = np.random.default_rng(said.seed + 1)
    make(folder, "reader-held", HELD)
    make(folder, "reader", SAMPLES)
    arrays, held = load(folder, "reader"), load(folder, "reader-held")
    reader = Reader().to(memory_format=torch.channels_last)
    if said.begin:
        missing = reader.load_state_dict(torch.load(said.begin), strict=False)
        print("begun anew:", *missing.missing_keys, flush=True)
    decayed = [p for p in reader.parameters() if p.ndim > 1]
    plain = [p for p in reader.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": .02}, {"params": plain, "weight_decay": 0}], said.peak)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / WARM, .5 + .5 * np.cos(np.pi * max(0, s - WARM) / (steps - WARM)) + 1e-3))
    started, order, at, mean = time.time(), None, 0, 0.0
    for step in range(steps):
        if order is None or at + BATCH > len(order):
            order, at = order_rng.permutation(SAMPLES), 0
        batch = batch_of(arrays, np.sort(order[at:at + BATCH]), generator)
        at += BATCH
        batch = (batch[0].to(memory_format=torch.channels_last), *batch[1:])
        loss, reading = loss_of(reader, *batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        mean += (reading.item() - mean) * (.02 if step > 50 else 1 / (step + 1))
        if step % 100 == 99:
            told = ""
            if step % 1000 == 999:
                told = " held-out exact %.4f, characters %.4f" % measure(reader, held, 1000)
                torch.save(reader.state_dict(), folder / "reader.pt")
            print(f"step {step + 1} loss {mean:.4f} after {time.time() - started:.0f} s{told}", flush=True)
    torch.save(reader.state_dict(), folder / "reader.pt")
    print("done in %.0f s; held-out exact %.4f, characters %.4f" % (time.time() - started, *measure(reader, held)))


if __name__ == "__main__":
    main()
