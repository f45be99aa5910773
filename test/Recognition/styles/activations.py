"""Quantizers of activations: int8 per token and powers of two, in many spellings."""

import math

import torch
import torch.nn.functional as F
from intentions import floats, style
from torch import nn


def trits(n, k):
    return torch.randint(-1, 2, (n, k)).float()


class Quantized(nn.Module):
    """A ternary layer behind the quantizer `f`."""

    def __init__(self, f, scale=1.0):
        super().__init__()
        self.f, self.weight = f, nn.Parameter(trits(40, 64) * scale)

    def forward(self, x):
        return F.linear(self.f(x), self.weight)


# --- int8, per token


def int8_division(x):
    step = x.abs().amax(-1, keepdim=True).clamp(min=1e-5) / 127
    return torch.round(x / step).clamp(-128, 127) * step


def int8_symmetric(t):
    s = torch.maximum(t.abs().max(dim=-1, keepdim=True)[0], torch.tensor(1e-5)) / 127.0
    return torch.clip((t / s).round(), -127, 127) * s


def int8_max_of_min(x):
    high, _ = x.max(dim=-1, keepdim=True)
    low, _ = x.min(dim=-1, keepdim=True)
    scale = 127 / torch.max(high, -low).clamp(min=1e-5)
    return (x * scale).round().clamp(-128, 127).div(scale)


def int8_codes(x):
    scale = 127.0 / x.abs().max(dim=-1, keepdim=True).values.clamp(min=1e-5)
    q = (x * scale).round().clamp(-128, 127).to(torch.int8)
    return q.to(torch.float32) / scale


def int8_norm(x):
    peak = torch.linalg.vector_norm(x, ord=float("inf"), dim=-1, keepdim=True)
    scale = 127.0 / peak.clamp(min=1e-5)
    return torch.clamp(torch.round(x * scale), min=-128, max=127) / scale


def int8_straight_through(x):
    q = int8_division(x)
    return x + (q - x).detach()


def int8_per_tensor(x):
    scale = 127.0 / x.abs().max().clamp(min=1e-5)
    return (x * scale).round().clamp(-128, 127) / scale


def uint8_affine(x):
    """Asymmetric, with a zero point: another quantizer."""
    low, high = x.amin(-1, keepdim=True), x.amax(-1, keepdim=True)
    scale = (high - low).clamp(min=1e-5) / 255
    zero = torch.round(-low / scale)
    q = torch.clamp(torch.round(x / scale) + zero, 0, 255)
    return (q - zero) * scale


def int4_per_token(x):
    scale = 7.0 / x.abs().max(dim=-1, keepdim=True).values.clamp(min=1e-5)
    return (x * scale).round().clamp(-8, 7) / scale


# --- powers of two


def log_floor(x):
    return torch.sign(x) * torch.pow(2, torch.floor(torch.log2(torch.abs(x))))


def log_floor_safe(x):
    magnitude = x.abs().clamp(min=2 ** -8, max=8.0)
    return x.sign() * torch.exp2(torch.floor(torch.log2(magnitude)))


def log_clamped_exponent(x):
    e = torch.clamp(torch.floor(torch.log2(x.abs())), -6, 3)
    return torch.pow(2.0, e) * torch.sign(x)


def log_natural(x):
    e = torch.floor(torch.log(x.abs()) / math.log(2.0))
    return 2.0 ** e.clamp(-6, 3) * x.sign()


def log_where(x):
    e = torch.log2(x.abs()).floor()
    p = torch.where(e < -6, torch.zeros_like(x), 2.0 ** torch.clamp(e, max=3))
    return torch.where(x < 0, -p, p)


def log_nearest(x):
    e = torch.round(torch.log2(torch.abs(x)))
    return torch.sign(x) * 2 ** torch.clamp(e, -7, 2)


def log_masked(x):
    """Zero stays zero by a mask; the logarithm sees one there."""
    zero = x == 0
    safe = torch.where(zero, torch.ones_like(x), x.abs())
    q = 2.0 ** torch.floor(torch.log2(safe)).clamp(-6, 3)
    return torch.where(zero, torch.zeros_like(x), q * torch.sign(x))


class LogQuantizer(nn.Module):
    """A module with its range as buffers."""

    def __init__(self, e_min=-6, e_max=3):
        super().__init__()
        self.register_buffer("e_min", torch.tensor(float(e_min)))
        self.register_buffer("e_max", torch.tensor(float(e_max)))

    def forward(self, x):
        s = torch.sign(x)
        e = torch.floor(torch.log2(torch.abs(x)))
        e = torch.minimum(torch.maximum(e, self.e_min), self.e_max)
        return s * torch.pow(torch.full_like(e, 2.0), e)


class TwoLayers(nn.Module):
    """Both layers behind the same function; the second input is another value."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Parameter(trits(64, 64)), nn.Parameter(trits(40, 64))

    def forward(self, x):
        h = F.relu(F.linear(int8_division(x), self.a)) * 0.03 + x
        return F.linear(int8_division(h), self.b)


X = floats(2, 5, 64)
INT8 = {"division": int8_division, "to -127": int8_symmetric, "largest of both ends":
        int8_max_of_min, "integer codes": int8_codes, "infinity norm": int8_norm,
        "straight through": int8_straight_through}
LOG = {"floor of log2": log_floor, "clamped magnitude": log_floor_safe,
       "clamped exponent": log_clamped_exponent, "natural logarithm": log_natural,
       "sign by where": log_where, "nearest": log_nearest, "zero masked": log_masked}
OTHER = {"per tensor": int8_per_tensor, "with a zero point": uint8_affine,
         "of four bits": int4_per_token}

STYLES = [
    *(style(f"int8/{name}", lambda f=f: Quantized(f), X, ternary=1, int8=1)
      for name, f in INT8.items()),
    style("int8/two layers", TwoLayers, X, ternary=2, int8=2, free=(1,)),
    *(style(f"int8/near miss, {name}", lambda f=f: Quantized(f, 0.02), X, ternary=1)
      for name, f in OTHER.items()),
    *(style(f"log/{name}", lambda f=f: Quantized(f), X, ternary=1, log=1)
      for name, f in LOG.items()),
    style("log/module with a range", lambda: Quantized(LogQuantizer()), X, ternary=1, log=1,
          free=(0, 1)),
]
