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
