"""Quantizers with straight-through gradients: log, ternary, power-of-two scale."""

import torch
import torch.nn.functional as F
from torch import Tensor


class _LogQuantize(torch.autograd.Function):
    """sign(x) * 2^floor(log2|x|), clamped to 2^emax, zero below 2^emin.

    The gradient passes straight through where |x| < 2^(emax+1) and is zero in
    the saturated region, so that activations cannot drift out of range.
    """

    @staticmethod
    def forward(ctx, x: Tensor, emin: int, emax: int) -> Tensor:
        ctx.save_for_backward(x)
        ctx.bound = 2.0 ** (emax + 1)
        return log_quantize_values(x, emin, emax)

    @staticmethod
    def backward(ctx, gradient: Tensor):
        (x,) = ctx.saved_tensors
        inside = torch.ops.aten.hardtanh_backward(
            gradient.to(x.dtype), x, -ctx.bound, ctx.bound)
        return inside, None, None


def log_quantize_values(x: Tensor, emin: int, emax: int) -> Tensor:
    """Exact floor log quantization of an f32 or bf16 tensor: the mantissa is cleared.

    Every result is exact in bf16, so f32 inputs may be narrowed afterwards.
    """
    if x.dtype == torch.bfloat16:
        power = (x.view(torch.int16) & -0x80).view(torch.bfloat16)
    else:
        power = (x.view(torch.int32) & -0x800000).view(torch.float32)
    power = power.clamp_(-(2.0**emax), 2.0**emax)
    return F.hardshrink(power, 0.75 * 2.0**emin)  # a power of two <= 0.75 * 2^emin is below 2^emin


def log_quantize(x: Tensor, emin: int, emax: int) -> Tensor:
    """Straight-through log quantization of `x` (any shape, f32 or bf16)."""
    return _LogQuantize.apply(x, emin, emax)


def ternary_values(latent: Tensor, threshold: float) -> Tensor:
    """+1 above delta, -1 below -delta, else 0; delta = threshold * mean|latent|."""
    delta = threshold * latent.abs().mean()
    return (latent > delta).to(latent.dtype) - (latent < -delta).to(latent.dtype)


class _StraightThrough(torch.autograd.Function):
    """Forward: exactly `values`. Backward: the gradient goes to `latent`, unchanged."""

    @staticmethod
    def forward(ctx, latent: Tensor, values: Tensor) -> Tensor:
        return values.clone()

    @staticmethod
    def backward(ctx, gradient: Tensor):
        return gradient, None


def ternarize(latent: Tensor, threshold: float) -> Tensor:
    """Straight-through ternarization: forward exactly {-1, 0, 1}, gradient identity."""
    return _StraightThrough.apply(latent, ternary_values(latent.detach(), threshold))


def power_of_two(exponent: Tensor) -> Tensor:
    """2^round(exponent), an exact power of two, with the gradient of 2^exponent."""
    rounded = torch.exp2(torch.round(exponent.detach()))
    return _StraightThrough.apply(torch.exp2(exponent), rounded)
