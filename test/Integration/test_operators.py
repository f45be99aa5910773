"""Every supported operator through the whole compiler, against onnxruntime.

The nodes of one family share a model and its inputs; every node is an output.
Each family is compiled with the sizes of its inputs given, and with every size
left to the run.
"""

import dataclasses

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from layer_comparison import open_session
from programs import compile_model

G = np.random.default_rng(23)


def normal(*shape: int) -> np.ndarray:
    return G.standard_normal(shape).astype(np.float32)


@dataclasses.dataclass
class Case:
    """One node: its operator, inputs by name, attributes and number of outputs."""

    kind: str
    inputs: str
    attributes: dict = dataclasses.field(default_factory=dict)
    outputs: int = 1


def case(kind: str, inputs: str, outputs: int = 1, **attributes) -> Case:
    return Case(kind, inputs, attributes, outputs)


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


INPUTS = {
    "x": normal(2, 3, 4), "z": normal(3, 4), "one": normal(1, 4), "p": np.abs(normal(2, 3, 4)) + .1,
    "i": G.integers(-9, 10, (2, 5)), "j": np.where(G.random((2, 5)) < .5, 3, -2),
    "m": normal(2, 4, 5), "n": normal(5, 6), "a": normal(1, 6, 16), "k": normal(1, 6, 8),
    "v": normal(1, 6, 8), "row": normal(7, 33)}
CONSTANTS = {
    "w": normal(5, 17), "bias": normal(17), "gain": normal(33), "shift": normal(33),
    "indices": np.array([[2, 0], [1, 1]]), "table": normal(11, 6), "axes0": ints(0),
    "axes1": ints(1), "axes_last": ints(-1), "axes02": ints(0, 2), "to": ints(-1, 4),
    "keep": ints(0, -1), "big": ints(2, 3, 4), "starts": ints(1, -3), "ends": ints(3, 100),
    "steps": ints(1, 2), "slice_axes": ints(1, 2), "backwards": ints(-1), "far": ints(-100),
    "last_axis": ints(2), "minus": ints(-1), "parts": ints(1, 3), "low": np.float32(-.5),
    "high": np.float32(.75), "zero": np.array(0), "seven": np.array(7), "two": np.array(2),
    "unit": np.float32(.0625), "units": np.array([.5, .01, 2.], np.float32),
    "offset": np.array(-3, np.int8), "offsets": np.array([5, 0, -100], np.int8),
    "code": G.integers(-128, 128, (2, 3, 4)).astype(np.int8), "exponent": np.float32(3), "half": np.float32(.5), "square": ints(2, 3)}

FAMILIES = {
    "elementwise": [case(kind, "x") for kind in (
        "Abs", "Ceil", "Cos", "Elu", "Erf", "Exp", "Floor", "Gelu", "HardSigmoid", "HardSwish",
        "Identity", "LeakyRelu", "Neg", "Relu", "Round", "Sigmoid", "Sign", "Sin", "Softplus",
        "Tanh")] + [case(kind, "p") for kind in ("Log", "Reciprocal", "Sqrt")] + [
        case("Gelu", "x", approximate="tanh"), case("Clip", "x low high"),
        case("Cast", "x", to=TensorProto.INT64), case("Cast", "i", to=TensorProto.FLOAT),
        case("CastLike", "i x"), case("Abs", "i"), case("Neg", "i"), case("Sign", "i")],
    "quantization": [
        case("QuantizeLinear", "x unit offset"), case("QuantizeLinear", "x units offsets"),
        case("QuantizeLinear", "x unit", output_dtype=TensorProto.INT8),
        case("DequantizeLinear", "code unit offset"),
        case("DequantizeLinear", "code units offsets", axis=-2)],
    "arithmetic": [case(kind, inputs) for kind in ("Add", "Sub", "Mul", "Div", "Max", "Min")
                   for inputs in ("x z", "one x", "x half", "i j", "i two")] + [
        case("Mod", "i j"), case("Pow", "p x"), case("Pow", "x exponent"), case("Sum", "x z one"),
        case("Mean", "x z one")],
    "logic": [case(kind, inputs) for kind in ("Equal", "Greater", "GreaterOrEqual", "Less",
                                              "LessOrEqual")
              for inputs in ("x z", "i j")] + [case("IsNaN", "x")],
    "reductions": [case(kind, inputs, keepdims=keepdims)
                   for kind in ("ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum",
                                "ReduceL1", "ReduceL2", "ReduceSumSquare")
                   for inputs, keepdims in (("x axes_last", 1), ("x axes02", 0), ("x", 1),
                                            ("x axes1", 0))] + [
        case("ReduceSum", "i axes_last", keepdims=0), case("ReduceMax", "i axes0", keepdims=1),
        case("Softmax", "x", axis=-1), case("Softmax", "x", axis=1),
        case("LogSoftmax", "x", axis=-1)],
    "movement": [
        case("Transpose", "x", perm=[2, 0, 1]), case("Transpose", "z"), case("Reshape", "x to"),
        case("Reshape", "x keep"), case("Flatten", "x", axis=1), case("Squeeze", "one axes0"),
        case("Unsqueeze", "x axes02"), case("Concat", "x x x", axis=1),
        case("Concat", "i j", axis=-1), case("Slice", "x starts ends slice_axes steps"),
        case("Slice", "x backwards far last_axis minus"), case("Split", "x parts", 2, axis=2),
        case("Split", "x", 2, axis=0, num_outputs=2), case("Gather", "table indices", axis=0),
        case("Gather", "x indices", axis=1), case("Gather", "m axes1", axis=2),
        case("Expand", "one big"), case("Expand", "z big"), case("Shape", "x"),
        case("Shape", "x", start=1), case("Size", "x"), case("ConstantOfShape", "square"),
        case("Range", "zero seven two")],
    "products": [
        case("MatMul", "m n"), case("MatMul", "m w"), case("MatMul", "z m"),
        case("Gemm", "n table", transB=1, alpha=0.5), case("Gemm", "n n", transA=1),
        case("Gemm", "five w bias"), case("LayerNormalization", "row gain shift", axis=-1),
        case("LayerNormalization", "row gain", axis=-1, epsilon=1e-3),
        case("RMSNormalization", "row gain", axis=-1),
        case("Attention", "a a a", q_num_heads=4, kv_num_heads=4, is_causal=1),
        case("Attention", "a k v", q_num_heads=4, kv_num_heads=2, is_causal=1),
        case("Attention", "a k v", q_num_heads=2, kv_num_heads=1)],
}
INPUTS["five"] = normal(3, 5)
# Sizes that must agree between inputs have one name.
NAMES = {"x": "bsd", "z": "sd", "p": "bsd", "i": "uv", "j": "uv", "m": "bde", "n": "ef",
         "one": ("one", "d"), "five": "se"}
