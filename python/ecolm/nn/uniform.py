"""Uniform affine weights of 2 to 8 bits."""

import torch
from torch import Tensor, nn

from .grouping import split_groups
from .low_bit_linear import straight_through


class Uniform(nn.Module):
    """(q - z) s with q in [0, 2^bits), round to nearest; s and z from the range of a group.

    The range includes zero; z is an integer, so that zero is exact.
    """

    kind = "uniform"

    def __init__(self, bits: int, group: int):
        super().__init__()
        self.bits, self.group, self.last = bits, group, 2**bits - 1

    def grid(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Scale and zero point of every group, both (N, G, 1) f32."""
        groups = split_groups(weight, self.group)
        low = groups.amin(-1, keepdim=True).clamp(max=0)
        high = groups.amax(-1, keepdim=True).clamp(min=0)
        scale = ((high - low) / self.last).clamp(min=1e-8)
        return scale, (-low / scale).round().detach()

    def codes(self, weight: Tensor) -> Tensor:
        """q, uint8 (N, K)."""
        scale, zero = self.grid(weight)
        ratio = split_groups(weight, self.group) / scale
        return (ratio.round() + zero).clamp(0, self.last).to(torch.uint8).view_as(weight)

    def forward(self, weight: Tensor) -> Tensor:
        """weight (N, K) -> quantized, same shape; gradients reach the range as well."""
        scale, zero = self.grid(weight)
        ratio = split_groups(weight, self.group) / scale
        rounded = straight_through(ratio, ratio.round(), self.training)
        quantized = ((rounded + zero).clamp(0, self.last) - zero) * scale
        return quantized.reshape(weight.shape)
