"""Small files that ask for much: long chains, wide nodes, nested calls, huge sizes."""

import string

import numpy as np
import onnx
from onnx import helper

from chains import CHAINS, chain, constant, model, node, value, wide_attentions


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
    "sums": (True, lambda: chain("Add", 8000, "x", shape=(2, 3))),
    "sums-of-unknown-sizes": (True, lambda: chain("Add", 5000, "x", shape=("n", "m"))),
    "softmaxes": (True, lambda: CHAINS["Softmax"](600)),
    "many-softmaxes": (False, lambda: CHAINS["Softmax"](2000)),
    "softmaxes-of-all-sizes": (True, lambda: CHAINS["Softmax, other sizes each"](25)),
    "attentions": (True, lambda: CHAINS["Attention"](160)),
    "many-attentions": (False, lambda: CHAINS["Attention"](9900)),
    "attentions-of-all-sizes": (True, lambda: CHAINS["Attention, other sizes each"](30)),
    "many-attentions-of-all-sizes": (False, lambda: CHAINS["Attention, other sizes each"](80)),
    "wide-attentions": (True, lambda: CHAINS["Attention, heads of 1000"](3)),
    "many-wide-attentions": (False, lambda: CHAINS["Attention, heads of 1000"](20)),
    "widest-attention": (False, lambda: wide_attentions(1, 1 << 39)),
    "deep-reductions": (True, lambda: CHAINS["ReduceMax, eight dimensions"](20)),
    "many-deep-reductions": (False, lambda: CHAINS["ReduceMax, eight dimensions"](400)),
    "ports": (True, lambda: CHAINS["inputs and outputs"](250)),
    "many-ports": (False, lambda: CHAINS["inputs and outputs"](4500)),
    "norms": (True, lambda: CHAINS["LayerNormalization"](600)),
    "many-norms": (False, lambda: CHAINS["LayerNormalization"](9900)),
    "products": (True, lambda: CHAINS["MatMul"](600)),
    "many-products": (False, lambda: CHAINS["MatMul"](9900)),
    "unknown-products": (True, lambda: CHAINS["MatMul, unknown sizes"](1900)),
    "places": (True, lambda: CHAINS["NonZero"](500)),
    "many-places": (False, lambda: CHAINS["NonZero"](2000)),
    "quantizers": (True, lambda: CHAINS["DynamicQuantizeLinear"](400)),
    "many-quantizers": (False, lambda: CHAINS["DynamicQuantizeLinear"](4000)),
    "hadamards": (True, lambda: CHAINS["MatMul, Hadamard matrices"](80)),
    "doubled-sums": (True, lambda: chain("Add", 60, "x", shape=(2, 3))),
    "too-many-nodes": (False, lambda: chain("Relu", 20000, shape=(2, 3))),
    "doubling-functions": (False, lambda: doubling_functions(40)),
    "doubling-branches": (False, lambda: branches(13)),
    "unused-branches": (True, lambda: model([*branches(2).graph.node[:1], node("Relu", ["x"], ["y"])])),
    "doubling-concats": (True, lambda: model([node("Concat", ["x" if i == 0 else f"v{i}"] * 2, [f"v{i + 1}" if i < 29 else "y"], axis=0) for i in range(30)])),
    "wide-concat": (True, lambda: model([node("Concat", ["x"] * 16000, ["y"], axis=0)])),
    "wide-sum": (True, lambda: model([node("Sum", ["x"] * 8000, ["y"])])),
    "wide-split": (True, lambda: split_and_concat(1500)),
    "wider-split": (False, lambda: split_and_concat(3000)),
    "initializers": (True, lambda: initializers(3000)),
    "large-constant": (True, lambda: model([node("Gather", ["x", "w"], ["y"])], [constant("w", np.zeros(120_000))])),
    "shape-of-many-numbers": (False, lambda: model([node("ConstantOfShape", ["w"], ["y"])], [constant("w", np.ones(120_000))])),
    "huge-fill": (True, lambda: model([node("ConstantOfShape", ["w"], ["y"])], [constant("w", [HUGE])])),
    "huge-tile": (True, lambda: model([node("Tile", ["x", "w"], ["y"])], [constant("w", [HUGE, 1])])),
    "huge-pad": (True, lambda: model([node("Pad", ["x", "w"], ["y"])], [constant("w", [0, 0, HUGE, 0])])),
    "huge-expand": (True, lambda: model([node("Expand", ["x", "w"], ["y"])], [constant("w", [HUGE, 2, 3])])),
    "many-letters": (False, einsum_of_many_letters),
    "many-obstacles": (False, lambda: model([node(f"Unknown{i}", [f"v{i}" if i else "x"], [f"v{i + 1}" if i < 8999 else "y"]) for i in range(9000)])),
    "many-outputs": (True, lambda: model([node("Split", ["x"], [f"v{i}" for i in range(16000)], num_outputs=16000, axis=0), node("Relu", ["v3"], ["y"])], shape=[16000])),
    "many-slices": (True, lambda: CHAINS["Slice"](2000)),
    "shrinking-slices": (True, lambda: shrinking_slices(1500)),
    "growing-concats": (True, lambda: CHAINS["Concat"](350)),
    "many-growing-concats": (False, lambda: CHAINS["Concat"](1600)),
    "scatters": (True, lambda: CHAINS["ScatterND"](1500)),
    "many-heads": (False, lambda: model([node("Attention", ["x"] * 3, ["y"], q_num_heads=1 << 40, kv_num_heads=1 << 40)], shape=[1, 4, 64])),
}
