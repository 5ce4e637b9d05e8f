"""Writes the trained networks as ONNX, in f32 and with int8 weights and activations, and measures both.

    python export.py FOLDER ../../weights

The int8 files go to the weights' folder, with the figures of both in FOLDER/figures.json; the f32 files stay in FOLDER.
"""

import hashlib
import json
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

import train_finder
from make_sets import make
from networks import Finder, FinderForExport, Reader, ReaderForExport
from render import ALPHABET, BLANK, READER_HEIGHT, READER_WIDTH, SLOTS
from scene import HEIGHT, WIDTH

CALIBRATION = 300
HELD_SETS = {"reader-gate": 3_000, "reader-held": 3_000, "reader-unseen": 2_000, "finder-held": 1_500}


class Pictures(CalibrationDataReader):
    def __init__(self, pictures):
        self.each = iter(pictures)

    def get_next(self):
        picture = next(self.each, None)
        return None if picture is None else {"images": planes(picture)}


def planes(picture):
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None], dtype=np.float32)


def write(network, shape, output, path):
    network.eval()
    torch.onnx.export(network, (torch.zeros(shape),), str(path), input_names=["images"], output_names=[output],
                      opset_version=17, dynamo=False, do_constant_folding=True)
    model = onnx.load(str(path))
    onnx.checker.check_model(model)
    return model


def quantise(source, target, pictures, left_out):
    """Static QDQ. `left_out` says by name which nodes stay in floating point."""
    prepared = source.with_name(source.stem + "-prepared.onnx")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    nodes = [node.name for node in onnx.load(str(prepared)).graph.node if left_out(node)]
    quantize_static(str(prepared), str(target), Pictures(pictures), quant_format=QuantFormat.QDQ, per_channel=True,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, nodes_to_exclude=nodes,
                    calibrate_method=CalibrationMethod.Percentile,
                    extra_options={"CalibPercentile": 99.99, "ActivationSymmetric": False},
                    op_types_to_quantize=["Conv", "MatMul", "Gemm"])
    prepared.unlink()


FINDER = """task = "plate-detection"

[input]
name = "images"
width = 256
height = 192
colour = "rgb"
range = "0..255"
letterbox = "centre"
pad = 114

[output]
decoder = "plate-corners"
names = ["plates"]

[classes]
names = ["plate"]
map = { plate = "plate" }
"""
READER = f"""task = "plate-reading"

[input]
name = "images"
width = {READER_WIDTH}
height = {READER_HEIGHT}
colour = "rgb"
range = "0..255"
letterbox = "stretch"

[output]
decoder = "plate-slots"
names = ["slots"]
slots = {SLOTS}
alphabet = "{ALPHABET}"
pad = "{BLANK}"
"""


def manifest(path, rest):
    """Writes the `model.toml` beside a model."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".toml").write_text(
        f'# Written by models/training/plates/export.py; the card is {path.stem}.md.\nfile = "{path.name}"\n'
        f'sha256 = "{digest}"\nlicence = "Apache-2.0"\nsource = "models/training/plates"\n{rest}')


def session(path):
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


LOOK_ALIKE = str.maketrans("OQI", "001")


def reader_figures(path, arrays):
    """Exact reads and characters; exact reads of plates of one line and of two, and of one line with O, Q and 0 taken
    for one character and I and 1 for another, which some fonts do not tell apart."""
    crops, labels, places = arrays
    run = session(path)
    text = lambda slots: "".join(ALPHABET[slot] for slot in slots)
    exact, folded, two_lines, right, total = [], [], [], 0, 0
    for crop, label, place in zip(crops, labels, places):
        said = run.run(None, {"images": planes(crop)})[0][0].argmax(-1)
        real = label != ALPHABET.index(BLANK)
        exact.append(bool((said == label).all()))
        folded.append(text(said).translate(LOOK_ALIKE) == text(label).translate(LOOK_ALIKE))
        two_lines.append(bool((np.diff(place[real, 0]) < -.02).any()))
        right += int((said == label)[real].sum())
        total += int(real.sum())
    exact, folded, two_lines = map(np.array, (exact, folded, two_lines))
    return {"exact": float(exact.mean()), "characters": right / total, "one line": float(exact[~two_lines].mean()),
            "two lines": float(exact[two_lines].mean()), "one line, O=Q=0, I=1": float(folded[~two_lines].mean())}


def finder_figures(path, arrays):
    run = session(path)
    return train_finder.measure(lambda picture: run.run(None, {"images": planes(picture)})[0][0], arrays)


def speed(path, picture):
    run, feed = session(path), {"images": planes(picture)}
    for _ in range(10):
        run.run(None, feed)
    times = []
    for _ in range(60):
        started = time.perf_counter()
        run.run(None, feed)
        times.append(time.perf_counter() - started)
    return float(np.median(times) * 1e3)


def main():
    folder, weights = Path(sys.argv[1]), Path(sys.argv[2])
    which = sys.argv[3:] or ["reader", "finder"]
    weights.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for name, count in HELD_SETS.items():
        if name.split("-")[0] in which:
            make(folder, name, count, processes=1)
    load = lambda name, part: np.load(folder / f"{name}-{part}.npy", mmap_mode="r")
    noted = folder / "figures.json"
    figures = json.loads(noted.read_text()) if noted.exists() else {}

    if "reader" in which:
        reader = Reader()
        reader.load_state_dict(torch.load(folder / "reader.pt"))
        plain, small = folder / "plate-reader-f32.onnx", weights / "plate-reader.onnx"
        write(ReaderForExport(reader), (1, 3, READER_HEIGHT, READER_WIDTH), "slots", plain)
        quantise(plain, small, load("reader", "crops")[:CALIBRATION], lambda node: node.op_type == "MatMul" or
                 node.op_type == "Gemm" or "place" in node.name)
        for path in (plain, small):
            figures[path.name] = {
                "bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                **{name: reader_figures(path, [load(name, part) for part in ("crops", "labels", "places")])
                   for name in HELD_SETS if name.startswith("reader")},
                "ms": speed(path, load("reader-held", "crops")[0]),
            }
            print(path.name, figures[path.name], flush=True)
        manifest(small, READER)
    if "finder" in which:
        finder = Finder()
        finder.load_state_dict(torch.load(folder / "finder.pt"))
        plain, small = folder / "plate-finder-f32.onnx", weights / "plate-finder.onnx"
        write(FinderForExport(finder), (1, 3, HEIGHT, WIDTH), "plates", plain)
        quantise(plain, small, load("finder", "pictures")[:CALIBRATION],
                 lambda node: any(part in node.name for part in ("/merge", "/last", "/score", "/corners")))
        for path in (plain, small):
            figures[path.name] = {
                "bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "held": finder_figures(path, (load("finder-held", "pictures"), load("finder-held", "plates"))),
                "ms": speed(path, load("finder-held", "pictures")[0]),
            }
            print(path.name, figures[path.name], flush=True)
        manifest(small, FINDER)
    noted.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
