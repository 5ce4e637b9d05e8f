"""Trains the plate finder: `python train_finder.py FOLDER [--threads 1]`. Steps and seeds are fixed; the time is printed."""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from make_sets import make
from networks import Finder
from scene import HEIGHT, MOST_PLATES, WIDTH

SAMPLES, HELD = 12_000, 1_500
BATCH, STEPS, WARM, PEAK = 16, 2_000, 150, 2e-3
STRIDE, UNIT = 8, 32.0
FLOOR = 0.4
CORNER_WEIGHT = 1.0


def load(folder, name):
    return [np.load(folder / f"{name}-{part}.npy", mmap_mode="r") for part in ("pictures", "plates")]


def batch_of(arrays, indices, generator):
    """Pictures with changes of place, size, side and exposure, and their plates' corners in pixels."""
    pictures, plates = (torch.from_numpy(np.ascontiguousarray(a[indices])) for a in arrays)
    pictures = pictures.permute(0, 3, 1, 2).float()
    known = plates[:, :, 0, 0] >= 0
    count = len(pictures)
    draw = lambda *shape: torch.rand(*shape, generator=generator) * 2 - 1
    scale = torch.exp(draw(count) * .22)
    shift = draw(count, 2) * .12
    stretch = torch.exp(draw(count) * .06)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = scale * stretch, scale / stretch
    theta[:, :, 2] = shift
    mirror = draw(count) > 0
    theta[:, 0, 0] *= 1 - 2 * mirror.float()
    grid = F.affine_grid(theta, list(pictures.shape), align_corners=False)
    border = torch.full((1, 3, 1, 1), 114.0)
    pictures = F.grid_sample(pictures - border, grid, padding_mode="zeros", align_corners=False) + border
    gain = (1 + draw(count, 1, 1, 1) * .3) * (1 + draw(count, 3, 1, 1) * .06)
    pictures = (pictures * gain + draw(count, 1, 1, 1) * 25).clamp(0, 255)
    size = torch.tensor([WIDTH, HEIGHT], dtype=torch.float32)
    moved = (plates / size * 2 - 1 - shift[:, None, None]) / torch.stack([theta[:, 0, 0], theta[:, 1, 1]], -1)[:, None, None]
    moved = (moved + 1) / 2 * size
    moved = torch.where(mirror[:, None, None, None], moved[:, :, [1, 0, 3, 2]], moved)
    return pictures, moved, known


def targets_of(plates, known):
    """The map of scores, and for each place the corners it is to give and how much they count."""
    count, rows, columns = len(plates), HEIGHT // STRIDE, WIDTH // STRIDE
    y, x = torch.meshgrid(torch.arange(rows) + .5, torch.arange(columns) + .5, indexing="ij")
    heat = torch.zeros(count, rows, columns)
    corners = torch.zeros(count, 8, rows, columns)
    weight = torch.zeros(count, rows, columns)
    for index in range(count):
        for plate in plates[index][known[index]]:
            middle = plate.mean(0) / STRIDE
            span = (plate.max(0).values - plate.min(0).values) / STRIDE
            inside = 0 <= middle[0] < columns and 0 <= middle[1] < rows
            if not inside or span[0] * STRIDE < 12:
                continue
            sigma = (span / torch.tensor([7.0, 4.0])).clamp(.55, 2.5)
            bump = torch.exp(-((x - middle[0]) ** 2 / (2 * sigma[0] ** 2) + (y - middle[1]) ** 2 / (2 * sigma[1] ** 2)))
            bump[int(middle[1]), int(middle[0])] = 1
            nearer = bump > heat[index]
            heat[index] = torch.where(nearer, bump, heat[index])
            offsets = torch.stack([plate[:, 0, None, None] - x * STRIDE, plate[:, 1, None, None] - y * STRIDE], 1) / UNIT
            counts = nearer & (bump > .45)
            corners[index] = torch.where(counts, offsets.reshape(8, rows, columns), corners[index])
            weight[index] = torch.where(counts, bump * UNIT / (span[0] * STRIDE + 16), weight[index])
    return heat, corners, weight


def loss_of(finder, pictures, plates, known):
    scores, corners = finder(pictures)
    heat, wanted, weight = targets_of(plates, known)
    scores = scores[:, 0].float()
    sure, log, log_not = scores.sigmoid(), F.logsigmoid(scores), F.logsigmoid(-scores)
    peak = heat == 1
    focal = torch.where(peak, (1 - sure) ** 2 * log, (1 - heat) ** 4 * sure ** 2 * log_not)
    number = peak.sum().clamp(min=1)
    found = -focal.sum() / number
    # Nearness counts along the plate's width; its height is a fraction of that and wants as much care.
    stress = torch.tensor([1.0, 2.0] * 4)[None, :, None, None]
    placed = (F.smooth_l1_loss(corners.float(), wanted, reduction="none", beta=.05) * stress * weight[:, None]).sum()
    placed = placed / weight.gt(0).sum().clamp(min=1)
    return found + CORNER_WEIGHT * placed, found, placed


