"""Butterflies of Givens rotations, learned or fixed, and Hadamard's matrix."""

import torch
from torch import Tensor, nn

from .basis import Basis, givens


def butterfly(x: Tensor, cosines: Tensor, sines: Tensor, companion: Tensor | None) -> Tensor:
    """Givens stages at strides 1, 2, 4, ... on blocks of m, then `companion` across the K blocks.

    x (..., K m); cosines and sines (log2 m, m / 2), companion (K, K).
    """
    shape = x.shape
    x = x.reshape(*shape[:-1], -1, 2 * cosines.shape[1])
    for stage, (c, s) in enumerate(zip(cosines, sines)):
        x = givens(x, c, s, 2**stage)
    if companion is not None:
        x = torch.einsum("kl,...lm->...km", companion, x)
    return x.reshape(shape)


class FixedButterfly(Basis):
    """A butterfly whose numbers are constants; W is stored in its basis."""

    def __init__(self, cosines: Tensor, sines: Tensor, companion: Tensor | None):
        super().__init__()
        for name, value in (("cosines", cosines), ("sines", sines), ("companion", companion)):
            self.register_buffer(name, value)

    def stages(self, x: Tensor) -> Tensor:
        """x (..., n) -> Q x, stage by stage."""
        return butterfly(x, self.cosines, self.sines, self.companion)

    def weight(self, weight: Tensor) -> Tensor:
        """W, unchanged."""
        return weight

    def inputs_only(self) -> "Basis":
        """Itself."""
        return self


class ButterflyRotation(Basis):
    """ButterflyQuant (2509.09679): log2 m Givens stages at strides 1, 2, 4, ..., and for
    n = K m that is no power of two a K x K orthogonal companion across the K blocks.

    Angles (log2 m, m / 2), zero at first; the companion is Cayley's (I - A)(I + A)^-1 with A
    skew, zero at first: Q = I.
    """

    def __init__(self, n: int):
        super().__init__()
        self.n, self.m = n, n & -n
        self.companions = n // self.m
        self.angles = nn.Parameter(torch.zeros(self.m.bit_length() - 1, self.m // 2))
        if self.companions > 1:
            self.skew = nn.Parameter(torch.zeros(self.companions, self.companions))

    def companion(self) -> Tensor | None:
        """The orthogonal matrix across blocks (K, K), or none for one block."""
        if self.companions == 1:
            return None
        skew, identity = self.skew - self.skew.T, torch.eye(self.companions)
        return torch.linalg.solve(identity + skew, identity - skew)

    def stages(self, x: Tensor) -> Tensor:
        """x (..., n) -> Q x, stage by stage."""
        return butterfly(x, self.angles.cos(), self.angles.sin(), self.companion())

    @torch.no_grad()
    def inputs_only(self) -> Basis:
        """The same rotation in constants."""
        return FixedButterfly(self.angles.cos(), self.angles.sin(), self.companion())


class Hadamard(Basis):
    """The normalised Walsh-Hadamard matrix on the largest power of two m that divides n."""

    def __init__(self, n: int):
        super().__init__()
        self.n, self.m = n, n & -n

    def stages(self, x: Tensor) -> Tensor:
        """x (..., n) -> Q x, stage by stage."""
        shape, stride = x.shape, 1
        while stride < self.m:
            pairs = x.reshape(*shape[:-1], -1, 2, stride)
            first, second = pairs[..., 0, :], pairs[..., 1, :]
            x = torch.stack([first + second, first - second], -2).reshape(shape)
            stride *= 2
        return x * self.m**-0.5
