"""--quantize: programs compute with the codes that the recipe describes, and the report is true.

Each matrix is quantized here from the definition, in numpy; the program must lie as near to
that as f32 sums allow, and far from the floats where the recipe is coarse.
"""

import json

import numpy as np
import onnx
import pytest
from ecolm.onnx_model import GraphBuilder
from onnx import TensorProto, helper

from programs import compile_model, run_compiler

INPUTS, OUTPUTS, ROWS = 48, 33, 6


def nearest(values: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """The level nearest to each value."""
    return levels[np.abs(values[..., None] - levels).argmin(axis=-1)]


def grouped(quantize, w: np.ndarray, group: int) -> np.ndarray:
    """`quantize` applied to every `group` elements of every row."""
    result = np.empty_like(w)
    for n in range(w.shape[0]):
        for k in range(0, w.shape[1], group):
            result[n, k:k + group] = quantize(w[n, k:k + group])
    return result


def ternary(w: np.ndarray) -> np.ndarray:
    """BitNet's codes; the scale is the mean magnitude of what is not 0."""
    codes = np.clip(np.rint(w / np.abs(w).mean()), -1, 1)
    return codes * np.abs(w)[codes != 0].mean()


def bfloat16(value: float) -> float:
    """The nearest number of 8 significant bits."""
    mantissa, exponent = np.frexp(value)
    return np.ldexp(np.rint(mantissa * 256) / 256, exponent)


def symmetric(bits: int, store=lambda scale: scale):
    """Integers, the largest magnitude at the largest code."""
    def quantize(w):
        scale = store(np.abs(w).max() / (2 ** (bits - 1) - 1))
        return np.clip(np.rint(w / scale), -2 ** (bits - 1), 2 ** (bits - 1) - 1) * scale
    return quantize


def powers(w: np.ndarray, count: int = 7) -> np.ndarray:
    """Zero and `count` powers of two of each sign, the largest at the largest magnitude."""
    levels = np.ldexp(np.abs(w).max(), -np.arange(count))
    return nearest(w, np.concatenate([levels, -levels, [0]]))


def powers_without_zero(w: np.ndarray) -> np.ndarray:
    """Eight powers of two of each sign."""
    levels = np.ldexp(np.abs(w).max(), -np.arange(8))
    return nearest(w, np.concatenate([levels, -levels]))


def two_powers(w: np.ndarray) -> np.ndarray:
    """The nearest power and the nearest to what is left, on one scale."""
    largest = np.abs(w).max()
    levels = np.ldexp(largest, -np.arange(7))
    levels = np.concatenate([levels, -levels, [0]])
    first = nearest(w, levels)
    return first + nearest(w - first, levels)


RECIPES = {
    "ternary": ternary,
    "int8:scale=max": lambda w: grouped(symmetric(8), w, INPUTS),
    "int4:scale=max,zero_point=no,group=16": lambda w: grouped(symmetric(4), w, 16),
    "int4:scale=max,zero_point=no,group=20": lambda w: grouped(symmetric(4), w, 20),
    "int4:scale=max,zero_point=no,group=16,scales=bf16":
        lambda w: grouped(symmetric(4, bfloat16), w, 16),
    "pot4:scale=max,group=16": lambda w: grouped(powers, w, 16),
    "pot4:scale=max,group=tensor": powers,
    "pot4:scale=max,group=16,zero=no": lambda w: grouped(powers_without_zero, w, 16),
    "pot5:scale=max,group=row": lambda w: grouped(lambda v: powers(v, 15), w, INPUTS),
    "pot4:scale=max,group=row,terms=2": lambda w: grouped(two_powers, w, INPUTS)}


def make_model(w: np.ndarray) -> onnx.ModelProto:
    """x f32 [rows, K] times the matrix (N, K)."""
    b = GraphBuilder()
    b.op("MatMul", ["x", b.constant("w", w.T.copy())], "product", out="y")
    info = helper.make_tensor_value_info
    return b.model("product", [info("x", TensorProto.FLOAT, ["rows", w.shape[1]])],
                   [info("y", TensorProto.FLOAT, ["rows", w.shape[0]])])


@pytest.fixture(scope="module")
def data():
    g = np.random.default_rng(3)
    w = g.standard_normal((OUTPUTS, INPUTS)).astype(np.float32)
    return w, g.standard_normal((ROWS, INPUTS)).astype(np.float32)


@pytest.mark.parametrize("recipe", RECIPES)
def test_program_and_report_are_those_of_the_recipe(recipe, data, tmp_path):
    w, x = data
    program = compile_model(make_model(w), tmp_path / "model", f"--quantize={recipe}")
    expected = RECIPES[recipe](w.astype(np.float64))
    y = program.evaluate({"x": x})["y"]
    np.testing.assert_allclose(y, x @ expected.T, atol=1e-4)
    assert np.abs(y - x @ w.T).max() > 1e-3  # the matrix is not that of the file
    [layer] = json.loads(program.run("info", "--json"))["recognition"]["quantized"]
    error = np.linalg.norm(w - expected) / np.linalg.norm(w)
    assert (layer["name"], layer["recipe"]) == ("w", recipe)
    assert layer["relative_error"] == pytest.approx(error, rel=1e-4)
    assert layer["sqnr_db"] == pytest.approx(-20 * np.log10(error), abs=1e-3)


@pytest.mark.parametrize("rotation, atol", [("hadamard", 0.6), ("learned", 2)])
@pytest.mark.parametrize("columns", [64, 48, 7])
def test_rotation_undoes_itself(columns, rotation, atol, tmp_path):
    """8 bits for rotated weights lie as near as 8 bits for the others: nothing else moved."""
    g = np.random.default_rng(columns)
    w = g.standard_normal((20, columns)).astype(np.float32)
    w[:, 0] *= 30  # what rotations are for
    x = g.standard_normal((3, columns)).astype(np.float32)
    program = compile_model(make_model(w), tmp_path / "model",
                            f"--quantize=int8:rotate={rotation}")
    np.testing.assert_allclose(program.evaluate({"x": x})["y"], x @ w.T, atol=atol)


@pytest.mark.parametrize("recipe", ["int2:group=32", "ternary:group=row", "pot3:group=32"])
def test_learned_rotation_loses_least(recipe, tmp_path):
    """Of outputs for other inputs than those it was learned on, with outliers in the matrix."""
    g = np.random.default_rng(9)
    mixing = g.standard_normal((64, 64)) * np.exp(-np.arange(64) / 8)
    draw = lambda rows: (g.standard_normal((rows, 64)) @ mixing.T).astype(np.float32)  # noqa: E731
    w = (g.standard_normal((40, 64)) * (1 + 9 * (g.random(64) < 0.06))).astype(np.float32)
    np.savez(tmp_path / "inputs.npz", w=draw(512))
    x = draw(256)
    expected = x.astype(np.float64) @ w.T

    def loss(rotation, *options):
        program = compile_model(make_model(w), tmp_path / "model",
                                f"--quantize={recipe},rotate={rotation}", *options)
        return np.linalg.norm(program.evaluate({"x": x})["y"] - expected)

    given = f"--calibration={tmp_path / 'inputs.npz'}"
    losses = [loss("none", given), loss("hadamard", given), loss("learned", given)]
    assert losses[0] > losses[1] > losses[2], losses
    assert loss("learned") < losses[0]


def test_search_is_no_worse(data, tmp_path):
    w, _ = data
    errors = {}
    onnx.save(make_model(w), tmp_path / "model.onnx")
    for scale in ("max", "search"):
        result = run_compiler(tmp_path / "model.onnx", "--emit=report-json", "-o", "-",
                              f"--quantize=int4:scale={scale}")
        errors[scale] = json.loads(result.stdout)["quantized"][0]["relative_error"]
    assert errors["search"] < errors["max"]


def test_embeddings_are_quantized(tmp_path):
    """A table that is also the output matrix: both read codes, and the file's floats are gone."""
    g, b = np.random.default_rng(5), GraphBuilder()
    table = b.constant("table", w := g.standard_normal((65, 32)).astype(np.float32))
    x = b.op("Gather", [table, "ids"], "embedding", out="x")
    b.op("MatMul", [x, b.op("Transpose", [table], "transpose", perm=[1, 0])], "head", out="y")
    info = helper.make_tensor_value_info
    model = b.model("tied", [info("ids", TensorProto.INT64, ["n"])],
                    [info("x", TensorProto.FLOAT, ["n", 32]),
                     info("y", TensorProto.FLOAT, ["n", 65])])
    program = compile_model(model, tmp_path / "model",
                            "--quantize=int4:scale=max,zero_point=no,group=16")
    ids = np.array([3, 64, 0, -1])
    expected = grouped(symmetric(4), w.astype(np.float64), 16)
    outputs = program.evaluate({"ids": ids})
    np.testing.assert_allclose(outputs["x"], expected[ids], rtol=1e-6)
    np.testing.assert_allclose(outputs["y"], expected[ids] @ expected.T, atol=1e-4)
    formats = json.loads(program.run("info", "--json"))["recognition"]["formats"]
    assert formats["i4"]["bytes"] == 2 * 65 * 32 // 2  # once for rows, once for lanes


def test_names_choose(tmp_path):
    """Both options take regular expressions of matrices or nodes."""
    b, g = GraphBuilder(), np.random.default_rng(0)
    for name in ("first", "second", "head"):
        b.op("MatMul", ["x", b.constant(f"{name}.weight", g.random((8, 8), np.float32))], name,
             out=f"{name}_out")
    info = helper.make_tensor_value_info
    onnx.save(b.model("three", [info("x", TensorProto.FLOAT, ["n", 8])],
                      [info(f"{name}_out", TensorProto.FLOAT, ["n", 8])
                       for name in ("first", "second", "head")]), tmp_path / "model.onnx")

    def chosen(*options):
        result = run_compiler(tmp_path / "model.onnx", "--emit=report-json", "-o", "-",
                              "--quantize=int4", *options)
        assert result.returncode == 0, result.stderr
        return sorted(layer["name"] for layer in json.loads(result.stdout)["quantized"])

    assert chosen() == ["first.weight", "head.weight", "second.weight"]
    assert chosen("--quantize-exclude=^head$") == ["first.weight", "second.weight"]
    assert chosen("--quantize-include=s") == ["first.weight", "second.weight"]
    assert chosen("--quantize-include=weight", "--quantize-exclude=first|head") == ["second.weight"]
