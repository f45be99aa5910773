"""A quantized linear layer in three spellings: DequantizeLinear, MatMulNBits, our functions."""

import dataclasses
from collections.abc import Callable

import numpy as np
from onnx import TensorProto
from onnx.helper import tensor_dtype_to_np_dtype
from torch import nn

from ..nn.low_bit_linear import LowBitLinear, TokenInt8
from ..nn.pot_butterfly import PotButterflyLinear
from ..onnx_functions import DOMAIN
from ..onnx_model import GraphBuilder
from .bases import write_basis
from .weights import integer_weights, layer_weights

INTEGERS = {(2, True): TensorProto.INT2, (2, False): TensorProto.UINT2,
            (4, True): TensorProto.INT4, (4, False): TensorProto.UINT4,
            (8, True): TensorProto.INT8, (8, False): TensorProto.UINT8}


def write_int8(b: GraphBuilder, x: str, name: str) -> str:
    """Per-token int8 in standard operators."""
    op = lambda kind, inputs, part, **a: b.op(kind, inputs, f"{name}.{part}", **a)  # noqa: E731
    axis = b.constant(f"{name}.axis", np.array([-1]))
    bounds = [b.constant(f"{name}.{side}", np.float32(value))
              for side, value in (("floor", 1e-5), ("top", 127), ("low", -128), ("high", 127))]
    largest = op("ReduceMax", [op("Abs", [x], "abs"), axis], "max", keepdims=1)
    scale = op("Div", [bounds[1], op("Clip", [largest, bounds[0]], "clamp")], "scale")
    code = op("Round", [op("Mul", [x, scale], "scaled")], "round")
    return op("Div", [op("Clip", [code, *bounds[2:]], "clip"), scale], "quantized")


