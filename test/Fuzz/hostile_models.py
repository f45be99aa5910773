"""Small files that ask for much: long chains, wide nodes, nested calls, huge sizes."""

import string

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

node = helper.make_node


def value(name: str, shape, dtype: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, dtype, shape)


def constant(name: str, numbers, dtype=np.int64) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(numbers, dtype), name)


def model(nodes, constants=(), shape=(2, 3), functions=()) -> onnx.ModelProto:
    graph = helper.make_graph(nodes, "hostile", [value("x", shape)], [value("y", None)], list(constants))
    opsets = [helper.make_opsetid("", 23), helper.make_opsetid("local", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=11, functions=list(functions))


def chain(operator: str, length: int, *others: str, constants=(), shape=(2, 3), **attributes) -> onnx.ModelProto:
    """y = f(f(...f(x, others)..., others), others)."""
    nodes = [node(operator, [f"v{i}", *others], [f"v{i + 1}"], name=f"link{i}", **attributes) for i in range(length)]
    nodes[0].input[0], nodes[-1].output[0] = "x", "y"
    return model(nodes, constants, shape)


def doubling_functions(levels: int) -> onnx.ModelProto:
    """Each function calls the one before twice."""
    opsets = [helper.make_opsetid("", 23), helper.make_opsetid("local", 1)]
    functions = [helper.make_function("local", "F0", ["a"], ["b"], [node("Relu", ["a"], ["b"])], opsets)]
    for level in range(1, levels + 1):
        calls = [node(f"F{level - 1}", [a], [b], domain="local") for a, b in ("am", "mb")]
        functions.append(helper.make_function("local", f"F{level}", ["a"], ["b"], calls, opsets))
    return model([node(f"F{levels}", ["x"], ["y"], domain="local")], functions=functions)


def branches(depth: int) -> onnx.ModelProto:
    """Each branch holds two of the next."""
    body = helper.make_graph([node("Relu", ["x"], ["z"])], "leaf", [], [value("z", None)])
    for _ in range(depth):
        body = helper.make_graph([node("If", ["x"], ["z"], then_branch=body, else_branch=body)], "branch", [],
                                 [value("z", None)])
    return model([body.node[0], node("Relu", ["z"], ["y"])])


def split_and_concat(parts: int) -> onnx.ModelProto:
    names = [f"part{i}" for i in range(parts)]
    return model([node("Split", ["x"], names, num_outputs=parts, axis=0), node("Concat", names, ["y"], axis=0)],
                 shape=[parts])


def shrinking_slices(count: int) -> onnx.ModelProto:
    """Each leaves out the last row of the one before."""
    ends = [constant(f"end{i}", [count - i]) for i in range(count)]
    nodes = [node("Slice", [f"v{i}" if i else "x", "zero", f"end{i}"], [f"v{i + 1}" if i + 1 < count else "y"])
             for i in range(count)]
    return model(nodes, [constant("zero", [0]), *ends], (count + 1, 3))


def initializers(count: int) -> onnx.ModelProto:
    """A sum of `count` constants."""
    nodes = [node("Add", [f"v{i}", f"w{i}"], [f"v{i + 1}"]) for i in range(count)]
    nodes[0].input[0], nodes[-1].output[0] = "x", "y"
    return model(nodes, [constant(f"w{i}", [i, 1, 1], np.float32) for i in range(count)])


def einsum_of_many_letters() -> onnx.ModelProto:
    letters = string.ascii_letters[:16]
    return model([node("Einsum", ["x", "x"], ["y"], equation=f"{letters},{letters}->{letters[::-1]}")], shape=[1] * 16)


ONE = constant("one", [1])
HUGE = 1 << 36

# By name: whether the model compiles, and how to make it.
MODELS = {
    "sums": (True, lambda: chain("Add", 8000, "x")),
    "sums-of-unknown-sizes": (True, lambda: chain("Add", 5000, "x", shape=("n", "m"))),
    "softmaxes": (True, lambda: chain("Softmax", 2000)),
    "norms": (True, lambda: chain("LayerNormalization", 1000, "scale", constants=[constant("scale", [1] * 3, np.float32)])),
    "products": (True, lambda: chain("MatMul", 2000, "w", constants=[constant("w", np.ones((3, 3)), np.float32)])),
    "doubled-sums": (True, lambda: chain("Add", 60, "x")),
    "too-many-nodes": (False, lambda: chain("Relu", 20000)),
    "doubling-functions": (False, lambda: doubling_functions(40)),
    "doubling-branches": (False, lambda: branches(13)),
    "unused-branches": (True, lambda: model([*branches(2).graph.node[:1], node("Relu", ["x"], ["y"])])),
    "doubling-concats": (True, lambda: model([node("Concat", ["x" if i == 0 else f"v{i}"] * 2, [f"v{i + 1}" if i < 29 else "y"], axis=0) for i in range(30)])),
    "wide-concat": (True, lambda: model([node("Concat", ["x"] * 16000, ["y"], axis=0)])),
    "wide-sum": (True, lambda: model([node("Sum", ["x"] * 8000, ["y"])])),
    "wide-split": (True, lambda: split_and_concat(3000)),
    "initializers": (True, lambda: initializers(5000)),
    "large-constant": (True, lambda: model([node("Gather", ["x", "w"], ["y"])], [constant("w", np.zeros(120_000))])),
    "shape-of-many-numbers": (False, lambda: model([node("ConstantOfShape", ["w"], ["y"])], [constant("w", np.ones(120_000))])),
    "huge-fill": (True, lambda: model([node("ConstantOfShape", ["w"], ["y"])], [constant("w", [HUGE])])),
    "huge-tile": (True, lambda: model([node("Tile", ["x", "w"], ["y"])], [constant("w", [HUGE, 1])])),
    "huge-pad": (True, lambda: model([node("Pad", ["x", "w"], ["y"])], [constant("w", [0, 0, HUGE, 0])])),
    "huge-expand": (True, lambda: model([node("Expand", ["x", "w"], ["y"])], [constant("w", [HUGE, 2, 3])])),
    "many-letters": (False, einsum_of_many_letters),
    "many-obstacles": (False, lambda: model([node(f"Unknown{i}", [f"v{i}" if i else "x"], [f"v{i + 1}" if i < 8999 else "y"]) for i in range(9000)])),
    "many-outputs": (True, lambda: model([node("Split", ["x"], [f"v{i}" for i in range(16000)], num_outputs=16000, axis=0), node("Relu", ["v3"], ["y"])], shape=[16000])),
    "many-slices": (True, lambda: chain("Slice", 2000, "zero", "two", constants=[constant("zero", [0]), constant("two", [2])], shape=("n", 3))),
    "shrinking-slices": (True, lambda: shrinking_slices(1500)),
    "growing-concats": (True, lambda: model([node("Concat", ["x" if i == 0 else f"v{i}", "x"], [f"v{i + 1}" if i < 999 else "y"], axis=0) for i in range(1000)], shape=("n", 3))),
    "scatters": (True, lambda: chain("ScatterND", 1500, "places", "rows", constants=[constant("places", [[0]]), constant("rows", [[1, 2, 3]], np.float32)], shape=("n", 3))),
    "many-heads": (False, lambda: model([node("Attention", ["x"] * 3, ["y"], q_num_heads=1 << 40, kv_num_heads=1 << 40)], shape=[1, 4, 64])),
}
