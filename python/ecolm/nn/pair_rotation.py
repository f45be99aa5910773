"""Rotations of explicit pairs of inputs, learned or fixed."""

import torch
from torch import Tensor, nn

from .basis import Basis, givens


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
