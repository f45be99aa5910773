"""Ternary, power-of-two and integer kernels against the numpy reference, bit for bit."""

import pathlib

import numpy as np
import pytest
from ecolm import reference
from ecolm.onnx_functions import DOMAIN
from ecolm.onnx_model import GraphBuilder
from onnx import TensorProto, helper

from programs import ANY_SIZE, compile_model
from random_layers import LayerModel, chain_shapes, rectangular_shapes

ROWS = 40
# Rows of every layer together; every row is a case of its own.
CASES: dict[str, int] = {}


def butterflies(layers: LayerModel) -> None:
    """Quantized chains of powers of two, of other radices and of any shape."""
    g = layers.generator
    for radix, stages in [(2, 1), (2, 4), (2, 7), (3, 3), (4, 2), (4, 3), (5, 2), (7, 2), (16, 2)]:
        for reverse in (False, True):
            if stages > 1:
                layers.quantized_butterfly(chain_shapes(g, radix, stages, reverse))
    for _ in range(90):
        layers.quantized_butterfly(rectangular_shapes(g))


def float_factors(layers: LayerModel) -> None:
    """Single factors on floats, ternary and dense."""
    g = layers.generator
    for i in range(80):
        shape = tuple(int(v) for v in g.integers(1, 9, 4))
        layers.float_factor(shape, ternary=i % 2 == 0)


def products(layers: LayerModel) -> None:
    """Ternary and power-of-two matrices of 1 to 130 rows and columns."""
    g = layers.generator
    sizes = [(1, 1), (16, 16), (17, 15), (130, 130), (1, 130), (130, 1), (64, 63)]
    sizes += [tuple(int(v) for v in g.integers(1, 131, 2)) for _ in range(33)]
    for i, (rows, columns) in enumerate(sizes):
        layers.ternary_matmul(rows, columns, quantized=i % 2 == 0)
        layers.pot_matmul(rows, columns, quantized=i % 2 == 1)


def bytes_by_ternary(layers: LayerModel) -> None:
    """Bytes of a row by ternary matrices: whole tiles, padded ones, primes, 1 and 2050."""
    g = layers.generator
    sizes = [(1, 1), (16, 16), (17, 15), (2050, 31), (31, 2050), (1, 130), (127, 257), (64, 63)]
    sizes += [tuple(int(v) for v in g.integers(1, 300, 2)) for _ in range(32)]
    for rows, columns in sizes:
        layers.byte_matmul(rows, columns)


def bytes_by_powers(layers: LayerModel) -> None:
    """Bytes of a row by matrices of powers of two."""
    g = layers.generator
    sizes = [(1, 1), (16, 16), (17, 15), (2050, 31), (31, 2050), (127, 257)]
    sizes += [tuple(int(v) for v in g.integers(1, 300, 2)) for _ in range(24)]
    for rows, columns in sizes:
        layers.byte_pot_matmul(rows, columns)


def floats(layers: LayerModel) -> None:
    """Floats by matrices of all formats: whole tiles and groups of lanes, and padded ones."""
    g = layers.generator
    sizes = [(128, 64), (256, 48), (250, 31), (2050, 37), (37, 2050), (131, 127), (90, 70)]
    sizes += [tuple(int(v) for v in g.integers(1, 300, 2)) for _ in range(9)]
    for rows, columns in sizes:
        layers.pot_matmul(rows, columns, quantized=False)
        layers.ternary_matmul(rows, columns, quantized=False)
        layers.dense_matmul(rows, columns)


def groups(layers: LayerModel) -> None:
    """Ternary and power-of-two matrices with scales of 1 to 33 groups of any size."""
    g = layers.generator
    for i in range(40):
        groups, size, rows = (int(v) for v in g.integers(1, (34, 20, 70)))
        layers.group_matmul(rows, groups * size, groups, pot=i % 2 == 0, int8=i % 4 > 1)


def tiled_groups(layers: LayerModel) -> None:
    """Groups of whole tiles; rows beside whole vectors of outputs, and one group for all."""
    g = layers.generator
    for i in range(32):
        groups, rows = (int(v) for v in g.integers(1, (6, 300)))
        size = int(g.choice([16, 32, 64, 128]))
        layers.group_matmul(rows, groups * size, groups, pot=i % 2 == 0, int8=i % 4 > 1)


