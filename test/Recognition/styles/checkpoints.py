"""Checkpoints whose dense weights hold a low-bit number already: found by value alone."""

import torch
from intentions import floats, style
from torch import nn


def trits(*shape):
    return torch.randint(-1, 2, shape).float()


def powers(*shape, low=-6, high=0, zeros=False):
    exponent = torch.randint(low, high + 1, shape).float()
    signs = torch.randint(0, 2, shape).float() * 2 - 1
    values = signs * torch.exp2(exponent)
    return values * (torch.rand(shape) > 0.2) if zeros else values


def linear(weight, bias=True):
    """nn.Linear that holds `weight`."""
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias)
    layer.weight.data = weight.contiguous()
    return layer


def grouped(groups, scales):
    """Weights [N, K] of codes [N, K / G, G] and a scale for each group."""
    return (groups * scales).flatten(1)


class InType(nn.Module):
    """A layer stored in another type, between casts."""

    def __init__(self, layer, dtype):
        super().__init__()
        self.layer = layer.to(dtype)
        self.dtype = dtype

    def forward(self, x):
        return self.layer(x.to(self.dtype)).float()


class CastWeight(nn.Module):
    """A weight stored in half, and widened when the layer runs."""

    def __init__(self, weight, dtype):
        super().__init__()
        self.weight = nn.Parameter(weight.to(dtype))

    def forward(self, x):
        return x @ self.weight.to(torch.float32).t()


class MLP(nn.Module):
    """Two layers, one of them [in, out] as the matrix of a plain product."""

    def __init__(self):
        super().__init__()
        self.up = linear(trits(96, 64) * 0.03, bias=True)
        self.down = nn.Parameter(trits(96, 64) * 0.05)

    def forward(self, x):
        return torch.nn.functional.gelu(self.up(x)) @ self.down


class Shared(nn.Module):
    """Input embedding and output layer share a ternary table."""

    def __init__(self, vocabulary=40, width=64):
        super().__init__()
        self.table = nn.Parameter(trits(vocabulary, width) * 0.02)
        self.mix = linear(powers(width, width) * 0.5, bias=False)

    def forward(self, x):
        return torch.tanh(self.mix(x)) @ self.table.t()


X = floats(2, 5, 64)

STYLES = [
    style("checkpoint/ternary, no scale", lambda: linear(trits(48, 64)), X, ternary=1),
    style("checkpoint/ternary, one scale", lambda: linear(trits(48, 64) * 0.0173), X, ternary=1),
    style("checkpoint/ternary, scale per row",
          lambda: linear(trits(48, 64) * (torch.rand(48, 1) + 0.1), bias=False), X, ternary=1),
    style("checkpoint/ternary, scale per group",
          lambda: linear(grouped(trits(48, 2, 32), torch.rand(48, 2, 1) + 0.1)), X, ternary=1),
    style("checkpoint/ternary in f16", lambda: InType(linear(trits(48, 64) * 0.02), torch.half), X,
          ternary=1),
    style("checkpoint/ternary in bf16",
          lambda: CastWeight(trits(48, 64) * 0.02, torch.bfloat16), X, ternary=1),
    style("checkpoint/ternary pair, one transposed", MLP, X, ternary=2, free=(0, 1)),
    style("checkpoint/ternary, mostly zero",
          lambda: linear(trits(48, 64) * (torch.rand(48, 64) < 0.1)), X, ternary=1),
    style("checkpoint/powers of two", lambda: linear(powers(48, 64), bias=False), X, pot=1),
    style("checkpoint/powers of two and zero", lambda: linear(powers(48, 64, zeros=True)), X,
          pot=1),
    style("checkpoint/powers of two, one scale",
          lambda: linear(powers(48, 64, zeros=True) * 0.0371), X, pot=1),
    style("checkpoint/powers of two, scale per group",
          lambda: linear(grouped(powers(48, 2, 32, low=0, high=3),
                                 (torch.rand(48, 2, 1) + 0.1).half().float())), X, pot=1),
    style("checkpoint/powers of two in f16",
          lambda: CastWeight(powers(48, 64, low=-7, high=3), torch.half), X, pot=1),
    style("checkpoint/ternary table beside powers of two", Shared, X, ternary=1, pot=1),
    style("checkpoint/ternary with noise",
          lambda: linear(trits(48, 64) * 0.02 + 1e-5 * torch.randn(48, 64)), X, almost=1),
]
