"""Quantizers with straight-through gradients: log, fixed point, ternary, power-of-two scale."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


class _LogQuantize(torch.autograd.Function):
    """sign(x) * 2^e, e = log2|x| rounded, at most emax, and zero below 2^emin.

    The gradient passes straight through where low < x < 2^(emax+1) and is zero
    elsewhere, so that activations cannot drift out of range. With low = 0 it is the
    quantizer of relu(x).
    """

    @staticmethod
    def forward(ctx, x: Tensor, emin: int, emax: int, rounding: str, relu: bool) -> Tensor:
        ctx.save_for_backward(x)
        ctx.bounds = (0.0 if relu else -(2.0 ** (emax + 1)), 2.0 ** (emax + 1))
        return log_quantize_values(x, emin, emax, rounding, relu)

    @staticmethod
    def backward(ctx, gradient: Tensor):
        (x,) = ctx.saved_tensors
        inside = torch.ops.aten.hardtanh_backward(gradient.to(x.dtype), x, *ctx.bounds)
        return inside, None, None, None, None


def log_quantize_values(x: Tensor, emin: int, emax: int, rounding: str = "floor",
                        relu: bool = False) -> Tensor:
    """Exact log quantization of an f32 or bf16 tensor: `rounding` is floor or nearest.

    The mantissa is cleared, for `nearest` after half of its range was added. Every
    result is exact in bf16, so f32 inputs may be narrowed afterwards.
    """
    below = 2.0**emin * (1 - torch.finfo(x.dtype).eps / 2)  # the largest number below 2^emin
    large = F.hardshrink(x, below)
    if x.dtype == torch.bfloat16:
        half = 1 << 6 if rounding == "nearest" else 0
        power = ((large.view(torch.int16) + half) & -0x80).view(torch.bfloat16)
    else:
        half = 1 << 22 if rounding == "nearest" else 0
        power = ((large.view(torch.int32) + half) & -0x800000).view(torch.float32)
    return power.clamp_(0.0 if relu else -(2.0**emax), 2.0**emax)


def log_quantize(x: Tensor, emin: int, emax: int, rounding: str = "floor",
                 relu: bool = False) -> Tensor:
    """Straight-through log quantization of `x`, or of relu(x) (any shape, f32 or bf16)."""
    return _LogQuantize.apply(x, emin, emax, rounding, relu)


class _FixedPoint(torch.autograd.Function):
    """clip(round(x / 2^exponent), -128, 127) * 2^exponent, half to even.

    The gradient passes straight through where the code is not clipped.
    """

    @staticmethod
    def forward(ctx, x: Tensor, exponent: int) -> Tensor:
        ctx.save_for_backward(x)
        ctx.bound = 2.0 ** (exponent + 7)
        code = (x.float() * 2.0**-exponent).round_().clamp_(-128, 127)
        return code.mul_(2.0**exponent).to(x.dtype)

    @staticmethod
    def backward(ctx, gradient: Tensor):
        (x,) = ctx.saved_tensors
        inside = torch.ops.aten.hardtanh_backward(gradient.to(x.dtype), x, -ctx.bound, ctx.bound)
        return inside, None


def fixed_point(x: Tensor, exponent: int) -> Tensor:
    """Straight-through int8 codes in units of 2^exponent, exact in bf16."""
    return _FixedPoint.apply(x, exponent)


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
