"""Functions and conversions of bf16, which no C library has to have, against f32 rounded to bf16.

Two such floats are equal here if they are neighbours: a function of f32 may itself be off by a bit.
"""

import ml_dtypes
import numpy as np
import pytest
from onnx import TensorProto, helper

from programs import compile_model

X = np.random.default_rng(29).standard_normal((3, 8)).astype(np.float32)
FUNCTIONS = {
    "Exp": np.exp, "Tanh": np.tanh, "Floor": np.floor, "Round": np.round,
    "Sigmoid": lambda x: 1 / (1 + np.exp(-x)), "Sin": np.sin,
    "Softmax": lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True)}


def to_brain(x: np.ndarray) -> np.ndarray:
    """`x` rounded to bf16, as f32."""
    return x.astype(ml_dtypes.bfloat16).astype(np.float32)


def build(nodes, kind: int):
    """A model of `nodes` from x of type `kind` to y of f32."""
    graph = helper.make_graph(nodes, "brain", [helper.make_tensor_value_info("x", kind, ["n", 8])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 8])])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name, tmp_path):
    model = build([helper.make_node("Cast", ["x"], ["b"], to=TensorProto.BFLOAT16),
                   helper.make_node(name, ["b"], ["c"]),
                   helper.make_node("Cast", ["c"], ["y"], to=TensorProto.FLOAT)], TensorProto.FLOAT)
    actual = compile_model(model, tmp_path / name).evaluate({"x": X})["y"]
    expected = FUNCTIONS[name](to_brain(X))
    assert np.array_equal(actual, to_brain(actual))
    assert np.allclose(actual, expected, rtol=2.0 ** -6, atol=1e-6)
    # Planted: what is not rounded is no bf16, unless it is a whole number.
    assert name in ("Floor", "Round") or not np.array_equal(expected, to_brain(expected))


def test_from_double(tmp_path):
    model = build([helper.make_node("Cast", ["x"], ["b"], to=TensorProto.BFLOAT16),
                   helper.make_node("Cast", ["b"], ["y"], to=TensorProto.FLOAT)], TensorProto.DOUBLE)
    doubles = X.astype(np.float64) * (1 + 1e-12)
    actual = compile_model(model, tmp_path / "double").evaluate({"x": doubles})["y"]
    assert np.array_equal(actual, to_brain(doubles.astype(np.float32)))
