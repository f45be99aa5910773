"""Writes a model of one MatMul whose weight is ternary but for one element."""

import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

weight = np.tile(np.float32([0.5, 0, -0.5, 0.5]), (16, 2))
weight[3, 0] = 0.499
graph = helper.make_graph(
    [helper.make_node("MatMul", ["x", "w"], ["y"], name="product")], "g",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ("n", 16))],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ("n", 8))],
    [numpy_helper.from_array(weight, "w")])
save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), sys.argv[1])
