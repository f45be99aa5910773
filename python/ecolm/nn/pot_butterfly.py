"""A butterfly in place of the weight, its values powers of two, its blocks near orthogonal."""

import torch
from torch import Tensor, nn

from .butterfly import apply_factor, chain_shapes
from .pot import FixedPowers


class PotButterflyLinear(nn.Module):
    """y = scale (F_k ... F_1 x) + bias; values of the factors are 0 or +-2^e, e in [emin, emax].

    The stages are radix 2 on the narrower side, a power of two, at strides 1, 2, 4, ...; the
    first or last has as many more inputs or outputs as the other side is wider. `penalty`
    is the mean of (B^T B - I)^2, of the smaller Gram matrix, over the blocks B of latents.
    """

    def __init__(self, n_in: int, n_out: int, bias: bool, emin: int = -6, emax: int = 0):
        super().__init__()
        self.weight_format = FixedPowers(emin, emax)
        width = min(n_in, n_out)
        stages = [(2, 2**i) for i in range(width.bit_length() - 1)]
        self.factors = nn.ParameterList(
            torch.randn(shape) * shape[2] ** -0.5
            for shape in chain_shapes(n_in, n_out, width, stages))
        self.scale = nn.Parameter(torch.ones(n_out))
        self.bias = nn.Parameter(torch.zeros(n_out)) if bias else None

    def penalty(self) -> Tensor:
        """Distance of the blocks from orthogonality, a scalar."""
        total = torch.zeros(())
        for latent in self.factors:
            _, b, c, _ = latent.shape
            blocks = latent.permute(0, 3, 1, 2)
            gram = blocks.mT @ blocks if b >= c else blocks @ blocks.mT
            total = total + (gram - torch.eye(gram.shape[-1])).square().mean()
        return total / len(self.factors)

    def chain(self, x: Tensor) -> Tensor:
        """x (..., n_in) -> F_k ... F_1 x (..., n_out), factor by factor."""
        shape = x.shape
        x = x.reshape(1, -1, shape[-1])
        for latent in self.factors:
            x = apply_factor(self.weight_format(latent)[None], x)
        return x.reshape(*shape[:-1], -1)

    def forward(self, x: Tensor) -> Tensor:
        """x (..., n_in) -> (..., n_out); training multiplies by the chain's product."""
        y = x @ self.chain(torch.eye(x.shape[-1])) if self.training else self.chain(x)
        y = y * self.scale
        return y if self.bias is None else y + self.bias
