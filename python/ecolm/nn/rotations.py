"""Orthogonal changes of basis before a quantized weight: y = (W Q^T)(Q x).

A basis module maps x (..., n) to Q x. Its `weight` maps the rows of W likewise, so
that the product stays what it was; `inputs_only` is what is left of it when W is stored
in the new basis.
"""

import torch
from torch import Tensor, nn


def givens(x: Tensor, cosines: Tensor, sines: Tensor, stride: int) -> Tensor:
    """One stage: (x_i, x_j) -> (c x_i - s x_j, s x_i + c x_j), j = i + stride.

    x (..., n); cosines and sines (n / 2,), in the order of i.
    """
    shape = x.shape
    pairs = x.reshape(*shape[:-1], -1, 2, stride)
    first, second = pairs[..., 0, :], pairs[..., 1, :]
    cosines, sines = cosines.view(-1, stride), sines.view(-1, stride)
    turned = torch.stack([cosines * first - sines * second, sines * first + cosines * second], -2)
    return turned.reshape(shape)


class Basis(nn.Module):
    """A change of basis that is orthogonal: the rows of W go the same way as x.

    Training applies the stages once, to the identity, and multiplies by the result.
    """

    def stages(self, x: Tensor) -> Tensor:
        """x (..., n) -> Q x, stage by stage."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """x (..., n) -> Q x."""
        if self.training:
            return x @ self.stages(torch.eye(x.shape[-1]))
        return self.stages(x)

    def weight(self, weight: Tensor) -> Tensor:
        """W (N, n) -> W Q^T."""
        return self(weight)

    def inputs_only(self) -> "Basis":
        """The part that stays when W is stored as W Q^T."""
        return FreeBasis(self)


class FreeBasis(Basis):
    """A basis change that a weight was trained behind: W stays as it is."""

    def __init__(self, inner: Basis):
        super().__init__()
        self.inner = inner

    def stages(self, x: Tensor) -> Tensor:
        """x (..., n) -> Q x, stage by stage."""
        return self.inner.stages(x)

    def weight(self, weight: Tensor) -> Tensor:
        """W, unchanged."""
        return weight

    def inputs_only(self) -> "Basis":
        """What stays of the inner basis."""
        return self.inner.inputs_only()


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


def rotate_pairs(x: Tensor, order: Tensor, inverse: Tensor, cosines: Tensor, sines: Tensor
                 ) -> Tensor:
    """Rounds of x_i' = c x_i + s x_j, x_j' = -s x_i + c x_j on the pairs that `order` lists.

    x (..., n); order and its inverse (rounds, n), cosines and sines (rounds, n / 2).
    """
    for there, back, c, s in zip(order, inverse, cosines, sines):
        x = givens(x[..., there], c, -s, 1)[..., back]
    return x


class FixedPairs(Basis):
    """Channel scales and rounds of pair rotations in constants; W is stored in their basis."""

    def __init__(self, scales: Tensor, order: Tensor, cosines: Tensor, sines: Tensor):
        super().__init__()
        for name, value in (("scales", scales), ("order", order), ("inverse", order.argsort()),
                            ("cosines", cosines), ("sines", sines)):
            self.register_buffer(name, value)

    def stages(self, x: Tensor) -> Tensor:
        """x (..., n) -> R (scales x)."""
        return rotate_pairs(x * self.scales, self.order, self.inverse, self.cosines, self.sines)

    def weight(self, weight: Tensor) -> Tensor:
        """W, unchanged."""
        return weight

    def inputs_only(self) -> "Basis":
        """Itself."""
        return self


class PairRotation(Basis):
    """ParoQuant (2511.10645): channel scales, then rounds of Givens rotations of arbitrary
    disjoint pairs inside groups of inputs: x_i' = c x_i + s x_j, x_j' = -s x_i + c x_j.

    `order` (rounds, n) lists each round's pairs side by side; a group is `group` inputs.
    """

    def __init__(self, n: int, rounds: int = 8, group: int = 128, seed: int = 0):
        super().__init__()
        group = min(group, n & -n)
        generator = torch.Generator().manual_seed(seed)
        starts = torch.arange(0, n, group)[:, None]
        order = torch.stack([(starts + torch.stack(
            [torch.randperm(group, generator=generator) for _ in starts])).flatten()
            for _ in range(rounds)])
        self.register_buffer("order", order)
        self.angles = nn.Parameter(torch.zeros(rounds, n // 2))
        self.scales = nn.Parameter(torch.ones(n))

    def rotate(self, x: Tensor) -> Tensor:
        """x (..., n) -> R x, without the scales."""
        return rotate_pairs(x, self.order, self.order.argsort(), self.angles.cos(),
                            self.angles.sin())

    def stages(self, x: Tensor) -> Tensor:
        """x (..., n) -> R (scales x)."""
        return self.rotate(x * self.scales)

    def weight(self, weight: Tensor) -> Tensor:
        """W (N, n) -> (W / scales) R^T."""
        return self.rotate(weight / self.scales)

    @torch.no_grad()
    def inputs_only(self) -> Basis:
        """The same rotation in constants."""
        return FixedPairs(self.scales.detach().clone(), self.order, self.angles.cos(),
                          self.angles.sin())
