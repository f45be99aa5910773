"""Rotations in a graph: factors of Kronecker shape and permutations."""

import numpy as np
import torch

from ..nn.basis import Basis
from ..nn.butterfly_rotation import Hadamard
from ..nn.pair_rotation import FixedPairs
from ..onnx_functions import DOMAIN
from ..onnx_model import GraphBuilder


def stage_values(cosines: torch.Tensor, sines: torch.Tensor, stride: int, n: int) -> np.ndarray:
    """A Givens stage of n points as a factor (n / 2s, 2, 2, s): [[c, -s], [s, c]] a pair.

    Cosines and sines (m / 2,) in the order of pairs; n = K m repeats them K times.
    """
    matrices = torch.stack([cosines, -sines, sines, cosines]).reshape(2, 2, -1, stride)
    values = matrices.permute(2, 0, 1, 3).numpy()
    return np.tile(values, (n // (2 * len(cosines)), 1, 1, 1))


def basis_factors(basis: Basis) -> list[np.ndarray]:
    """Factors (a, b, c, d) of a butterfly or Hadamard basis in application order."""
    if isinstance(basis, Hadamard):
        signs = np.array([[1, 1], [1, -1]], np.float32) * np.float32(0.5**0.5)
        strides = [2**i for i in range(basis.m.bit_length() - 1)]
        return [np.ascontiguousarray(np.broadcast_to(
            signs[None, :, :, None], (basis.n // (2 * s), 2, 2, s))) for s in strides]
    fixed = basis.inputs_only()
    m, blocks = 2 * fixed.cosines.shape[1], 1 if fixed.companion is None else len(fixed.companion)
    factors = [stage_values(c, s, 2**i, blocks * m)
               for i, (c, s) in enumerate(zip(fixed.cosines, fixed.sines))]
    if fixed.companion is not None:
        across = fixed.companion[None, :, :, None].expand(-1, -1, -1, m)
        factors.append(np.ascontiguousarray(across.numpy()))
    return factors


def write_factor(b: GraphBuilder, x: str, values: np.ndarray, name: str, function: bool) -> str:
    """One factor on x (1, T, n): ButterflyFactor, or Reshape, Einsum, Reshape."""
    constant = b.constant(f"{name}.values", values)
    if function:
        return b.op("ButterflyFactor", [x, constant], name, domain=DOMAIN)
    a, rows, columns, d = values.shape
    split = b.constant(f"{name}.split_shape", np.array([1, -1, a, columns, d]))
    joined = b.constant(f"{name}.joined_shape", np.array([1, -1, a * rows * d]))
    parts = b.op("Reshape", [x, split], f"{name}.split")
    y = b.op("Einsum", [parts, constant], f"{name}.einsum", equation="...acd,abcd->...abd")
    return b.op("Reshape", [y, joined], name)


def write_basis(b: GraphBuilder, x: str, basis: Basis, name: str, function: bool) -> str:
    """Q x for x (1, T, n)."""
    fixed = basis.inputs_only()
    if not isinstance(fixed, FixedPairs):
        for i, values in enumerate(basis_factors(basis)):
            x = write_factor(b, x, values, f"{name}.stage_{i}", function)
        return x
    x = b.op("Mul", [x, b.constant(f"{name}.scales", fixed.scales.numpy())], f"{name}.scaled")
    for i, (there, back, cosines, sines) in enumerate(
            zip(fixed.order, fixed.inverse, fixed.cosines, fixed.sines)):
        there = b.constant(f"{name}.order_{i}", there.numpy().astype(np.int32))
        x = b.op("Gather", [x, there], f"{name}.gather_{i}", axis=-1)
        x = write_factor(b, x, stage_values(cosines, -sines, 1, 2 * len(cosines)),
                         f"{name}.round_{i}", function)
        back = b.constant(f"{name}.inverse_{i}", back.numpy().astype(np.int32))
        x = b.op("Gather", [x, back], f"{name}.scatter_{i}", axis=-1)
    return x
