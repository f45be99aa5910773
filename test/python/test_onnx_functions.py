"""Bodies of the `ai.ecolm` functions, run by onnxruntime, against the reference."""

import numpy as np
import onnx
import onnxruntime
import pytest
from ecolm import reference
from ecolm.onnx_functions import DOMAIN
from ecolm.onnx_model import GraphBuilder
from onnx import TensorProto, helper
from test_reference_quantizers import boundary_floats


def open_session(source) -> onnxruntime.InferenceSession:
    """A single-threaded session of a file or of serialized bytes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(source, options)


def run_function(kind: str, x: np.ndarray, constants: list[np.ndarray] = (), output_rank: int = 1,
                 **attributes) -> np.ndarray:
    """Call one function on a float input and constants."""
    b = GraphBuilder()
    names = [b.constant(f"constant_{i}", value) for i, value in enumerate(constants)]
    b.op(kind, ["x", *names], "call", out="y", domain=DOMAIN, **attributes)
    model = b.model(
        "call", [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(x.shape))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None] * output_rank)])
    session = open_session(model.SerializeToString())
    return session.run(None, {"x": x})[0]


def same_bits(actual: np.ndarray, expected: np.ndarray) -> bool:
    """Equal bit for bit, any NaN being equal to any other."""
    equal = actual.view(np.uint32) == expected.view(np.uint32)
    return bool(np.all(equal | (np.isnan(actual) & np.isnan(expected))))


@pytest.mark.parametrize("emin, emax", [(-6, 3), (-126, 127), (0, 0), (-20, -10)])
@pytest.mark.parametrize("rounding", ["floor", "nearest_log", "nearest", "ceil"])
@pytest.mark.parametrize("underflow", ["zero", "clamp"])
def test_log_quantize_body(emin, emax, rounding, underflow):
    x = boundary_floats(emin, emax)
    actual = run_function("LogQuantize", x, emin=emin, emax=emax, rounding=rounding,
                          underflow=underflow)
    assert same_bits(actual, reference.log_quantize(x, emin, emax, rounding, underflow))


def test_comparison_catches_a_wrong_rounding():
    x = boundary_floats(-6, 3)
    actual = run_function("LogQuantize", x, emin=-6, emax=3, rounding="nearest", underflow="zero")
    assert not same_bits(actual, reference.log_quantize(x, -6, 3, "nearest_log"))


@pytest.mark.parametrize("dtype", [np.int8, np.float32])
@pytest.mark.parametrize("shape", [(3, 5, 2, 4), (1, 4, 4, 16), (16, 2, 2, 1)])
def test_butterfly_factor_body(dtype, shape):
    g = np.random.default_rng(9)
    values = g.integers(-1, 2, shape).astype(dtype)
    x = g.integers(-64, 65, (2, 3, shape[0] * shape[2] * shape[3])).astype(np.float32) / 64
    actual = run_function("ButterflyFactor", x, [values], output_rank=3)
    np.testing.assert_array_equal(actual, reference.butterfly_factor(x, values))


@pytest.mark.parametrize("heads, kv_heads, time, total, causal", [
    (4, 2, 9, 9, 1), (4, 4, 5, 8, 1), (6, 1, 3, 3, 0), (1, 1, 1, 1, 1)])
def test_log_quantized_attention_body(heads, kv_heads, time, total, causal):
    """Operands on a grid: both products are exact, and only the softmax may round."""
    g = np.random.default_rng(heads)
    q, k, v = (g.integers(-128, 128, (2, steps, count * 8)).astype(np.float32) / 64
               for steps, count in ((time, heads), (total, kv_heads), (total, kv_heads)))
    b, quantizer = GraphBuilder(), {"emin": -10, "emax": 0, "rounding": "nearest",
                                    "underflow": "zero"}
    b.op("LogQuantizedAttention", ["q", "k", "v"], "call", out="y", domain=DOMAIN,
         q_num_heads=heads, kv_num_heads=kv_heads, is_causal=causal, scale=0.375, **quantizer)
    float_info = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["b", steps, width])
                  for name, steps, width in (("q", "t", heads * 8), ("k", "s", kv_heads * 8),
                                             ("v", "s", kv_heads * 8), ("y", "t", heads * 8))]
    session = open_session(b.model("call", float_info[:3], float_info[3:]).SerializeToString())
    actual = session.run(None, {"q": q, "k": k, "v": v})[0]
    expected = reference.attention(q, k, v, heads, kv_heads, bool(causal), 0.375, quantizer)
    np.testing.assert_array_equal(actual, expected)
    # Planted: probabilities that are not quantized.
    assert np.any(actual != reference.attention(q, k, v, heads, kv_heads, bool(causal), 0.375)
                  ) or total == 1


def test_ternary_matmul_body():
    g = np.random.default_rng(10)
    weight, scale = g.integers(-1, 2, (33, 50), dtype=np.int8), g.random(33).astype(np.float32)
    x = g.integers(-99, 99, (5, 50)).astype(np.float32)
    actual = run_function("TernaryMatMul", x, [weight, scale], output_rank=2)
    np.testing.assert_array_equal(actual, reference.matmul(x, weight, scale))


def test_pot_matmul_body():
    g = np.random.default_rng(11)
    weight, scale = g.integers(-8, 9, (33, 50), dtype=np.int8), np.float32(0.75)
    x = g.integers(-99, 99, (5, 50)).astype(np.float32)
    actual = run_function("PotMatMul", x, [weight, scale], output_rank=2, emin=-7, emax=0)
    expected = reference.matmul(x, reference.pot_values(weight, -7), scale)
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("kind", ["TernaryGroupMatMul", "PotGroupMatMul"])
@pytest.mark.parametrize("columns, groups", [(48, 3), (50, 1), (6, 6)])
def test_group_matmul_bodies(kind, columns, groups):
    """Scales on a grid: every sum is exact."""
    g = np.random.default_rng(columns)
    bound, attributes = (1, {}) if kind == "TernaryGroupMatMul" else (4, {"emin": -3, "emax": 0})
    codes = g.integers(-bound, bound + 1, (33, columns), dtype=np.int8)
    scales = g.integers(1, 16, (33, groups)).astype(np.float32) / 16
    x = g.integers(-99, 99, (2, 5, columns)).astype(np.float32)
    actual = run_function(kind, x, [codes, scales], output_rank=3, **attributes)
    values = reference.pot_values(codes, -3) if attributes else codes.astype(np.float32)
    np.testing.assert_array_equal(actual, reference.group_matmul(x, values, scales, columns // groups))
    # Planted: groups that take turns instead of standing side by side.
    wrong = reference.group_matmul(x, values, np.roll(scales, 1, axis=1), columns // groups)
    assert groups == 1 or np.any(actual != wrong)


def test_quantize_int8_body():
    g = np.random.default_rng(13)
    x = g.standard_normal((2, 7, 50)).astype(np.float32)
    x[0, 0] = 0
    x[0, 1] = np.linspace(-127, 127, 50) / 2  # scale 2: many halves
    x[1, 3] *= 1e-7  # below the smallest range
    q, scale = reference.quantize_int8(x)
    actual = run_function("QuantizeInt8", x, output_rank=3)
    np.testing.assert_array_equal(actual, q / reference.absolute_scale_int8(x))
    np.testing.assert_allclose(actual, reference.dequantize(q, scale), rtol=1e-6)


@pytest.mark.parametrize("shape", [(1,), (3, 5), (2, 4, 4, 2), (7, 1, 3)])
def test_unpack_ternary_body(shape):
    values = np.random.default_rng(12).integers(-1, 2, shape).astype(np.int8)
    b = GraphBuilder()
    b.ternary("weight", values)
    model = b.model("unpack", [], [helper.make_tensor_value_info(
        "weight.values", TensorProto.INT8, list(shape))])
    actual = open_session(model.SerializeToString()).run(None, {})[0]
    np.testing.assert_array_equal(actual, values)


def test_small_models_are_what_their_script_makes():
    import make_models
    for name, model in make_models.models().items():
        stored = onnx.load(make_models.HERE / name)
        assert model.SerializeToString(deterministic=True) == stored.SerializeToString(
            deterministic=True), name


def test_tiny_model_against_the_reference():
    """The whole tiny language model, node by node in numpy."""
    import make_models
    weights = make_models.tiny_weights()
    ids = np.array([[1, 5, 7, 64, 0, 33, 12, 1, 2]])
    session = open_session(make_models.HERE / "tiny-ecolm.onnx")
    actual = session.run(None, {"input_ids": ids})[0][0]

    def linear(x, w):
        return reference.butterfly(reference.log_quantize(x, weights.emin, weights.emax),
                                   w.factors, w.scale)

    h = weights.token_embedding[ids[0]] + weights.position_embedding[:ids.shape[1]]
    for block in weights.blocks:
        x = reference.layer_norm(h, block.attention_norm.weight, block.attention_norm.bias)
        y = reference.attention(linear(x, block.query), linear(x, block.key),
                                linear(x, block.value), weights.heads, weights.kv_heads)
        h = block.attention_alpha * h + linear(y, block.output)
        x = reference.layer_norm(h, block.feed_forward_norm.weight, block.feed_forward_norm.bias)
        x = linear(np.maximum(linear(x, block.up), 0), block.down)
        h = block.feed_forward_alpha * h + x
    x = reference.layer_norm(h, weights.final_norm.weight, weights.final_norm.bias)
    np.testing.assert_allclose(reference.matmul(x, weights.head.T), actual, atol=1e-4)
