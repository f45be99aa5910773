"""Writes a model whose names are markup, control characters, and no UTF-8.

usage: hostile_names.py FILE
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NAMES = ["<script>alert(1)</script>", "\"'><img src=x>\x1b[31m\u202e", "placeholder"]


def main():
    nodes, value = [], "x"
    for i, name in enumerate(NAMES):
        nodes.append(helper.make_node("MatMul", [value, f"w{i}"], [f"y{i}"], name=name))
        value = f"y{i}"
    random = np.random.default_rng(0)
    weights = [numpy_helper.from_array(random.standard_normal((4, 4)).astype(np.float32), f"w{i}")
               for i in range(len(NAMES))]
    tensors = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [2, 4]) for n in ("x", value)]
    graph = helper.make_graph(nodes, "</title><b>", tensors[:1], tensors[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    data = model.SerializeToString().replace(b"placeholder", b"\xff\xfe bytes!\x80\x81")
    with open(sys.argv[1], "wb") as file:
        file.write(data)


if __name__ == "__main__":
    main()
