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

    values (layers, a, b, c, d), x (layers, n, a c d) -> (layers, n, a b d).
    """
    layers, a, b, c, d = values.shape
    n = x.shape[1]
    blocks = x.view(layers, n, a, c, d).permute(0, 2, 4, 1, 3).reshape(-1, n, c)
    out = torch.bmm(blocks, values.permute(0, 1, 4, 3, 2).reshape(-1, c, b))
    return out.view(layers, a, d, n, b).permute(0, 3, 1, 4, 2).reshape(layers, n, a * b * d)


def factor_matrix(values: Tensor) -> Tensor:
    """A factor as a matrix: values (layers, a, b, c, d) -> (layers, a c d, a b d)."""
    layers, a, b, c, d = values.shape
    support = (torch.eye(a, dtype=values.dtype).view(a, 1, 1, a, 1, 1)
               * torch.eye(d, dtype=values.dtype).view(1, 1, d, 1, 1, d))
    matrix = values.permute(0, 1, 3, 4, 2).reshape(layers, a, c, d, 1, b, 1) * support
    return matrix.reshape(layers, a * c * d, a * b * d)


def chain_matrix(values: list[Tensor]) -> Tensor:
    """The product of a chain: factors (layers, a, b, c, d) -> (layers, inputs, outputs)."""
    product = factor_matrix(values[0])
    for v in values[1:]:
        product = apply_factor(v, product)
    return product


class ButterflyLinear(nn.Module):
    """LogQuantize -> ternary factors -> power-of-two scale per output feature.

    With `fp32` the same chain has float values, no quantizer and no scale. The
    module holds parameters; the model multiplies by `dense_matrices`.
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
        """Factor values (a, b, c, d): ternary, or the float latents of the twin."""
        if self.config.fp32:
            return list(self.latents)
        return [quantizers.ternarize(w, self.config.threshold) for w in self.latents]

    def scale(self) -> Tensor:
        """Output scale (n_out,), exact powers of two."""
        return quantizers.power_of_two(self.exponent)


def dense_matrices(layers: list[ButterflyLinear]) -> Tensor:
    """Equal-shaped layers as scaled matrices (layers, n_in, n_out) in the compute type.

    There is no nonlinearity inside a chain, so training multiplies by its product.
    Integers below 256 times a power of two are exact in bf16.
    """
    config, first = layers[0].config, layers[0]
    latents = [torch.stack([layer.latents[i] for layer in layers])
               for i in range(len(first.shapes))]
    values = [w.to(config.dtype) if config.fp32 else
              quantizers.ternarize(w, config.threshold, config.dtype) for w in latents]
    if first.n_in > first.n_out:  # cheaper from the narrow side: the transposed chain
        product = chain_matrix([v.transpose(2, 3) for v in reversed(values)]).mT
    else:
        product = chain_matrix(values)
    if config.fp32:
        return product
    exponents = torch.stack([layer.exponent for layer in layers])
    return product * quantizers.power_of_two(exponents).to(config.dtype).unsqueeze(1)
