"""Constant matrices that are butterflies or permutations, recognized by their numbers."""

import json

import numpy as np
import onnx
import pytest
from layer_comparison import open_session
from onnx import TensorProto, helper, numpy_helper
from programs import compile_model, run_compiler

G = np.random.default_rng(11)


def stage(n: int, stride: int) -> np.ndarray:
    """A random factor of stride `stride`, dense."""
    matrix = np.zeros((n, n))
    for low in range(n):
        if not low & stride:
            pair = [low, low + stride]
            matrix[np.ix_(pair, pair)] = G.standard_normal((2, 2))
    return matrix


def product(n: int, decreasing: bool = False) -> np.ndarray:
    """A collapsed butterfly: the product of all stages, the first one rightmost."""
    strides = [1 << i for i in range(n.bit_length() - 1)]
    result = np.eye(n)
    for stride in reversed(strides) if decreasing else strides:
        result = stage(n, stride) @ result
    return result


def reversal(n: int) -> np.ndarray:
    """The permutation that reverses the bits of an index."""
    bits = n.bit_length() - 1
    return np.array([int(format(i, f"0{bits}b")[::-1], 2) for i in range(n)])


def hadamard(n: int) -> np.ndarray:
    """Sylvester's matrix."""
    result = np.ones((1, 1))
    while len(result) < n:
        result = np.block([[result, result], [result, -result]])
    return result


def hartley(n: int) -> np.ndarray:
    """cos + sin of a discrete Fourier transform: real factors, not all of them 2 x 2."""
    angles = 2 * np.pi * np.outer(np.arange(n), np.arange(n)) / n
    return np.cos(angles) + np.sin(angles)


def make_model(w: np.ndarray, bias: np.ndarray | None = None) -> onnx.ModelProto:
    """y = W x, as MatMul, or with a bias as Gemm."""
    n, k = w.shape
    constants = [numpy_helper.from_array(np.ascontiguousarray(w.T, np.float32), "w")]
    node = helper.make_node("MatMul", ["x", "w"], ["y"], name="layer")
    if bias is not None:
        constants = [numpy_helper.from_array(w.astype(np.float32), "w"),
                     numpy_helper.from_array(bias.astype(np.float32), "bias")]
        node = helper.make_node("Gemm", ["x", "w", "bias"], ["y"], name="layer", transB=1)
    graph = helper.make_graph(
        [node], "matrix", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", k])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", n])], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def report(model: onnx.ModelProto, path, *options) -> dict:
    """What the compiler says of the model."""
    onnx.save(model, path)
    result = run_compiler(path, "--emit=report-json", "-o", "-", *options)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def check_program(model: onnx.ModelProto, path, rtol: float, *options) -> None:
    """The program computes what onnxruntime does."""
    x = G.standard_normal((3, model.graph.input[0].type.tensor_type.shape.dim[1].dim_value))
    x = x.astype(np.float32)
    expected = open_session(model).run(None, {"x": x})[0]
    actual = compile_model(model, path, *options).evaluate({"x": x})["y"]
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=rtol * np.abs(expected).max())


@pytest.mark.parametrize("bias", [False, True])
def test_hadamard_is_taken(tmp_path, bias):
    n = 64
    model = make_model(hadamard(n) / 8, G.standard_normal(n) if bias else None)
    told = report(model, tmp_path / "h.onnx")
    assert [note["idea"] for note in told["recognized"]] == ["butterfly matrix"]
    assert "6 factors 64 -> 64 (ternary" in told["recognized"][0]["evidence"]
    assert told["layers"][0]["format"] == "ternary" and told["layers"][0]["factors"] == 6
    check_program(model, tmp_path / "h", 1e-6)


def test_hadamard_of_any_scale_is_taken(tmp_path):
    told = report(make_model(hadamard(32) * 0.3), tmp_path / "h.onnx")
    assert "5 factors 32 -> 32 (ternary" in told["recognized"][0]["evidence"]


def test_one_wrong_sign_is_seen(tmp_path):
    w = hadamard(64)
    w[17, 42] = -w[17, 42]
    told = report(make_model(w), tmp_path / "h.onnx")
    assert told["layers"][0]["kind"] == "matmul"


@pytest.mark.parametrize("scaled", [False, True])
def test_permutation_is_taken(tmp_path, scaled):
    n = 24
    w = np.eye(n)[G.permutation(n)] * (G.standard_normal(n)[:, None] if scaled else 1)
    model = make_model(w)
    told = report(model, tmp_path / "p.onnx")
    assert told["recognized"][0]["evidence"] == "a permutation of 24 features"
    assert not told["layers"]
    check_program(model, tmp_path / "p", 0)


@pytest.mark.parametrize("outputs_reversed", [False, True])
@pytest.mark.parametrize("inputs_reversed", [False, True])
@pytest.mark.parametrize("decreasing", [False, True])
def test_collapsed_butterfly_is_noted(tmp_path, decreasing, inputs_reversed, outputs_reversed):
    n = 32
    w = product(n, decreasing)
    w = w[reversal(n)] if outputs_reversed else w
    w = w[:, reversal(n)] if inputs_reversed else w
    told = report(make_model(w), tmp_path / "b.onnx")
    assert told["layers"][0]["kind"] == "matmul"
    assert told["almost_recognized"][0]["reason"].startswith("5 factors 32 -> 32 (f32")
    assert "--factor-matrices=" in told["almost_recognized"][0]["reason"]


