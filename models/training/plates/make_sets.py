"""Draws the sets that the networks learn from and are judged by, once, into memory-mapped arrays.

    python make_sets.py reader FOLDER 100000
    python make_sets.py finder FOLDER 12000

Sample i of a set follows from the set's seed and i alone, so the number of processes changes nothing.
"""

import sys
import time
from multiprocessing import Pool
from pathlib import Path

import numpy as np

import render

CHUNK = 500
LEARNED_TWO_LINES = .25  # more than the sets that judge have: they are the hardest, and the rarest
SEEDS = {"reader": 15, "reader-held": 12, "reader-unseen": 13, "reader-gate": 14, "finder": 21, "finder-held": 22}


def reader_chunk(job):
    folder, name, first, count = job
    crops = np.lib.format.open_memmap(folder / f"{name}-crops.npy", "r+")
    labels = np.lib.format.open_memmap(folder / f"{name}-labels.npy", "r+")
    places = np.lib.format.open_memmap(folder / f"{name}-places.npy", "r+")
    for index in range(first, first + count):
        rng = np.random.default_rng([SEEDS[name], index])
        learned = name == "reader"
        crop, text, centres = render.reader_sample(
            rng, unseen=name == "reader-unseen", gate=name == "reader-gate" or learned and index % 3 == 0,
            two=LEARNED_TWO_LINES if learned else render.TWO_LINES)
        crops[index], labels[index] = crop, render.encode(text)
        places[index, :len(centres)] = centres
    return count


def finder_chunk(job):
    import scene
    folder, name, first, count = job
    pictures = np.lib.format.open_memmap(folder / f"{name}-pictures.npy", "r+")
    plates = np.lib.format.open_memmap(folder / f"{name}-plates.npy", "r+")
    for index in range(first, first + count):
        rng = np.random.default_rng([SEEDS[name], index])
        pictures[index], found = scene.finder_sample(rng, held=name == "finder-held")
        plates[index, :len(found)] = found
    return count


def make(folder, name, count, processes=2):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / f"{name}-{count}.done"
    if done.exists():
        return
    array = np.lib.format.open_memmap
    if name.startswith("reader"):
        array(folder / f"{name}-crops.npy", "w+", np.uint8, (count, render.READER_HEIGHT, render.READER_WIDTH, 3))
        array(folder / f"{name}-labels.npy", "w+", np.uint8, (count, render.SLOTS))
        array(folder / f"{name}-places.npy", "w+", np.float32, (count, render.SLOTS, 2))[:] = -1
        work = reader_chunk
    else:
        import scene
        array(folder / f"{name}-pictures.npy", "w+", np.uint8, (count, scene.HEIGHT, scene.WIDTH, 3))
        array(folder / f"{name}-plates.npy", "w+", np.float32, (count, scene.MOST_PLATES, 4, 2))[:] = -1
        work = finder_chunk
    started = time.time()
    jobs = [(folder, name, first, min(CHUNK, count - first)) for first in range(0, count, CHUNK)]
    with Pool(processes) as pool:
        made = 0
        for number in pool.imap_unordered(work, jobs):
            made += number
            if made % (CHUNK * 20) < CHUNK:
                print(f"{name}: {made} of {count} after {time.time() - started:.0f} s", flush=True)
    done.write_text(f"{time.time() - started:.0f} s\n")


if __name__ == "__main__":
    make(sys.argv[2], sys.argv[1], int(sys.argv[3]))
