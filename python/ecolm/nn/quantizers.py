"""Quantizers with straight-through gradients: log, ternary, power-of-two scale."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


class _LogQuantize(torch.autograd.Function):
    """sign(x) * 2^floor(log2|x|), clamped to [low, 2^emax], zero below 2^emin.

    The gradient passes straight through where low < x < 2^(emax+1) and is zero
    elsewhere, so that activations cannot drift out of range. With low = 0 it is the
    quantizer of relu(x).
    """

    @staticmethod
    def forward(ctx, x: Tensor, emin: int, emax: int, relu: bool) -> Tensor:
        ctx.save_for_backward(x)
        ctx.bounds = (0.0 if relu else -(2.0 ** (emax + 1)), 2.0 ** (emax + 1))
        return log_quantize_values(x, emin, emax, relu)

    @staticmethod
    def backward(ctx, gradient: Tensor):
        (x,) = ctx.saved_tensors
        inside = torch.ops.aten.hardtanh_backward(gradient.to(x.dtype), x, *ctx.bounds)
        return inside, None, None, None


def log_quantize_values(x: Tensor, emin: int, emax: int, relu: bool = False) -> Tensor:
    """Exact floor log quantization of an f32 or bf16 tensor: the mantissa is cleared.

    Every result is exact in bf16, so f32 inputs may be narrowed afterwards.
    """
    if x.dtype == torch.bfloat16:
        power = (x.view(torch.int16) & -0x80).view(torch.bfloat16)
    else:
        power = (x.view(torch.int32) & -0x800000).view(torch.float32)
    power = power.clamp_(0.0 if relu else -(2.0**emax), 2.0**emax)
    return F.hardshrink(power, 0.75 * 2.0**emin)  # a power of two <= 0.75 * 2^emin is below 2^emin


def log_quantize(x: Tensor, emin: int, emax: int, relu: bool = False) -> Tensor:
    """Straight-through log quantization of `x`, or of relu(x) (any shape, f32 or bf16)."""
    return _LogQuantize.apply(x, emin, emax, relu)


class _Ternarize(torch.autograd.Function):
    """+1 above delta, -1 below -delta, else 0; delta = threshold * mean|latent| per factor."""

    @staticmethod
    def forward(ctx, latent: Tensor, threshold: float, dtype: torch.dtype) -> Tensor:
        delta = threshold * latent.abs().mean(dim=(-4, -3, -2, -1), keepdim=True)
        return (latent > delta).to(dtype) - (latent < -delta).to(dtype)

    @staticmethod
    def backward(ctx, gradient: Tensor):
        return gradient.float(), None, None


def ternarize(latent: Tensor, threshold: float, dtype: torch.dtype = torch.float32) -> Tensor:
    """Straight-through ternarization of factors (..., a, b, c, d): exactly {-1, 0, 1}."""
    return _Ternarize.apply(latent, threshold, dtype)


class _PowerOfTwo(torch.autograd.Function):
    """2^round(exponent); the gradient is that of 2^exponent at the rounded exponent."""

    @staticmethod
    def forward(ctx, exponent: Tensor) -> Tensor:
        power = torch.exp2(torch.round(exponent))
        ctx.save_for_backward(power)
        return power

    @staticmethod
    def backward(ctx, gradient: Tensor):
        (power,) = ctx.saved_tensors
        return gradient * power * math.log(2)


def power_of_two(exponent: Tensor) -> Tensor:
    """Straight-through exact powers of two."""
    return _PowerOfTwo.apply(exponent)