def test_collapsed_butterfly_is_taken_on_demand(tmp_path):
    model = make_model(product(64), G.standard_normal(64))
    told = report(model, tmp_path / "b.onnx", "--factor-matrices=1e-5")
    assert told["layers"][0]["kind"] == "butterfly" and told["layers"][0]["factors"] == 6
    check_program(model, tmp_path / "b", 2e-5, "--factor-matrices=1e-5")


def test_error_is_the_users_limit(tmp_path):
    w = product(64)
    model = make_model(w + 1e-4 * np.abs(w).max() * G.uniform(-1, 1, w.shape))
    told = report(model, tmp_path / "b.onnx", "--factor-matrices=1e-6")
    assert not told["recognized"]
    told = report(model, tmp_path / "b.onnx", "--factor-matrices=1e-2")
    assert "6 factors" in told["recognized"][0]["evidence"]


def test_sizes_that_are_no_powers_of_two(tmp_path):
    w = np.kron(G.standard_normal((3, 3)), product(8))
    told = report(make_model(w), tmp_path / "k.onnx", "--factor-matrices=1e-5")
    assert "24 -> 24" in told["recognized"][0]["evidence"]


@pytest.mark.parametrize("n, sizes", [(96, 6), (48, 5)])
def test_companions_of_butterflies(tmp_path, n, sizes):
    """Strides that the size nearest to the root does not divide; blocks near the identity."""
    m = n // 3
    w = np.kron(np.linalg.qr(np.eye(3) + 0.1 * G.standard_normal((3, 3)))[0], np.eye(m)) @ np.kron(np.eye(3), product(m))
    told = report(make_model(w), tmp_path / "k.onnx", "--factor-matrices=1e-5")
    assert f"{sizes} factors {n} -> {n}" in told["recognized"][0]["evidence"]
    check_program(make_model(w), tmp_path / "k", 2e-5, "--factor-matrices=1e-5")


def test_hartley_has_factors(tmp_path):
    model = make_model(hartley(64))
    told = report(model, tmp_path / "h.onnx", "--factor-matrices=1e-6")
    assert "3 factors 64 -> 64 (f32" in told["recognized"][0]["evidence"]
    check_program(model, tmp_path / "h", 2e-5, "--factor-matrices=1e-6")


@pytest.mark.parametrize("a, b", [(8, 8), (5, 16), (16, 7)])
def test_kronecker_products(tmp_path, a, b):
    """Of matrices that are no butterflies themselves."""
    w = np.kron(G.standard_normal((a, a)), G.standard_normal((b, b)))
    told = report(make_model(w), tmp_path / "k.onnx", "--factor-matrices=1e-5")
    assert f"2 factors {a * b} -> {a * b}" in told["recognized"][0]["evidence"]
    check_program(make_model(w), tmp_path / "k", 2e-5, "--factor-matrices=1e-5")


def block_diagonal(count: int, rows: int, columns: int, share: float = 2 / 3) -> np.ndarray:
    """Random blocks, of whose elements a share is not 0."""
    w = np.zeros((count * rows, count * columns))
    for i in range(count):
        block = G.standard_normal((rows, columns)) * (G.random((rows, columns)) < share)
        w[i * rows:(i + 1) * rows, i * columns:(i + 1) * columns] = block
    return w


@pytest.mark.parametrize("count, rows, columns", [(3, 32, 32), (4, 128, 128), (6, 5, 7), (2, 40, 24)])
@pytest.mark.parametrize("bias, share", [(False, 1), (False, 2 / 3), (True, 2 / 3)])
def test_zeros_beside_blocks_are_left_out(tmp_path, count, rows, columns, bias, share):
    w = block_diagonal(count, rows, columns, share)
    model = make_model(w, G.standard_normal(len(w)) if bias else None)
    told = report(model, tmp_path / "b.onnx")
    assert [note["idea"] for note in told["recognized"]] == ["block-diagonal matrix"]
    assert told["recognized"][0]["evidence"].startswith(f"{count} blocks of {rows} x {columns}")
    assert told["layers"][0]["weights"] == count * rows * columns and not told["almost_recognized"]
    check_program(model, tmp_path / "b", 2e-5)


def test_one_element_beside_the_blocks_is_seen(tmp_path):
    w = block_diagonal(4, 16, 16)
    w[3, 60] = 1e-30
    told = report(make_model(w), tmp_path / "b.onnx")
    assert told["layers"][0]["kind"] == "matmul"


@pytest.mark.parametrize("w", [
    G.standard_normal((64, 64)), G.standard_normal((64, 48)), G.integers(-1, 2, (64, 64)),
    np.zeros((16, 16)), np.ones((1, 1)), G.standard_normal((61, 61))],
    ids=["random", "rectangular", "ternary", "zero", "single", "prime"])
def test_others_stay_dense(tmp_path, w):
    told = report(make_model(w), tmp_path / "d.onnx")
    notes = told["recognized"] + told["almost_recognized"]
    assert not [note for note in notes if note["idea"] == "butterfly matrix"]