def write_dequantized(b: GraphBuilder, x: str, layer: LowBitLinear, name: str) -> str:
    """MatMul with DequantizeLinear(codes (K, N), scales): per tensor, column or block of K."""
    weights = integer_weights(layer_weights(layer))
    columns = weights.codes.T
    kind = INTEGERS[weights.bits, weights.zero is None]
    dtype = tensor_dtype_to_np_dtype(kind)
    groups = weights.scale.shape[1] if weights.scale.ndim else 0
    scale = weights.scale if not groups else (
        weights.scale[:, 0] if groups == 1 else weights.scale.T)
    inputs = [b.constant(f"{name}.codes", columns.astype(dtype)),
              b.constant(f"{name}.scales", scale)]
    if weights.zero is not None:
        zero = weights.zero[:, 0] if groups == 1 else weights.zero.T
        inputs.append(b.constant(f"{name}.zero_points", zero.astype(dtype)))
    place = {} if not groups else {"axis": 1} if groups == 1 else {
        "axis": 0, "block_size": columns.shape[0] // groups}
    weight = b.op("DequantizeLinear", inputs, f"{name}.dequantize", **place)
    return b.op("MatMul", [x, weight], f"{name}.matmul")


def pack_bits(codes: np.ndarray, bits: int) -> np.ndarray:
    """Codes (..., n) of 2, 4 or 8 bits as bytes, lowest bits first, the last byte filled up."""
    per_byte = 8 // bits
    padding = [(0, 0)] * (codes.ndim - 1) + [(0, -codes.shape[-1] % per_byte)]
    digits = np.pad(codes.astype(np.int64), padding)
    digits = digits.reshape(*codes.shape[:-1], -1, per_byte)
    return (digits << (bits * np.arange(per_byte))).sum(-1).astype(np.uint8)


def write_nbits(b: GraphBuilder, x: str, layer: LowBitLinear, name: str,
                float_zero: bool = False) -> str:
    """com.microsoft MatMulNBits: unsigned codes in blocks of K, zero points packed or f32.

    Symmetric integers get the zero point 2^(bits - 1) that the operator has by itself.
    """
    weights = integer_weights(layer_weights(layer))
    rows, columns = weights.codes.shape
    middle = 2 ** (weights.bits - 1)
    signed = weights.zero is None
    block = max(16, 2 ** int(np.log2(columns // max(weights.groups, 1))))
    if weights.groups > 1 and block * weights.groups != columns:
        raise ValueError(f"groups of {columns // weights.groups} are no blocks of MatMulNBits")
    blocks = -(-columns // block)
    codes = weights.codes.astype(np.int64) + (middle if signed else 0)
    filled = np.pad(codes, ((0, 0), (0, blocks * block - columns)))
    spread = lambda t: np.broadcast_to(t, (rows, blocks))  # noqa: E731
    inputs = [x, b.constant(f"{name}.codes", pack_bits(filled.reshape(rows, blocks, block),
                                                       weights.bits)),
              b.constant(f"{name}.scales", spread(weights.scale).astype(np.float32))]
    if not signed or float_zero:
        zero = spread(np.full((1, 1), middle) if signed else weights.zero)
        inputs.append(b.constant(f"{name}.zero_points", zero.astype(np.float32) if float_zero
                                 else pack_bits(zero, weights.bits)))
    return b.op("MatMulNBits", inputs, f"{name}.matmul", domain="com.microsoft", K=columns,
                N=rows, bits=weights.bits, block_size=block)


def write_function(b: GraphBuilder, x: str, layer: LowBitLinear, name: str) -> str:
    """TernaryMatMul, PotMatMul and their forms with groups; uniform weights dequantized."""
    weights = layer_weights(layer)
    if weights.kind == "uniform":
        return write_dequantized(b, x, layer, name)
    grouped = weights.groups > 1
    scale = weights.scale if grouped or not weights.scale.ndim else weights.scale[:, 0]
    scale = b.constant(f"{name}.scale", scale)
    if weights.kind == "ternary":
        inputs = [x, b.ternary(f"{name}.weight", weights.terms[0]), scale]
        kind = "TernaryGroupMatMul" if grouped else "TernaryMatMul"
        return b.op(kind, inputs, f"{name}.matmul", domain=DOMAIN)
    kind = "PotGroupMatMul" if grouped else "PotMatMul"
    products = [b.op(kind, [x, b.constant(f"{name}.codes_{i}", codes), scale],
                     f"{name}.matmul_{i}", domain=DOMAIN, emin=weights.emin, emax=weights.emax)
                for i, codes in enumerate(weights.terms)]
    total = products[0]
    for i, product in enumerate(products[1:], 1):
        total = b.op("Add", [total, product], f"{name}.sum_{i}")
    return total


def write_pot_butterfly(b: GraphBuilder, x: str, layer: PotButterflyLinear, name: str) -> str:
    """A ButterflyFactor of f32 powers of two per factor, then the scale."""
    for i, latent in enumerate(layer.factors):
        values = layer.weight_format(latent).detach().numpy()
        x = b.op("ButterflyFactor", [x, b.constant(f"{name}.factor_{i}.values", values)],
                 f"{name}.factor_{i}", domain=DOMAIN)
    return b.op("Mul", [x, b.constant(f"{name}.scale.values", layer.scale.detach().numpy())],
                f"{name}.scale")


@dataclasses.dataclass(frozen=True)
class LinearWriter:
    """How a spelling writes the product and the parts around it."""

    product: Callable[..., str]
    functions: bool  # rotations and int8 activations as functions of our domain
    opset: int = 23

    def __call__(self, b: GraphBuilder, x: str, layer: nn.Module, name: str) -> str:
        """Append `layer` to the graph; x and the result are (1, T, features)."""
        if isinstance(layer, PotButterflyLinear):
            y = write_pot_butterfly(b, x, layer, name)
        elif type(layer) is nn.Linear:
            weights = layer.weight.detach().numpy().T.copy()
            y = b.op("MatMul", [x, b.constant(f"{name}.weight", weights)], f"{name}.product")
        else:
            if layer.basis is not None:
                x = write_basis(b, x, layer.basis, f"{name}.basis", self.functions)
            if isinstance(layer.activation, TokenInt8):
                x = (b.op("QuantizeInt8", [x], f"{name}.input", domain=DOMAIN) if self.functions
                     else write_int8(b, x, f"{name}.input"))
            y = self.product(b, x, layer, name)
            if not isinstance(layer.after, nn.Identity):
                y = write_basis(b, y, layer.after, f"{name}.after", self.functions)
        if layer.bias is None:
            return y
        bias = b.constant(f"{name}.bias.values", layer.bias.detach().numpy())
        return b.op("Add", [y, bias], f"{name}.bias")


WRITERS = {
    "qdq": LinearWriter(write_dequantized, functions=False, opset=25),
    "nbits": LinearWriter(write_nbits, functions=False),
    "nbits-float-zero": LinearWriter(
        lambda *arguments: write_nbits(*arguments, float_zero=True), functions=False),
    "functions": LinearWriter(write_function, functions=True, opset=25),
}