# onnxruntime has no kernel for some of these where sizes are unknown; all are static features.
STATIC_WIDTH = {"a", "k", "v", "row", "n", "five", "m"}


def declared_shape(name: str, dynamic: bool) -> list:
    """The shape in the model: numbers, or a name for each size that the run decides."""
    shape = list(INPUTS[name].shape)
    if not dynamic:
        return shape
    names = [*NAMES.get(name, [f"{name}{axis}" for axis in range(len(shape))])]
    if name in STATIC_WIDTH:
        names[-1] = shape[-1]
    return names


def build(cases: list[Case], dynamic: bool) -> onnx.ModelProto:
    """A model with an output for every result of every case."""
    nodes, outputs, used = [], [], set()
    for number, c in enumerate(cases):
        names = [f"{c.kind}_{number}_{i}" for i in range(c.outputs)]
        nodes.append(helper.make_node(c.kind, c.inputs.split(), names, name=f"{c.kind}_{number}",
                                      **c.attributes))
        used |= set(c.inputs.split())
        outputs += names
    kinds = {"f": TensorProto.FLOAT, "i": TensorProto.INT64}
    graph = helper.make_graph(
        nodes, "operators",
        [helper.make_tensor_value_info(name, kinds[value.dtype.kind],
                                       declared_shape(name, dynamic))
         for name, value in INPUTS.items() if name in used],
        [onnx.ValueInfoProto(name=name) for name in outputs],
        [numpy_helper.from_array(np.asarray(value), name)
         for name, value in CONSTANTS.items() if name in used])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11)
    return onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)


def differences(actual: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> list[str]:
    """A line for each output that differs: integers and truths exactly, floats within 1e-5."""
    found = []
    for name, right in expected.items():
        value = actual[name]
        if value.shape != right.shape or value.dtype != right.dtype:
            found.append(f"{name}: {value.dtype}{value.shape}, expected {right.dtype}{right.shape}")
        elif right.dtype.kind == "f":
            if not np.allclose(value, right, rtol=1e-5, atol=1e-5, equal_nan=True):
                found.append(f"{name}: differs by {np.nanmax(np.abs(value - right))}")
        elif not np.array_equal(value, right):
            found.append(f"{name}: {value.ravel()[:8]}, expected {right.ravel()[:8]}")
    return found


@pytest.mark.parametrize("dynamic", [False, True], ids=["static", "dynamic"])
@pytest.mark.parametrize("family", FAMILIES)
def test_operators(family, dynamic, tmp_path):
    model = build(FAMILIES[family], dynamic)
    session = open_session(model)
    inputs = {i.name: INPUTS[i.name] for i in session.get_inputs()}
    names = [output.name for output in session.get_outputs()]
    expected = dict(zip(names, session.run(names, inputs)))
    actual = compile_model(model, tmp_path / family).evaluate(inputs, "-t", 2)
    found = differences(actual, expected)
    assert not found, "\n".join(found)
    # Planted: one element of the last float result.
    name = next((n for n in reversed(names) if expected[n].dtype.kind == "f"), names[-1])
    actual[name] = actual[name].copy()
    actual[name].ravel()[-1:] = 1 - actual[name].ravel()[-1:] * 2
    assert len(differences(actual, expected)) == 1