def integers(layers: LayerModel) -> None:
    """Integers of 2, 4 and 8 bits with scales and zero points; last groups may be short."""
    g = layers.generator
    for i in range(36):
        rows, columns = (int(v) for v in g.integers(2, 300, 2))
        columns = 2050 if i == 7 else columns
        group = int(g.choice([16, 32, 64, 128]))
        # A block is a block only where there are several.
        columns = max(columns, group + 1)
        layers.integer_matmul(rows, columns, bits=(2, 4, 8)[i % 3], group=group,
                              zeros=i % 2 == 0, int8=i % 4 > 1)


def has_avx512() -> bool:
    """Whether programs for x86-64-v4 run here."""
    return " avx512vl " in pathlib.Path("/proc/cpuinfo").read_text(encoding="ascii")


def same_bits(actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Where the numbers are the same; integers have one zero, so its sign is no matter."""
    return (actual.view(np.int32) == expected.view(np.int32)) | ((actual == 0) & (expected == 0))


def wrong_layers(layers: LayerModel, inputs, outputs) -> list[str]:
    """A line for each layer whose program and reference differ."""
    found = []
    for layer in layers.layers:
        actual = outputs[layer.output]
        expected = layer.expected(inputs[f"x_{layer.inputs}"]).astype(np.float32)
        same = same_bits(actual, expected)
        if not same.all():
            found.append(f"{layer.output} ({layer.inputs} -> {layer.width}): {(~same).sum()} "
                         f"differ, by {np.abs(actual - expected).max()}")
    return found


@pytest.mark.parametrize("fill", [butterflies, float_factors, products, groups, tiled_groups,
                                  floats, integers, bytes_by_ternary, bytes_by_powers])
def test_layers_are_exact(fill, tmp_path):
    layers = LayerModel(seed=len(fill.__name__))
    fill(layers)
    program = compile_model(layers.model(opset=25), tmp_path / "layers", ANY_SIZE)
    inputs = layers.inputs(ROWS)
    outputs = program.evaluate(inputs, "-t", 2)
    wrong = wrong_layers(layers, inputs, outputs)
    assert not wrong, "\n".join(wrong)
    CASES[fill.__name__] = ROWS * len(layers.layers)
    # Planted: one last bit of one output of one row.
    last = layers.layers[-1].output
    outputs[last].view(np.int32)[ROWS // 2, -1] ^= 1
    assert len(wrong_layers(layers, inputs, outputs)) == 1


def layers_of_all_kinds() -> LayerModel:
    """A few layers for every kernel of matrices."""
    layers = LayerModel(seed=3)
    for rows, columns in [(1, 1), (17, 15), (64, 96), (31, 2050), (129, 70), (200, 33)]:
        layers.byte_matmul(rows, columns)
        layers.byte_pot_matmul(rows, columns)
        layers.pot_matmul(rows, columns, quantized=False)
        layers.ternary_matmul(rows, columns, quantized=False)
        layers.dense_matmul(rows, columns)
    for i, (rows, columns) in enumerate([(17, 100), (300, 64), (64, 129)]):
        for int8 in (False, True):
            layers.group_matmul(rows, 64, 4, pot=i % 2 == 0, int8=int8)
            for bits in (2, 4, 8):
                layers.integer_matmul(rows, columns, bits, group=32, zeros=i == 0, int8=int8)
    return layers


@pytest.mark.parametrize("option", ["--mcpu=x86-64", "--mcpu=x86-64-v3", "--mcpu=x86-64-v4",
                                    "--cache-bytes=0", "--lower-mul-to-shift=shift"])
def test_kernels_are_exact_on_other_targets(option, tmp_path):
    """Without instructions for products of bytes and look-ups, with those of AVX2, with look-ups
    alone, with weights in base 3 (where bytes are looked up in tables of 256), and without
    products."""
    if option == "--mcpu=x86-64-v4" and not has_avx512():
        pytest.skip("this machine has no AVX-512")
    layers = layers_of_all_kinds()
    program = compile_model(layers.model(opset=25), tmp_path / "layers", ANY_SIZE, option)
    inputs = layers.inputs(ROWS)
    wrong = wrong_layers(layers, inputs, program.evaluate(inputs, "-t", 2))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("bits, kind", [(2, TensorProto.INT2), (4, TensorProto.INT4)])
@pytest.mark.parametrize("rows, columns", [(17, 15), (64, 96), (31, 2050), (129, 70)])
def test_bytes_by_integers_are_exact(bits, kind, rows, columns, tmp_path):
    """Bytes of a row by integers of 2 and 4 bits, the least one included."""
    g, b = np.random.default_rng(rows), GraphBuilder()
    codes = g.integers(-(1 << bits - 1), 1 << bits - 1, (columns, rows)).astype(np.int8)
    codes[0, 0] = -(1 << bits - 1)
    b.initializers.append(helper.make_tensor("w", kind, codes.shape, codes.flatten().tolist()))
    x = b.op("QuantizeInt8", ["x"], "quantized", domain=DOMAIN)
    weight = b.op("DequantizeLinear", ["w", b.constant("s", np.full(rows, 0.5, np.float32))],
                  "dequantized", axis=1)
    b.op("MatMul", [x, weight], "product", out="y")
    info = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", width])
            for name, width in (("x", columns), ("y", rows))]
    program = compile_model(b.model("integers", info[:1], info[1:], opset=25), tmp_path / "model")
    x = g.standard_normal((11, columns)).astype(np.float32)
    quantized, _ = reference.quantize_int8(x)
    step = np.maximum(np.abs(x).max(-1, keepdims=True), np.float32(1e-5)) / np.float32(127)
    sums = quantized.astype(np.int32) @ codes.astype(np.int32)
    expected = sums.astype(np.float32) * step * np.float32(0.5)
    assert same_bits(program.evaluate({"x": x})["y"], expected).all()


def test_cases_are_many():
    """At least 10,000 pairs of a random shape and random values."""
    assert set(CASES) == {"butterflies", "float_factors", "products", "groups", "tiled_groups",
                          "floats", "integers", "bytes_by_ternary", "bytes_by_powers"}
    assert sum(CASES.values()) >= 10_000


RANGES = [(-6, 3), (-1, 0), (0, 0), (-20, 10), (-126, -100), (100, 127)]
ROUNDINGS = ("floor", "nearest_log", "nearest", "ceil")
UNDERFLOWS = ("zero", "clamp")


def edge_values() -> np.ndarray:
    """Every power of two and every threshold between two, each with its neighbours."""
    exponents = np.arange(-149, 128)
    values = [np.ldexp(np.float32(m), exponents) for m in (1.0, 1.5, np.sqrt(np.float32(2)))]
    values = np.unique(np.concatenate(values).astype(np.float32))
    values = np.concatenate([np.nextafter(values, np.float32(0)), values,
                             np.nextafter(values, np.float32(np.inf))])
    special = np.array([0, np.inf, np.nan, np.finfo(np.float32).max, 2**-149], np.float32)
    values = np.concatenate([values, special])
    return np.concatenate([values, -values])


@pytest.mark.filterwarnings("ignore:overflow")
def test_log_quantize_at_every_edge(tmp_path):
    """All roundings and ranges, on every threshold, subnormals, zeros, infinities, NaN."""
    x, b = edge_values(), GraphBuilder()
    cases = [(f"y_{i}_{rounding}_{underflow}", emin, emax, rounding, underflow)
             for i, (emin, emax) in enumerate(RANGES)
             for rounding in ROUNDINGS for underflow in UNDERFLOWS]
    for name, emin, emax, rounding, underflow in cases:
        b.op("LogQuantize", ["x"], name, domain=DOMAIN, emin=emin, emax=emax, rounding=rounding,
             underflow=underflow)
    value_info = helper.make_tensor_value_info
    model = b.model("edges", [value_info("x", TensorProto.FLOAT, ["n"])],
                    [value_info(case[0], TensorProto.FLOAT, ["n"]) for case in cases])
    outputs = compile_model(model, tmp_path / "edges").evaluate({"x": x})
    wrong = []
    for name, *parameters in cases:
        expected = reference.log_quantize(x, *parameters)
        differs = ((outputs[name].view(np.int32) != expected.view(np.int32))
                   & ~(np.isnan(expected) & np.isnan(outputs[name])))
        for value, actual, right in zip(x[differs][:3], outputs[name][differs], expected[differs]):
            wrong.append(f"{name}{parameters}: {value} gives {actual}, expected {right}, "
                         f"{differs.sum()} such")
    assert not wrong, "\n".join(wrong)