def peaks(output, floor=FLOOR):
    """What `models/src/plate/corners.rs` does: maxima of 3 x 3, corners in pixels, overlaps taken out."""
    scores, offsets = output[0], output[1:]
    best = F.max_pool2d(torch.from_numpy(scores)[None, None], 3, 1, 1)[0, 0].numpy()
    found = []
    for y, x in zip(*np.where((scores >= floor) & (scores == best))):
        corners = offsets[:, y, x].reshape(4, 2) * UNIT + np.array([x + .5, y + .5]) * STRIDE
        found.append((scores[y, x], corners))
    found.sort(key=lambda f: -f[0])
    kept = []
    for score, corners in found:
        if all(overlap(corners, other) <= .3 for _, other in kept):
            kept.append((score, corners))
    return kept


def overlap(a, b):
    """Intersection over union of the boxes round two quadrilaterals."""
    low, high = np.maximum(a.min(0), b.min(0)), np.minimum(a.max(0), b.max(0))
    shared = np.prod(np.maximum(high - low, 0))
    return shared / (np.prod(np.ptp(a, axis=0)) + np.prod(np.ptp(b, axis=0)) - shared + 1e-9)


def measure(run, arrays, count=None, floor=FLOOR):
    """Recall at an overlap of half, precision, mean overlap. `run` gives a 9 x 24 x 32 map for a picture."""
    pictures, plates = arrays
    hits = wanted_total = said_total = 0
    overlaps, errors = [], []
    for index in range(count or len(pictures)):
        wanted = [p for p in plates[index] if p[0, 0] >= 0]
        said = peaks(run(pictures[index]), floor)
        wanted_total += len(wanted)
        said_total += len(said)
        for plate in wanted:
            best = max(((overlap(plate, corners), corners) for _, corners in said), default=(0, None), key=lambda b: b[0])
            if best[0] >= .5:
                hits += 1
                overlaps.append(best[0])
                errors.append(np.abs(best[1] - plate).mean() / np.ptp(plate[:, 0]))
    return {"recall": hits / max(wanted_total, 1), "precision": hits / max(said_total, 1),
            "overlap": float(np.mean(overlaps or [0])), "corner error / width": float(np.mean(errors or [0]))}


def torch_run(finder):
    @torch.no_grad()
    def run(picture):
        score, corners = finder(torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float())
        return torch.cat([score.sigmoid(), corners], 1)[0].numpy()
    return run


def main():
    said = argparse.ArgumentParser()
    said.add_argument("folder", type=Path)
    said.add_argument("--threads", type=int, default=1)
    said.add_argument("--steps", type=int, default=STEPS)
    said = said.parse_args()
    folder, steps = said.folder, said.steps
    torch.set_num_threads(said.threads)
    torch.manual_seed(3)
    generator = torch.Generator().manual_seed(4)
    order_rng = np.random.default_rng(5)
    make(folder, "finder-held", HELD)
    make(folder, "finder", SAMPLES)
    arrays, held = load(folder, "finder"), load(folder, "finder-held")
    finder = Finder().to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(finder.parameters(), PEAK, weight_decay=.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / WARM, .5 + .5 * np.cos(np.pi * max(0, s - WARM) / (steps - WARM)) + 1e-3))
    started, order, at, means = time.time(), None, 0, np.zeros(2)
    for step in range(steps):
        if order is None or at + BATCH > len(order):
            order, at = order_rng.permutation(SAMPLES), 0
        pictures, plates, known = batch_of(arrays, np.sort(order[at:at + BATCH]), generator)
        at += BATCH
        loss, found, placed = loss_of(finder, pictures.to(memory_format=torch.channels_last), plates, known)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(finder.parameters(), 10.0)
        optimiser.step()
        schedule.step()
        means += (np.array([found.item(), placed.item()]) - means) * (.02 if step > 50 else 1 / (step + 1))
        if step % 100 == 99:
            told = ""
            if step % 1000 == 999:
                finder.eval()
                told = f" held-out {measure(torch_run(finder), held, 300)}"
                finder.train()
                torch.save(finder.state_dict(), folder / "finder.pt")
            print(f"step {step + 1} found {means[0]:.4f} placed {means[1]:.4f} after {time.time() - started:.0f} s{told}",
                  flush=True)
    torch.save(finder.state_dict(), folder / "finder.pt")
    finder.eval()
    print(f"done in {time.time() - started:.0f} s; held-out {measure(torch_run(finder), held)}")


if __name__ == "__main__":
    main()
