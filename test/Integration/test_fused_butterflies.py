"""Butterflies of 2 by 2 blocks that stay in registers through several factors, bit for bit.

Integers are compared with exact sums of numpy; floats with its sums in the order of the
definition. Strides come in any order and more than once."""

import numpy as np
import pytest
from ecolm import reference
from ecolm.onnx_functions import DOMAIN
from ecolm.onnx_model import GraphBuilder
from onnx import TensorProto, helper

from programs import ANY_SIZE, compile_model

TARGETS = [(), ("--mcpu=x86-64-v4",), ("--mcpu=x86-64-v3",), ("--mcpu=x86-64",),
           ("--lower-mul-to-shift=shift",)]


class ButterflyModel:
    """One input of n features; an output for every butterfly."""

    def __init__(self, n: int, rows, kind: int, seed: int):
        self.n, self.rows, self.kind = n, rows, kind
        self.generator, self.builder = np.random.default_rng(seed), GraphBuilder()
        self.butterflies: list[list[np.ndarray]] = []
        self.start = "x"
        if kind == TensorProto.INT8:
            self.start = self.builder.op("Cast", ["x"], "floats", to=TensorProto.FLOAT)

    def strides(self, order: str) -> list[int]:
        """Every stride once, up or down, or as many drawn at random."""
        strides = [1 << s for s in range(self.n.bit_length() - 1)]
        if order == "random":
            return [int(d) for d in self.generator.choice(strides, len(strides))]
        return strides if order == "up" else strides[::-1]

    def add(self, order: str, draw) -> None:
        """A butterfly whose coefficients `draw(name, shape)` gives, and puts into the graph."""
        y, factors, name = self.start, [], f"y{len(self.butterflies)}"
        strides = self.strides(order)
        for i, d in enumerate(strides):
            weight, values = draw(f"{name}.{i}", (self.n // 2 // d, 2, 2, d))
            factors.append(values)
            out = name if i + 1 == len(strides) else ""
            y = self.builder.op("ButterflyFactor", [y, weight], f"{name}.stage_{i}",
                                domain=DOMAIN, out=out)
        self.butterflies.append(factors)

    def ternary(self, name: str, shape):
        """Random signs, all alike now and then."""
        values = self.generator.integers(-1, 2, shape, dtype=np.int8)
        if self.generator.random() < 0.1:
            values = np.full(shape, self.generator.choice([-1, 1]), np.int8)
        return self.builder.ternary(name, values), values

    def learned(self, name: str, shape):
        """Floats, zeros of both signs among them."""
        values = self.generator.standard_normal(shape).astype(np.float32)
        values[self.generator.random(shape) < 0.2] = -0.0
        return self.builder.constant(name, values), values

    def powers(self, name: str, shape, largest=0, zeros=0.0):
        """Signed powers of two, `largest` and three less; so many of them are 0."""
        signs = self.generator.choice(np.array([-1, 1], np.float32), shape)
        exponents = self.generator.integers(largest - 3, largest + 1, shape)
        values = np.ldexp(signs, exponents).astype(np.float32)
        values[self.generator.random(shape) < zeros] = 0
        return self.builder.constant(name, values), values

    def powers_and_zeros(self, name: str, shape):
        return self.powers(name, shape, zeros=0.2)

    def small_powers(self, name: str, shape):
        """Their products are too small to be multiplied out where there are many factors."""
        return self.powers(name, shape, largest=-6)

    def model(self):
        """The graph."""
        outputs = [f"y{i}" for i in range(len(self.butterflies))]
        info = helper.make_tensor_value_info
        return self.builder.model(
            "butterflies", [info("x", self.kind, [self.rows, self.n])],
            [info(name, TensorProto.FLOAT, [self.rows, self.n]) for name in outputs])


def exact_sums(x: np.ndarray, factors: list[np.ndarray]) -> np.ndarray:
    """The butterfly on integers of 64 bits."""
    y = x.astype(np.int64)
    for values in factors:
        a, _, _, d = values.shape
        y = np.einsum("racd,abcd->rabd", y.reshape(-1, a, 2, d), values.astype(np.int64))
    return y.reshape(x.shape)


def float_sums(x: np.ndarray, factors: list[np.ndarray]) -> np.ndarray:
    """The butterfly on floats, in the order of the definition; its zeros are positive."""
    for values in factors:
        x = reference.butterfly_factor(x, values)
    return x + np.float32(0)


def wrong_outputs(outputs: dict, expected: list[np.ndarray]) -> list[str]:
    """The outputs that differ from what is expected in any bit."""
    return [f"y{i}" for i, y in enumerate(expected)
            if not np.array_equal(outputs[f"y{i}"].view(np.int32), y.view(np.int32))]


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: " ".join(t) or "native")
@pytest.mark.parametrize("n", [32, 64, 256, 2048])
def test_ternary_sums_are_exact(n, target, tmp_path):
    """The largest bytes, so that sums of plus and minus one leave 16 bits."""
    model = ButterflyModel(n, "rows", TensorProto.INT8, seed=n)
    for order in ("up", "down", "random", "random"):
        model.add(order, model.ternary)
    program = compile_model(model.model(), tmp_path / "model", ANY_SIZE, *target)
    for rows in (1, 2, 5):
        x = model.generator.integers(-128, 128, (rows, n)).astype(np.int8)
        x[0] = -128
        expected = [exact_sums(x, f).astype(np.float32) for f in model.butterflies]
        outputs = program.evaluate({"x": x}, "-t", 2)
        assert not wrong_outputs(outputs, expected)
    # Planted: one last bit.
    outputs["y0"].view(np.int32)[-1, -1] ^= 1
    assert wrong_outputs(outputs, expected) == ["y0"]


@pytest.mark.parametrize("n, rows", [(8192, 1), (16384, 3)])
def test_long_ternary_sums_are_exact(n, rows, tmp_path):
    """Sums of signs alone, and of signs and zeros, at sizes whose scratch is large."""
    model = ButterflyModel(n, rows, TensorProto.INT8, seed=n)
    model.add("up", lambda name, shape: (
        model.builder.ternary(name, np.ones(shape, np.int8)), np.ones(shape, np.int8)))
    model.add("random", model.ternary)
    model.add("down", model.ternary)
    program = compile_model(model.model(), tmp_path / "model", ANY_SIZE)
    x = model.generator.integers(-128, 128, (rows, n)).astype(np.int8)
    expected = [exact_sums(x, f).astype(np.float32) for f in model.butterflies]
    assert not wrong_outputs(program.evaluate({"x": x}), expected)


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: " ".join(t) or "native")
@pytest.mark.parametrize("n", [32, 128, 1024])
def test_float_sums_have_the_definition_s_bits(n, target, tmp_path):
    """Learned, power-of-two and ternary coefficients, on signed zeros, too."""
    model = ButterflyModel(n, "rows", TensorProto.FLOAT, seed=n)
    for order in ("up", "down", "random"):
        for draw in (model.learned, model.powers, model.powers_and_zeros, model.small_powers,
                     model.ternary):
            model.add(order, draw)
    program = compile_model(model.model(), tmp_path / "model", ANY_SIZE, *target)
    for rows in (1, 2, 5):
        x = model.generator.standard_normal((rows, n)).astype(np.float32)
        x[:, ::3] = -0.0
        expected = [float_sums(x, f) for f in model.butterflies]
        assert not wrong_outputs(program.evaluate({"x": x}, "-t", 2), expected)
