"""Writes the trained network as ONNX: float, and quantised to int8 where that does no harm.

The graph is written node by node, batch normalisation and input scaling folded into the convolutions, so that nothing
in it depends on an exporter's version and no size is baked in: the engine rewrites the input's height and width.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from network import CLASSES, SPREAD, STRIDES

SIDE = 384


class Graph:
    def __init__(self):
        self.nodes, self.weights = [], []

    def add(self, kind, inputs, name, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name, value):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def conv(self, x, module, name):
        """A `network.Conv` or a plain `Conv2d`, with what follows it folded in."""
        plain = getattr(module, "conv", module)
        weight = plain.weight.detach().double().numpy()
        if plain is module:
            bias = plain.bias.detach().double().numpy()
        else:
            norm = module.norm
            gain = (norm.weight / (norm.running_var + norm.eps).sqrt()).detach().double().numpy()
            bias = norm.bias.detach().double().numpy() - norm.running_mean.double().numpy() * gain
            weight = weight * gain[:, None, None, None]
        side, stride = plain.kernel_size[0], plain.stride[0]
        if side == 6:
            # The stem: 6x6 of stride 4 is 3x3 of stride 2 over the 2x2 patches of SpaceToDepth, whose channels are
            # ordered patch row, patch column, colour.
            x = self.add("SpaceToDepth", [x], "patches", blocksize=2)
            outputs = weight.shape[0]
            weight = weight.reshape(outputs, 3, 3, 2, 3, 2).transpose(0, 3, 5, 1, 2, 4).reshape(outputs, 12, 3, 3)
            weight, side, stride = weight / SPREAD, 3, 2
        inputs = [x, self.constant(f"{name}.weight", weight.astype(np.float32)),
                  self.constant(f"{name}.bias", bias.astype(np.float32))]
        out = self.add("Conv", inputs, name, kernel_shape=[side, side], strides=[stride, stride],
                       pads=[side // 2] * 4)
        if getattr(module, "relu", False):
            out = self.add("Relu", [out], f"{name}.relu")
        return out

    def up(self, x, name):
        return self.add("Resize", [x, "", "double"], name, mode="nearest",
                        coordinate_transformation_mode="asymmetric", nearest_mode="floor")


def float_model(network):
    """The float network as an ONNX model, opset 17."""
    network = network.eval()
    g = Graph()
    g.constant("double", np.float32([1, 1, 2, 2]))
    x, levels = "images", []
    for i, stage in enumerate(network.stages):
        for j, layer in enumerate(stage):
            name = f"stage{i}.{j}"
            if hasattr(layer, "conv"):
                x = g.conv(x, layer, name)
            else:
                y = g.conv(g.conv(x, layer.first, f"{name}.first"), layer.second, f"{name}.second")
                x = g.add("Relu", [g.add("Add", [x, y], f"{name}.sum")], f"{name}.out")
        if i >= 1:
            levels.append(x)
    l3, l4, l5 = (g.conv(x, m, f"lateral{i}") for i, (m, x) in enumerate(zip(network.lateral, levels)))
    n5 = g.add("Relu", [l5], "n5")

    def join(a, b, name):
        return g.add("Relu", [g.add("Add", [a, b], f"{name}.sum")], name)

    n4 = g.conv(join(l4, g.up(n5, "up5"), "top4"), network.up_mix[0], "mix4")
    n3 = g.conv(join(l3, g.up(n4, "up4"), "top3"), network.up_mix[1], "mix3")
    n4 = join(n4, g.conv(n3, network.down[0], "down3"), "bottom4")
    n5 = join(n5, g.conv(n4, network.down[1], "down4"), "bottom5")

    g.constant("flat", np.int64([0, 0, -1]))
    cells = []
    for i, (n, head) in enumerate(zip((n3, n4, n5), network.heads)):
        box = g.conv(g.conv(n, head.box_branch, f"head{i}.box_branch"), head.box, f"head{i}.box")
        classes = g.conv(g.conv(n, head.class_branch, f"head{i}.class_branch"), head.classes, f"head{i}.classes")
        level = g.add("Concat", [box, classes], f"head{i}.all", axis=1)
        cells.append(g.add("Reshape", [level, "flat"], f"head{i}.flat"))
    every = g.add("Concat", cells, "cells", axis=2)
    rows = g.add("Transpose", [every], "rows", perm=[0, 2, 1])
    g.constant("split", np.int64([4, 1 + len(CLASSES)]))
    g.nodes.append(helper.make_node("Split", [rows, "split"], ["boxes", "logits"], name="split_rows", axis=2))
    g.add("Concat", ["boxes", g.add("Sigmoid", ["logits"], "scores")], "output", axis=2)

    count = sum((SIDE // s) ** 2 for s in STRIDES)
    graph = helper.make_graph(
        g.nodes, "vokter-detector",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, count, 5 + len(CLASSES)])],
        g.weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="vokter")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    return model


def reshaped(model, width, height):
    """The model with another input size, as the engine makes it (`models/src/reshape.rs`)."""
    out = onnx.ModelProto()
    out.CopyFrom(model)
    dims = out.graph.input[0].type.tensor_type.shape.dim
    dims[2].dim_value, dims[3].dim_value = height, width
    out.graph.output[0].type.tensor_type.ClearField("shape")
    del out.graph.value_info[:]
    return out


class Pictures:
    """Feeds `onnxruntime.quantization` float tensors of the model's square input."""

    def __init__(self, tensors):
        self.rest = iter(tensors)

    def get_next(self):
        tensor = next(self.rest, None)
        return None if tensor is None else {"images": tensor}


def float_names(model):
    """Nodes that stay in float: the heads' last convolutions and all from the concatenation of the levels on."""
    names = set()
    for node in model.graph.node:
        if node.name.startswith(("head", "cells", "rows", "split_rows", "scores", "output")):
            if not node.name.endswith(("branch", "branch.relu")):
                names.add(node.name)
    return sorted(names)


def quantise(model, source, target, tensors):
    """Static int8 (QDQ, weights a scale a channel), calibrated on `tensors`."""
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

    onnx.save(model, source)
    quantize_static(
        source, target, Pictures(tensors), quant_format=QuantFormat.QDQ, per_channel=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, nodes_to_exclude=float_names(model),
        calibrate_method=CalibrationMethod.MinMax, extra_options={"ActivationSymmetric": False})
    made = onnx.load(target)
    made.producer_name, made.producer_version = "vokter", ""
    onnx.save(made, target)


def main():
    import argparse
    from pathlib import Path

    import torch

    import data
    from network import Detector

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("checkpoint")
    arguments.add_argument("out", help="the int8 network; the float one goes beside it as .float.onnx")
    arguments.add_argument("--scenes", help="synthetic training pictures to calibrate on")
    arguments.add_argument("--clips", required=True, help="`clips.pickle` of the training run, to calibrate on")
    given = arguments.parse_args()
    network = Detector()
    network.load_state_dict(torch.load(given.checkpoint)["average"])
    made = data.synthetic(given.scenes) if given.scenes else None
    source = data.Source(5, data.Clips(given.clips), made, 0.5)
    tensors = []
    for _ in range(160):
        # Views of training pictures, in the square input's upper part.
        canvas = np.full((SIDE, SIDE, 3), data.PAD, np.uint8)
        canvas[:data.VIEW[1]] = source.sample()[0]
        tensors.append(canvas.transpose(2, 0, 1)[None].astype(np.float32))
    quantise(float_model(network), str(Path(given.out).with_suffix(".float.onnx")), given.out, tensors)


if __name__ == "__main__":
    main()
