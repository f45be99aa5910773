"""Ternary weight formats: TernaryLM's paper, and BitNet b1.58 with TernaryLM's published code."""

import torch
from torch import Tensor, nn

from .low_bit_linear import straight_through


class HalfStdTernary(nn.Module):
    """alpha {+1 if w > tau, -1 if w < -tau, else 0}, tau = 0.5 std(W), alpha learned (2602.07374).

    alpha starts as the mean of |W| above tau of the first weight it sees.
    """

    kind = "ternary"

    def __init__(self) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(()))

    def codes(self, weight: Tensor) -> Tensor:
        """weight (N, K) -> {-1, 0, 1} as f32."""
        tau = 0.5 * weight.std(unbiased=False)
        return (weight > tau).to(weight.dtype) - (weight < -tau).to(weight.dtype)

    @torch.no_grad()
    def calibrate(self, weight: Tensor) -> None:
        """Set alpha from a weight."""
        self.alpha.copy_(weight.abs()[self.codes(weight) != 0].mean())

    def scale(self, weight: Tensor) -> Tensor:
        """The learned scale, a scalar."""
        return self.alpha

    def forward(self, weight: Tensor) -> Tensor:
        """weight (N, K) -> quantized, same shape."""
        return self.alpha * straight_through(weight, self.codes(weight), self.training)


class AbsmeanTernary(nn.Module):
    """clip(round(W / s), -1, 1) s, s = max(mean|W|, 1e-5), half to even (2402.17764)."""

    kind = "ternary"

    def scale(self, weight: Tensor) -> Tensor:
        """mean|W|, a scalar."""
        return weight.abs().mean().clamp(min=1e-5)

    def codes(self, weight: Tensor) -> Tensor:
        """weight (N, K) -> {-1, 0, 1} as f32."""
        return (weight / self.scale(weight)).round().clamp(-1, 1)

    def forward(self, weight: Tensor) -> Tensor:
        """weight (N, K) -> quantized, same shape."""
        scale = self.scale(weight)
        quantized = (weight / scale).round().clamp(-1, 1) * scale
        return straight_through(weight, quantized, self.training)
