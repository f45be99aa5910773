"""Every operator that becomes linalg, on shapes known and unknown, against onnxruntime."""

import numpy as np
import pytest
from onnx import TensorProto, helper
from run_recognized import check_model, make_model, pytestmark  # noqa: F401

G = np.random.default_rng(7)
X = G.standard_normal((2, 3, 4)).astype(np.float32)
Y = G.standard_normal((3, 4)).astype(np.float32)
POSITIVE = np.abs(X) + np.float32(0.1)
INTEGERS = np.array([[7, -7, 5], [-3, 9, 2]], np.int64)
DIVISORS = np.array([2, -2, 3], np.int64)
LOOSE, TIGHT = ["a", "b", 4], [2, 3, 4]

UNARY = ["Relu", "Sigmoid", "Tanh", "Exp", "Neg", "Abs", "Sign", "Erf", "Floor", "Ceil", "Round",
         "Gelu", "LeakyRelu", "Softplus", "Elu", "HardSigmoid", "HardSwish", "Identity", "Sin",
         "Cos", "Softmax", "LogSoftmax"]
BINARY = ["Add", "Sub", "Mul", "Div", "Min", "Max"]
REDUCTIONS = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL2",
              "ReduceSumSquare", "ReduceL1"]


def node(kind, inputs, outputs="y", **attributes):
    return helper.make_node(kind, inputs.split(" "), outputs.split(" "), **attributes)


@pytest.mark.parametrize("kind", UNARY)
def test_unary(tmp_path, kind):
    model = make_model([node(kind, "x")], {"x": ("f", LOOSE)}, ["y"])
    check_model(tmp_path, model, [X])


@pytest.mark.parametrize("kind", ["Sqrt", "Log", "Reciprocal"])
def test_positive_unary(tmp_path, kind):
    model = make_model([node(kind, "x")], {"x": ("f", TIGHT)}, ["y"])
    check_model(tmp_path, model, [POSITIVE])


def test_gelu_tanh(tmp_path):
    model = make_model([node("Gelu", "x", approximate="tanh")], {"x": ("f", LOOSE)}, ["y"])
    check_model(tmp_path, model, [X])


@pytest.mark.parametrize("kind", BINARY)
@pytest.mark.parametrize("dims", [["b", 4], [3, 4], ["c", 4]])
def test_binary_broadcasts(tmp_path, kind, dims):
    inputs = {"x": ("f", LOOSE), "z": ("f", dims)}
    check_model(tmp_path, make_model([node(kind, "x z")], inputs, ["y"]), [X, Y])


def test_unknown_dimensions_repeat_at_run_time(tmp_path):
    inputs = {"x": ("f", ["a", "b"]), "z": ("f", ["c", "d"])}
    model = make_model([node("Add", "x z")], inputs, ["y"])
    check_model(tmp_path, model, [X[0, :1], Y[:, :1]])


@pytest.mark.parametrize("kind", ["Add", "Mul", "Div", "Mod", "Min", "Max", "Sub"])
def test_integers(tmp_path, kind):
    inputs = {"x": ("i", ["a", 3]), "z": ("i", [3])}
    check_model(tmp_path, make_model([node(kind, "x z")], inputs, ["y"]), [INTEGERS, DIVISORS])


@pytest.mark.parametrize("exponent", [2.0, 3.0, 0.5, 1.7])
def test_pow(tmp_path, exponent):
    model = make_model([node("Pow", "x e")], {"x": ("f", LOOSE)}, ["y"],
                       {"e": np.float32(exponent)})
    check_model(tmp_path, model, [POSITIVE])


@pytest.mark.parametrize("kind", ["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"])
def test_comparison_and_where(tmp_path, kind):
    nodes = [node(kind, "x z", "m"), node("Where", "m x s")]
    inputs = {"x": ("f", LOOSE), "z": ("f", [4])}
    model = make_model(nodes, inputs, ["y"], {"s": np.float32(-9)})
    check_model(tmp_path, model, [np.round(X), np.round(Y[0])])


def test_casts(tmp_path):
    nodes = [node("Cast", "x", "i", to=TensorProto.INT64), node("Cast", "i", "b", to=TensorProto.BOOL),
             node("Not", "b", "n"), node("Cast", "n", "y", to=TensorProto.FLOAT),
             node("Cast", "x", "z", to=TensorProto.DOUBLE)]
    model = make_model(nodes, {"x": ("f", LOOSE)}, ["i", "y", "z"])
    check_model(tmp_path, model, [X * 3])


def test_clip(tmp_path):
    model = make_model([node("Clip", "x lo hi"), node("Clip", "x  hi", "z")], {"x": ("f", LOOSE)},
                       ["y", "z"], {"lo": np.float32(-0.5), "hi": np.float32(0.25)})
    check_model(tmp_path, model, [X])


@pytest.mark.parametrize("kind", REDUCTIONS)
@pytest.mark.parametrize("axes, keep", [([-1], 1), ([0, 2], 0), ([1], 0), (None, 1)])
def test_reduction(tmp_path, kind, axes, keep):
    constants = {} if axes is None else {"axes": np.array(axes, np.int64)}
    names = "x" if axes is None else "x axes"
    model = make_model([node(kind, names, keepdims=keep)], {"x": ("f", LOOSE)}, ["y"], constants)
    check_model(tmp_path, model, [X])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_axis(tmp_path, axis):
    model = make_model([node("Softmax", "x", axis=axis)], {"x": ("f", LOOSE)}, ["y"])
    check_model(tmp_path, model, [X * 30])


def test_layer_norm_over_two_axes(tmp_path):
    model = make_model([node("LayerNormalization", "x s b", axis=1)], {"x": ("f", ["a", 3, 4])},
                       ["y"], {"s": Y, "b": Y[::-1].copy()})
    check_model(tmp_path, model, [X])


@pytest.mark.parametrize("left, right", [
    (["a", "b", 4], [4, "n"]), (["a", "b", 4], ["a", 4, 2]), ([4], [4, 2]), (["a", "b", 4], [4]),
    ([1, 3, 4], ["a", 4, 2]), ([4], [4])])
def test_matmul(tmp_path, left, right):
    sizes = {"a": 2, "b": 3, "n": 2}
    values = [G.standard_normal([sizes.get(d, d) for d in dims]).astype(np.float32)
              for dims in (left, right)]
    model = make_model([node("MatMul", "x z")], {"x": ("f", left), "z": ("f", right)}, ["y"])
    check_model(tmp_path, model, values)


@pytest.mark.parametrize("attributes", [
    {}, {"transA": 1}, {"transB": 1}, {"alpha": 0.5, "beta": 2.0, "transA": 1, "transB": 1}])
def test_gemm(tmp_path, attributes):
    a = G.standard_normal((3, 4)).astype(np.float32)
    b = G.standard_normal((4, 2)).astype(np.float32)
    a = a.T.copy() if attributes.get("transA") else a
    b = b.T.copy() if attributes.get("transB") else b
    inputs = {"x": ("f", ["m", a.shape[1]] if not attributes.get("transA") else [4, "m"]),
              "z": ("f", list(b.shape)), "c": ("f", [2])}
    model = make_model([node("Gemm", "x z c", **attributes)], inputs, ["y"])
    check_model(tmp_path, model, [a, b, Y[0, :2].copy()])
