"""Regenerate the small ONNX files of this folder: `python test/Models/make_models.py`."""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "python"))

from ecolm.onnx_functions import DOMAIN  # noqa: E402
from ecolm.onnx_model import (  # noqa: E402
    BlockWeights, GraphBuilder, LanguageModelWeights, LinearWeights, NormWeights,
    language_model, linear_model)

CHARACTERS = "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
EMIN, EMAX = -6, 3


def ternary(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Independent uniform values in {-1, 0, 1}."""
    return generator.integers(-1, 2, shape, dtype=np.int8)


def uniform(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """f32 multiples of 2^-12 in [-1, 1): the same bits on every platform."""
    return (generator.integers(-4096, 4096, shape) / 4096).astype(np.float32)


def random_linear(generator: np.random.Generator, shapes: list[tuple[int, int, int, int]],
                  scalar_scale: bool = False) -> LinearWeights:
    """A chain whose outputs are of order one, with mixed power-of-two scales."""
    factors = [ternary(generator, shape) for shape in shapes]
    a, b, _, d = shapes[-1]
    spread = np.prod([2 * c / 3 for _, _, c, _ in shapes])
    middle = -int(np.floor(np.log2(spread) / 2))
    exponents = middle + generator.integers(-1, 2, () if scalar_scale else (a * b * d,))
    return LinearWeights(factors, np.ldexp(np.float32(1), exponents).astype(np.float32))


def random_norm(generator: np.random.Generator, width: int) -> NormWeights:
    """Weights around one, small biases."""
    return NormWeights(1 + uniform(generator, (width,)) / 4, uniform(generator, (width,)) / 8)


def tiny_weights() -> LanguageModelWeights:
    """Two layers, width 64, four query heads on two key/value heads, random weights."""
    g = np.random.default_rng(65)
    width, context = 64, 64
    square = [(8, 8, 8, 1), (1, 8, 8, 8)]
    narrow = [(8, 8, 8, 1), (1, 4, 8, 8)]
    radix2 = [(32 // s, 2, 2, s) for s in (1, 2, 4, 8, 16, 32)]
    blocks = []
    for query in (square, radix2):
        blocks.append(BlockWeights(
            attention_norm=random_norm(g, width),
            query=random_linear(g, query), key=random_linear(g, narrow),
            value=random_linear(g, narrow, scalar_scale=True),
            output=random_linear(g, square),
            attention_alpha=np.float32(0.875),
            feed_forward_norm=random_norm(g, width),
            up=random_linear(g, [(8, 8, 8, 1), (1, 16, 8, 8)]),
            down=random_linear(g, [(1, 8, 16, 8), (8, 8, 8, 1)]),
            feed_forward_alpha=np.float32(1.125)))
    return LanguageModelWeights(
        token_embedding=uniform(g, (65, width)), position_embedding=uniform(g, (context, width)),
        blocks=blocks, final_norm=random_norm(g, width), head=uniform(g, (width, 65)) / 4,
        heads=4, kv_heads=2, emin=EMIN, emax=EMAX, vocabulary=list(CHARACTERS),
        name="tiny-ecolm")


def matmul_model(name: str, kind: str, columns: int, rows: int) -> onnx.ModelProto:
    """x f32 [rows, columns] times a constant TernaryMatMul or PotMatMul weight."""
    g = np.random.default_rng(columns * rows)
    b = GraphBuilder()
    if kind == "TernaryMatMul":
        weight = b.ternary("weight", ternary(g, (rows, columns)))
        scale, attributes = np.ldexp(1.5, g.integers(-4, 1, rows)).astype(np.float32), {}
    else:
        weight = b.constant("weight", g.integers(-8, 9, (rows, columns), dtype=np.int8))
        scale, attributes = np.float32(0.75), {"emin": -7, "emax": 0}
    b.op(kind, ["x", weight, b.constant("scale", np.asarray(scale))], "matmul", out="y",
         domain=DOMAIN, **attributes)
    return b.model(name,
                   [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", columns])],
                   [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["rows", rows])])


def models() -> dict[str, onnx.ModelProto]:
    """Every generated model by file name."""
    radix4 = [(16, 4, 4, 1), (4, 4, 4, 4), (1, 4, 4, 16)]
    butterfly = random_linear(np.random.default_rng(4), radix4)
    return {
        "tiny-ecolm.onnx": language_model(tiny_weights()),
        "ternary-matmul.onnx": matmul_model("ternary-matmul", "TernaryMatMul", 50, 33),
        "pot-matmul.onnx": matmul_model("pot-matmul", "PotMatMul", 50, 33),
        "butterfly.onnx": linear_model(butterfly, EMIN, EMAX, "butterfly"),
    }


if __name__ == "__main__":
    for file_name, model in models().items():
        (HERE / file_name).write_bytes(model.SerializeToString(deterministic=True))
        print(f"{file_name}: {(HERE / file_name).stat().st_size} bytes")
