"""Writes the trained network as ONNX: float, and quantised to int8 where that does no harm.

The graph is written node by node, batch normalisation and input scaling folded into the convolutions, so that nothing
in it depends on an exporter's version and no size is baked in: the engine rewrites the input's height and width.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from network import BRANCH, CLASSES, NECK, SPREAD, STRIDES

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
        """A `network.Conv` with what follows it folded in."""
        weight, bias = folded(module)
        side, stride = module.conv.kernel_size[0], module.conv.stride[0]
        if side == 6:
            # The stem: 6x6 of stride 4 is 3x3 of stride 2 over the 2x2 patches of SpaceToDepth, whose channels are
            # ordered patch row, patch column, colour.
            x = self.add("SpaceToDepth", [x], "patches", blocksize=2)
            outputs = weight.shape[0]
            weight = weight.reshape(outputs, 3, 3, 2, 3, 2).transpose(0, 3, 5, 1, 2, 4).reshape(outputs, 12, 3, 3)
            weight, stride = weight / SPREAD, 2
        return self.weighed(x, weight, bias, stride, module.relu, name)

    def weighed(self, x, weight, bias, stride, relu, name):
        side = weight.shape[-1]
        inputs = [x, self.constant(f"{name}.weight", weight.astype(np.float32)),
                  self.constant(f"{name}.bias", bias.astype(np.float32))]
        out = self.add("Conv", inputs, name, kernel_shape=[side, side], strides=[stride, stride],
                       pads=[side // 2] * 4)
        return self.add("Relu", [out], f"{name}.relu") if relu else out

    def last(self, x, name):
        """Channels last, as ONNX Runtime runs convolutions of bytes: nothing is moved."""
        return self.add("Transpose", [x], name, perm=[0, 2, 3, 1])

    def up(self, x, name):
        """Twice as wide and high, each pixel as four.

        With channels last, two pixels side by side are the channels twice, and two rows are the row twice: memory
        copied in long pieces. Resize goes through it byte by byte.
        """
        x = self.last(x, f"{name}.last")
        x = self.add("Concat", [x, x], f"{name}.across", axis=3)
        x = self.add("Reshape", [self.add("Reshape", [x, "wide"], f"{name}.wide"), "lines"], f"{name}.lines")
        x = self.add("Concat", [x, x], f"{name}.down", axis=1)
        x = self.add("Reshape", [x, "tall"], f"{name}.tall")
        return self.add("Transpose", [x], name, perm=[0, 3, 1, 2])

    def head(self, x, head, name):
        """A row of eleven for each place. Both branches are one convolution, and both last ones a product in float."""
        (box, box_bias), (classes, class_bias) = folded(head.box_branch), folded(head.class_branch)
        weight, bias = np.concatenate([box, classes]), np.concatenate([box_bias, class_bias])
        x = self.last(self.weighed(x, weight, bias, 1, True, f"{name}.branch"), f"{name}.last")
        x = self.add("Reshape", [x, "places"], f"{name}.places")
        parts = [part.weight.detach().numpy()[:, :, 0, 0].T for part in (head.box, head.classes)]
        last = np.zeros([sum(sides) for sides in zip(*(part.shape for part in parts))], np.float32)
        last[:parts[0].shape[0], :parts[0].shape[1]] = parts[0]
        last[parts[0].shape[0]:, parts[0].shape[1]:] = parts[1]
        bias = np.concatenate([head.box.bias.detach().numpy(), head.classes.bias.detach().numpy()])
        return self.add("Gemm", [x, self.constant(f"{name}.weight", last), self.constant(f"{name}.bias", bias)], name)


def folded(module):
    """Weight and bias of a `network.Conv`, its batch normalisation within."""
    weight, norm = module.conv.weight.detach().double().numpy(), module.norm
    gain = (norm.weight / (norm.running_var + norm.eps).sqrt()).detach().double().numpy()
    bias = norm.bias.detach().double().numpy() - norm.running_mean.double().numpy() * gain
    return weight * gain[:, None, None, None], bias


def float_model(network):
    """The float network as an ONNX model, opset 17."""
    network = network.eval()
    g = Graph()
    # Shapes for `Graph.up` and `Graph.head`; a 0 is the side that is there.
    shapes = dict(wide=[0, 0, -1, NECK], lines=[-1, 1, 0, NECK], tall=[1, -1, 0, NECK], places=[-1, 2 * BRANCH])
    for name, sides in shapes.items():
        g.constant(name, np.int64(sides))
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

    cells = [g.head(n, head, f"head{i}") for i, (n, head) in enumerate(zip((n3, n4, n5), network.heads))]
    g.constant("first", np.int64([0]))
    every = g.add("Unsqueeze", [g.add("Concat", cells, "cells", axis=0), "first"], "rows")
    g.constant("split", np.int64([4, 1 + len(CLASSES)]))
    g.nodes.append(helper.make_node("Split", [every, "split"], ["boxes", "logits"], name="split_rows", axis=2))
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
    """Nodes that stay in float: the heads' last products and all from the concatenation of the levels on."""
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
