"""Small files that ask for as much as they are long: chains and fans of one operator."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

node = helper.make_node
MICROSOFT = "com.microsoft"


def value(name: str, shape, dtype: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, dtype, shape)


def constant(name: str, numbers, dtype=np.int64) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(numbers, dtype), name)


def floats(name: str, numbers) -> onnx.TensorProto:
    return constant(name, numbers, np.float32)


def model(nodes, constants=(), shape=(2, 3), functions=()) -> onnx.ModelProto:
    graph = helper.make_graph(nodes, "hostile", [value("x", shape)], [value("y", None)], list(constants))
    opsets = [helper.make_opsetid("", 23), helper.make_opsetid("local", 1), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=11, functions=list(functions))


def links(length: int, make, constants=(), shape=("n", 3)) -> onnx.ModelProto:
    """y = f(length - 1, ... f(1, f(0, x))), where make(i, from, to) is nodes that compute f(i, from)."""
    names = ["x", *(f"v{i}" for i in range(1, length)), "y"]
    return model([link for i in range(length) for link in make(i, names[i], names[i + 1])], constants, shape)


def chain(operator: str, length: int, *others: str, constants=(), shape=("n", 3), **attributes) -> onnx.ModelProto:
    """y = f(f(...f(x, others)..., others), others)."""
    return links(length, lambda i, a, b: [node(operator, [a, *others], [b], name=f"link{i}", **attributes)], constants,
                 shape)


def concats(length: int) -> onnx.ModelProto:
    return links(length, lambda i, a, b: [node("Concat", [a, "x"], [b], axis=0)])


def unknown_products(length: int) -> onnx.ModelProto:
    return links(length, lambda i, a, b: [node("MatMul", [a, "x"], [b])], shape=("n", "n"))


def dynamic_quantizers(length: int) -> onnx.ModelProto:
    def link(i, a, b):
        parts = [f"{name}{i}" for name in ("codes", "scale", "zero")]
        return [node("DynamicQuantizeLinear", [a], parts), node("DequantizeLinear", parts, [b])]
    return links(length, link)


def halves(length: int) -> onnx.ModelProto:
    def link(i, a, b):
        parts = [f"first{i}", f"second{i}"]
        return [node("Split", [a], parts, axis=0, num_outputs=2), node("Concat", parts[::-1], [b], axis=0)]
    return links(length, link)


def nonzeros(length: int) -> onnx.ModelProto:
    return links(length, lambda i, a, b: [node("NonZero", [a], [f"places{i}"]), node("Cast", [f"places{i}"], [b], to=1)])


def attentions(length: int, shape=("b", "s", 64)) -> onnx.ModelProto:
    return links(length, lambda i, a, b: [node("Attention", [a] * 3, [b], q_num_heads=4, kv_num_heads=4)], shape=shape)


def wide_attentions(length: int, head_size: int = 1000) -> onnx.ModelProto:
    return links(length, lambda i, a, b: [node("Attention", [a] * 3, [b], q_num_heads=1, kv_num_heads=1)],
                 shape=(1, 4, head_size))


def deep_reductions(length: int) -> onnx.ModelProto:
    return links(length, lambda i, a, b: [node("ReduceMax", [a, f"axis{i % 8}"], [b])],
                 [constant(f"axis{i}", [i]) for i in range(8)], "abcdefgh")


def ports(length: int) -> onnx.ModelProto:
    """As many inputs and outputs."""
    graph = helper.make_graph([node("Relu", [f"x{i}"], [f"y{i}"]) for i in range(length)], "hostile",
                              [value(f"x{i}", ("n", "m")) for i in range(length)],
                              [value(f"y{i}", None) for i in range(length)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11)


def narrowing(length: int, step: int, make, shape, constants=()) -> onnx.ModelProto:
    """A kernel of its own for every link, since the last axis loses `step` elements in each."""
    widths = [step * (length + 8 - i) for i in range(length)]

    def link(i, a, b):
        return [node("Slice", [a, "zero", f"end{i}", "last"], [f"slice{i}"]), *make(i, f"slice{i}", b)]
    ends = [constant(f"end{i}", [width]) for i, width in enumerate(widths)]
    scales = [floats(f"scale{i}", np.ones(width)) for i, width in enumerate(widths)] if "scales" in constants else []
    return links(length, link, [constant("zero", [0]), constant("last", [-1]), *ends, *scales], (*shape, widths[0]))


def narrowing_attentions(length: int, shape=(1, 7)) -> onnx.ModelProto:
    return narrowing(length, 8, lambda i, a, b: [node("Attention", [a] * 3, [b], q_num_heads=8, kv_num_heads=8)], shape)


def narrowing_softmaxes(length: int) -> onnx.ModelProto:
    return narrowing(length, 1, lambda i, a, b: [node("Softmax", [a], [b])], ("n",))


def narrowing_norms(length: int) -> onnx.ModelProto:
    return narrowing(length, 1, lambda i, a, b: [node("LayerNormalization", [a, f"scale{i}"], [b])], ("n",), ("scales",))


def widening_products(length: int, codes: bool = False) -> onnx.ModelProto:
    """A matrix of another size in every link, of floats or ternary."""
    rng, constants = np.random.default_rng(0), []
    for i in range(length):
        shape = (16 + i, 17 + i)
        constants += [constant(f"w{i}", rng.integers(-1, 2, shape), np.int8), floats(f"s{i}", 0.5 + i / 100)] \
            if codes else [floats(f"w{i}", rng.standard_normal(shape))]

    def link(i, a, b):
        if not codes:
            return [node("MatMul", [a, f"w{i}"], [b])]
        return [node("DequantizeLinear", [f"w{i}", f"s{i}"], [f"d{i}"]), node("MatMul", [a, f"d{i}"], [b])]
    return links(length, link, constants, ("n", 16))


def fan(length: int, codes: bool = False) -> onnx.ModelProto:
    """The sum of the products of one input with many matrices, of floats or ternary."""
    rng, constants, nodes = np.random.default_rng(0), [], []
    for i in range(length):
        matrix = rng.integers(-1, 2, (32, 32))
        constants += [constant(f"w{i}", matrix, np.int8), floats(f"s{i}", 0.5 + i / 100)] if codes else \
            [floats(f"w{i}", matrix + i / 100)]
        nodes += [node("DequantizeLinear", [f"w{i}", f"s{i}"], [f"d{i}"])] if codes else []
        nodes += [node("MatMul", ["x", f"{'d' if codes else 'w'}{i}"], [f"y{i}"])]
    return model([*nodes, node("Sum", [f"y{i}" for i in range(length)], ["y"])], constants, ("n", 32))


def hadamards(length: int) -> onnx.ModelProto:
    matrix = np.ones((1, 1))
    while len(matrix) < 16:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return links(length, lambda i, a, b: [node("MatMul", [a, f"w{i}"], [b])],
                 [floats(f"w{i}", matrix * (i + 1)) for i in range(length)], ("n", 16))


def nibbles(length: int) -> onnx.ModelProto:
    rng, constants = np.random.default_rng(0), []
    for i in range(length):
        constants += [constant(f"w{i}", rng.integers(0, 256, (32, 1, 16)), np.uint8), floats(f"s{i}", np.full((32, 1), i))]
    return links(length, lambda i, a, b: [node("MatMulNBits", [a, f"w{i}", f"s{i}"], [b], domain=MICROSOFT, K=32, N=32,
                                               bits=4, block_size=32)], constants, ("n", 32))


SQUARE = floats("w", np.ones((3, 3)))
ROW = floats("scale", [1] * 3)
PLACE = constant("places", [[0]])
# By name: how to make a file that asks for `length` times as much.
CHAINS = {
    "Add": lambda length: chain("Add", length, "x"),
    "Attention": attentions,
    "Attention, known sizes": lambda length: attentions(length, (1, 4, 64)),
    "Attention, other sizes each": narrowing_attentions,
    "Attention, heads of 1000": wide_attentions,
    "Concat": concats,
    "inputs and outputs": ports,
    "CumSum": lambda length: chain("CumSum", length, "axis", constants=[constant("axis", 0)]),
    "DynamicQuantizeLinear": dynamic_quantizers,
    "Einsum": lambda length: chain("Einsum", length, "w", constants=[SQUARE], equation="ij,jk->ik"),
    "GatherElements": lambda length: chain("GatherElements", length, "i", constants=[constant("i", [[0, 2, 1]])], shape=(1, 3), axis=1),
    "Gelu": lambda length: chain("Gelu", length),
    "Gemm": lambda length: chain("Gemm", length, "w", "scale", constants=[SQUARE, ROW]),
    "LayerNormalization": lambda length: chain("LayerNormalization", length, "scale", constants=[ROW]),
    "LayerNormalization, other sizes each": narrowing_norms,
    "LogSoftmax": lambda length: chain("LogSoftmax", length),
    "MatMul": lambda length: chain("MatMul", length, "w", constants=[SQUARE]),
    "MatMul, Hadamard matrices": hadamards,
    "MatMul, of one input": fan,
    "MatMul, ternary, of one input": lambda length: fan(length, codes=True),
    "MatMul, other sizes each": widening_products,
    "MatMul, ternary, other sizes each": lambda length: widening_products(length, codes=True),
    "MatMul, unknown sizes": unknown_products,
    "MatMulNBits": nibbles,
    "NonZero": nonzeros,
    "Pad": lambda length: chain("Pad", length, "p", constants=[constant("p", [0, 1, 0, -1])]),
    "ReduceMax, eight dimensions": deep_reductions,
    "ReduceSum": lambda length: chain("ReduceSum", length, "axes", constants=[constant("axes", [1])]),
    "RotaryEmbedding": lambda length: chain("RotaryEmbedding", length, "c", "c", constants=[floats("c", np.ones((1, 4, 2)))], shape=(1, 2, 4, 4)),
    "ScatterND": lambda length: chain("ScatterND", length, "places", "rows", constants=[PLACE, floats("rows", [[1, 2, 3]])]),
    "Slice": lambda length: chain("Slice", length, "zero", "two", constants=[constant("zero", [0]), constant("two", [2])]),
    "Softmax": lambda length: chain("Softmax", length),
    "Softmax, other sizes each": narrowing_softmaxes,
    "Split": halves,
    "Sum of many": lambda length: model([node("Sum", ["x"] * length, ["y"])]),
    "Tile": lambda length: chain("Tile", length, "p", constants=[constant("p", [1, 1])]),
    "TopK": lambda length: links(length, lambda i, a, b: [node("TopK", [a, "k"], [b, f"i{i}"])], [constant("k", [3])]),
    "Trilu": lambda length: chain("Trilu", length),
}
