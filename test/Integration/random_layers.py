"""Models of many independent random layers, each with its numpy reference.

One compile covers hundreds of shapes. Layers of one input width share an
input, and every layer has an output of its own.
"""

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import onnx
from ecolm import reference
from ecolm.onnx_functions import DOMAIN
from ecolm.onnx_model import GraphBuilder, LinearWeights
from onnx import TensorProto, helper

EMIN, EMAX = -6, 3


@dataclasses.dataclass
class Layer:
    """What one output of the model is, computed from one of its inputs."""

    output: str
    width: int
    inputs: int
    expected: Callable[[np.ndarray], np.ndarray]


class LayerModel:
    """Collects layers; `model` is one ONNX model of all of them."""

    def __init__(self, seed: int):
        self.generator = np.random.default_rng(seed)
        self.builder = GraphBuilder()
        self.layers: list[Layer] = []

    def _add(self, width: int, inputs: int, expected) -> tuple[str, str]:
        name = f"layer_{len(self.layers)}"
        self.layers.append(Layer(f"{name}_out", width, inputs, expected))
        return name, f"x_{inputs}"

    def ternary(self, shape: tuple[int, ...]) -> np.ndarray:
        """Values in {-1, 0, 1}; now and then all equal."""
        if self.generator.random() < 0.05:
            return np.full(shape, self.generator.integers(-1, 2), np.int8)
        return self.generator.integers(-1, 2, shape, dtype=np.int8)

    def scale(self, width: int) -> np.ndarray:
        """Powers of two: one, or one for each output."""
        shape = () if self.generator.random() < 0.3 else (width,)
        return np.ldexp(np.float32(1), self.generator.integers(-9, 4, shape)).astype(np.float32)

    def quantized_butterfly(self, shapes: list[tuple[int, int, int, int]]) -> None:
        """Log quantization, a chain of factors and a power-of-two scale."""
        factors = [self.ternary(shape) for shape in shapes]
        (a, _, c, d), (last_a, last_b, _, last_d) = shapes[0], shapes[-1]
        width = last_a * last_b * last_d
        weights = LinearWeights(factors, self.scale(width))

        def expected(x):
            y = reference.log_quantize(x, EMIN, EMAX)
            return reference.butterfly(y, factors, weights.scale)

        name, x = self._add(width, a * c * d, expected)
        self.builder.linear(x, weights, name, EMIN, EMAX, out=f"{name}_out")

    def float_factor(self, shape: tuple[int, int, int, int], ternary: bool) -> None:
        """One factor on floats: the order of the additions is part of its meaning."""
        a, b, c, d = shape
        values = self.ternary(shape) if ternary else \
            self.generator.standard_normal(shape).astype(np.float32)
        name, x = self._add(a * b * d, a * c * d,
                            lambda x: reference.butterfly_factor(x, values))
        weight = self.builder.ternary(name, values) if ternary else \
            self.builder.constant(f"{name}.values", values)
        self.builder.op("ButterflyFactor", [x, weight], name, out=f"{name}_out", domain=DOMAIN)

    def ternary_matmul(self, rows: int, columns: int, quantized: bool) -> None:
        """TernaryMatMul (N = rows, K = columns) on floats or on powers of two."""
        values = self.ternary((rows, columns))
        scale = self.scale(rows) if quantized else \
            self.generator.uniform(0.1, 2, self.generator.choice([1, rows])).astype(np.float32)
        scale = scale.reshape(()) if scale.size == 1 else scale

        def expected(x):
            x = reference.log_quantize(x, EMIN, EMAX) if quantized else x
            return reference.matmul(x, values, scale)

        name, x = self._add(rows, columns, expected)
        x = self._quantize(x, name) if quantized else x
        self.builder.op("TernaryMatMul", [x, self.builder.ternary(name, values),
                                          self.builder.constant(f"{name}.scale", scale)],
                        name, out=f"{name}_out", domain=DOMAIN)

    def byte_matmul(self, rows: int, columns: int) -> None:
        """TernaryMatMul of a row's bytes."""
        values = self.ternary((rows, columns))
        scale = np.float32(self.generator.uniform(0.1, 2))

        def expected(x):
            return byte_product(x, values) * scale

        name, x = self._add(rows, columns, expected)
        x = self.builder.op("QuantizeInt8", [x], f"{name}.quantize", domain=DOMAIN)
        self.builder.op("TernaryMatMul", [x, self.builder.ternary(name, values),
                                          self.builder.constant(f"{name}.scale", scale)],
                        name, out=f"{name}_out", domain=DOMAIN)

    def dense_matmul(self, rows: int, columns: int) -> None:
        """MatMul of floats by floats."""
        values = self.generator.standard_normal((rows, columns)).astype(np.float32)
        name, x = self._add(rows, columns, lambda x: reference.matmul(x, values))
        self.builder.op("MatMul", [x, self.builder.constant(f"{name}.values", values.T.copy())],
                        name, out=f"{name}_out")

    def byte_pot_matmul(self, rows: int, columns: int) -> None:
        """PotMatMul of a row's bytes; from 8 powers on they are no bytes."""
        levels = int(self.generator.integers(1, 10))
        emin = int(self.generator.integers(-7, 1))
        codes = self.generator.integers(-levels, levels + 1, (rows, columns), dtype=np.int8)
        values = reference.pot_values(codes, 0).astype(np.int32)
        scale = np.ldexp(np.float32(1), emin)
        name, x = self._add(rows, columns, lambda x: byte_product(x, values) * scale)
        x = self.builder.op("QuantizeInt8", [x], f"{name}.quantize", domain=DOMAIN)
        self.builder.op("PotMatMul", [x, self.builder.constant(f"{name}.codes", codes),
                                      self.builder.constant(f"{name}.scale", np.float32(1))],
                        name, out=f"{name}_out", domain=DOMAIN, emin=emin, emax=emin + levels - 1)

    def integer_matmul(self, rows: int, columns: int, bits: int, group: int, zeros: bool,
                       int8: bool) -> None:
        """DequantizeLinear of integers in blocks of `group` inputs, then MatMul: floats, or a
        row's bytes, times a matrix with scales and, with `zeros`, zero points."""
        g, count = self.generator, -(-columns // group)
        low, high = -(1 << bits - 1), 1 << bits - 1
        codes = g.integers(low, high, (rows, columns)).astype(np.int8)
        scales = g.uniform(0.1, 2, (rows, count)).astype(np.float32)
        zero = g.integers(low, high, (rows, count)).astype(np.int8)
        offsets = -scales * zero.astype(np.float32) if zeros else None

        def expected(x):
            if not int8:
                return reference.group_matmul(x, codes.astype(np.float32), scales, group, offsets)
            x, step = reference.quantize_int8(x)[0], row_step(x)
            return reference.group_matmul(x, codes, scales, group, offsets) * step

        name, x = self._add(rows, columns, expected)
        x = self.builder.op("QuantizeInt8", [x], f"{name}.quantize", domain=DOMAIN) if int8 else x
        kind = {2: TensorProto.INT2, 4: TensorProto.INT4, 8: TensorProto.INT8}[bits]
        inputs = [self._integers(f"{name}.w", kind, codes.T),
                  self.builder.constant(f"{name}.scales", scales.T.copy())]
        if zeros:
            inputs.append(self._integers(f"{name}.zeros", kind, zero.T))
        weight = self.builder.op("DequantizeLinear", inputs, f"{name}.weight", axis=0,
                                 block_size=group)
        self.builder.op("MatMul", [x, weight], name, out=f"{name}_out")

    def _integers(self, name: str, kind: int, values: np.ndarray) -> str:
        self.builder.initializers.append(
            helper.make_tensor(name, kind, values.shape, values.flatten().tolist()))
        return name

    def pot_matmul(self, rows: int, columns: int, quantized: bool) -> None:
        """PotMatMul: sums of powers of two, or of shifted floats."""
        emin = int(self.generator.integers(-7, 1))
        levels = int(self.generator.integers(1, 13))  # up to 7 fit a nibble
        codes = self.generator.integers(-levels, levels + 1, (rows, columns), dtype=np.int8)
        values, scale = reference.pot_values(codes, emin), np.float32(0.75)

        def expected(x):
            x = reference.log_quantize(x, EMIN, EMAX) if quantized else x
            return reference.matmul(x, values, scale)

        name, x = self._add(rows, columns, expected)
        x = self._quantize(x, name) if quantized else x
        self.builder.op("PotMatMul", [x, self.builder.constant(f"{name}.codes", codes),
                                      self.builder.constant(f"{name}.scale", np.asarray(scale))],
                        name, out=f"{name}_out", domain=DOMAIN, emin=emin, emax=emin + levels - 1)

    def group_matmul(self, rows: int, columns: int, groups: int, pot: bool, int8: bool) -> None:
        """TernaryGroupMatMul or PotGroupMatMul on floats, or on a row's bytes."""
        levels, emin = (int(self.generator.integers(1, 13)), -3) if pot else (1, 0)
        codes = self.generator.integers(-levels, levels + 1, (rows, columns), dtype=np.int8)
        scales = self.generator.uniform(-2, 2, (rows, groups)).astype(np.float32)
        size = columns // groups

        def expected(x):
            if not int8:
                values = reference.pot_values(codes, emin) if pot else codes
                return reference.group_matmul(x, values, scales, size)
            values = reference.pot_values(codes, 0).astype(np.int32) if pot else codes
            x, step = reference.quantize_int8(x)[0], row_step(x)
            return reference.group_matmul(x, values, scales, size, exponent=emin) * step

        name, x = self._add(rows, columns, expected)
        x = self.builder.op("QuantizeInt8", [x], f"{name}.quantize", domain=DOMAIN) if int8 else x
        attributes = {"emin": emin, "emax": emin + levels - 1} if pot else {}
        self.builder.op("PotGroupMatMul" if pot else "TernaryGroupMatMul",
                        [x, self.builder.constant(f"{name}.codes", codes),
                         self.builder.constant(f"{name}.scales", scales)],
                        name, out=f"{name}_out", domain=DOMAIN, **attributes)

    def _quantize(self, x: str, name: str) -> str:
        return self.builder.op("LogQuantize", [x], f"{name}.quantize", domain=DOMAIN, emin=EMIN,
                               emax=EMAX, rounding="floor", underflow="zero")

    def model(self, opset: int = 23) -> onnx.ModelProto:
        """Inputs x_<width> f32 [rows, width]; an output for each layer."""
        widths = sorted({layer.inputs for layer in self.layers})
        return self.builder.model(
            "random-layers",
            [helper.make_tensor_value_info(f"x_{n}", TensorProto.FLOAT, ["rows", n])
             for n in widths],
            [helper.make_tensor_value_info(layer.output, TensorProto.FLOAT,
                                           ["rows", layer.width]) for layer in self.layers],
            opset=opset)

    def inputs(self, rows: int) -> dict[str, np.ndarray]:
        """Random magnitudes around every power of two, with signs and zeros."""
        g = self.generator
        result = {}
        for n in sorted({layer.inputs for layer in self.layers}):
            x = np.ldexp(g.uniform(1, 2, (rows, n)), g.integers(EMIN - 2, EMAX + 3, (rows, n)))
            result[f"x_{n}"] = (x * g.choice([-1, 0, 1], (rows, n), p=[0.45, 0.1, 0.45])
                                ).astype(np.float32)
        return result


def row_step(x: np.ndarray) -> np.ndarray:
    """What one unit of a row's bytes is, f32 [rows, 1]."""
    largest = np.maximum(np.abs(x).max(axis=-1, keepdims=True), np.float32(1e-5))
    return largest / np.float32(127)


def byte_product(x: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The bytes of the rows of x times integers (N, K), as f32."""
    codes, _ = reference.quantize_int8(x)
    sums = codes.astype(np.int32) @ values.T.astype(np.int32)
    return sums.astype(np.float32) * row_step(x)


def chain_shapes(generator: np.random.Generator, radix: int, stages: int, reverse: bool
                 ) -> list[tuple[int, int, int, int]]:
    """A square chain of one radix, strides going up or down."""
    n = radix ** stages
    strides = [radix ** i for i in range(stages)]
    return [(n // (radix * s), radix, radix, s) for s in (reversed(strides) if reverse
                                                          else strides)]


def rectangular_shapes(generator: np.random.Generator) -> list[tuple[int, int, int, int]]:
    """Two to four factors of any sizes, each reading what the one before it writes."""
    a, b, c, d = (int(v) for v in generator.integers(1, 8, 4))
    shapes = [(a, b, c, d)]
    for _ in range(generator.integers(1, 4)):
        width = math.prod(shapes[-1][i] for i in (0, 1, 3))
        divisors = [k for k in range(1, width + 1) if width % k == 0]
        a = int(generator.choice(divisors))
        c = int(generator.choice([k for k in divisors if width // a % k == 0 and k <= 12]))
        d = width // (a * c)
        b = int(generator.integers(1, max(2, min(9, 400 // (a * d) + 1))))
        shapes.append((a, b, c, d))
    return shapes
