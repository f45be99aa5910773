"""Butterfly linear layers: chains of Kronecker-sparse factors, ternary or float."""

import math

import torch
from torch import Tensor, nn

from . import quantizers

FactorShape = tuple[int, int, int, int]


def chain_shapes(n_in: int, n_out: int, width: int,
                 stages: list[tuple[int, int]]) -> list[FactorShape]:
    """Factor shapes (a, b, c, d) of a chain n_in -> n_out, in application order.

    A stage (radix r, stride s) on `width` points is the factor
    (width / (r s), r, r, s). The last factor of width -> n_out has more or fewer
    outputs per block; n_in -> width is the mirror image of width -> n_in.
    """
    if n_in != width:
        if n_out != width:
            raise ValueError(f"neither {n_in} nor {n_out} is the model width {width}")
        return [(a, c, b, d) for a, b, c, d in reversed(chain_shapes(n_out, n_in, width, stages))]
    shapes = []
    for radix, stride in stages:
        if width % (radix * stride):
            raise ValueError(f"stage ({radix}, {stride}) does not divide width {width}")
        shapes.append((width // (radix * stride), radix, radix, stride))
    a, _, c, d = shapes[-1]
    if n_out % (a * d):
        raise ValueError(f"last stage {shapes[-1]} cannot reach {n_out} outputs")
    shapes[-1] = (a, n_out // (a * d), c, d)
    return shapes


def apply_factor(values: Tensor, x: Tensor) -> Tensor:
    """y[(ia b + ib) d + id] = sum_ic values[ia, ib, ic, id] x[(ia c + ic) d + id].

    values (a, b, c, d); x (n, a c d) -> (n, a b d).
    """
    a, b, c, d = values.shape
    blocks = x.reshape(-1, a, c, d).permute(1, 3, 0, 2)  # (a, d, n, c)
    out = blocks @ values.permute(0, 3, 2, 1)  # (a, d, n, b)
    return out.permute(2, 0, 3, 1).reshape(-1, a * b * d)


def chain_matrix(values: list[Tensor]) -> Tensor:
    """The chain as one (inputs, outputs) matrix: every factor applied to the identity."""
    a, _, c, d = values[0].shape
    product = torch.eye(a * c * d, dtype=values[0].dtype)
    for v in values:
        product = apply_factor(v, product)
    return product


class ButterflyLinear(nn.Module):
    """LogQuantize -> ternary factors -> power-of-two scale per output feature.

    With `fp32` the same chain has float values, no quantizer and no scale.
    """

    def __init__(self, n_in: int, n_out: int, config, gain: float = 1.0):
        super().__init__()
        self.config = config
        self.shapes = chain_shapes(n_in, n_out, config.width, config.stages)
        self.n_in, self.n_out = n_in, n_out
        deviations = [gain / math.sqrt(c) if config.fp32 and i == 0 else
                      1 / math.sqrt(c) if config.fp32 else config.latent_deviation
                      for i, (_, _, c, _) in enumerate(self.shapes)]
        self.latents = nn.ParameterList(
            nn.Parameter(torch.randn(shape) * deviation)
            for shape, deviation in zip(self.shapes, deviations))
        if not config.fp32:
            # Var of a chain output is prod(c * P(nonzero)) * E[q(x)^2], E about 0.5.
            nonzero = math.erfc(config.threshold / math.sqrt(math.pi))
            variance = 0.5 * math.prod(c * nonzero for _, _, c, _ in self.shapes)
            exponent = math.log2(gain) - 0.5 * math.log2(variance)
            self.exponent = nn.Parameter(torch.full((n_out,), exponent))

    def values(self) -> list[Tensor]:
        """Factor values as the forward pass uses them."""
        if self.config.fp32:
            return list(self.latents)
        return [quantizers.ternarize(w, self.config.threshold) for w in self.latents]

    def scale(self) -> Tensor:
        """Output scale (n_out,), exact powers of two."""
        return quantizers.power_of_two(self.exponent)

    def dense(self) -> Tensor:
        """The chain as one (n_in, n_out) matrix; integers when ternary."""
        dtype = torch.float32 if self.config.fp32 else self.config.dtype
        values = [v.to(dtype) for v in self.values()]
        if self.n_in > self.n_out:  # cheaper from the narrow side: the transposed chain
            return chain_matrix([v.transpose(1, 2) for v in reversed(values)]).mT
        return chain_matrix(values)

    def quantize(self, x: Tensor) -> Tensor:
        """The layer's input as the matmul operand: log-quantized unless `fp32`."""
        if not self.config.fp32:
            x = quantizers.log_quantize(x, self.config.emin, self.config.emax)
        return x.to(self.config.dtype)

    def forward(self, quantized: Tensor) -> Tensor:
        """quantize(x) (..., n_in) -> (..., n_out), both in the compute type."""
        y = quantized @ self.dense().to(quantized.dtype)
        return y if self.config.fp32 else y * self.scale().to(y.dtype)
