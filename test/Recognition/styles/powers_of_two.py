"""Weights as powers of two, quantized where the layer runs."""

import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from intentions import floats, style


def approximate_power_of_two(w):
    return torch.sign(w) * 2 ** torch.round(torch.log2(torch.abs(w)))


class ShiftNet(nn.Linear):
    def forward(self, x):
        return F.linear(x, approximate_power_of_two(self.weight), self.bias)


class NaturalLog(nn.Linear):
    """round(log(|w|) / log(2)), as code from before torch.log2 has it."""

    def forward(self, input):
        sign = torch.sign(self.weight)
        shift = torch.round(torch.log(torch.abs(self.weight)) / np.log(2))
        return F.linear(input, torch.pow(2.0, shift) * sign, self.bias)


class LogNetLinear(nn.Linear):
    """Exponents clipped to a full scale range; what is below it becomes zero."""

    def __init__(self, i, o, bitwidth=4, fsr=1):
        super().__init__(i, o)
        self.bitwidth, self.fsr = bitwidth, fsr

    def forward(self, x):
        e = torch.round(torch.log2(self.weight.abs() + 1e-20))
        lowest = self.fsr - 2 ** self.bitwidth
        q = torch.where(e <= lowest, torch.zeros_like(e),
                        2.0 ** torch.clamp(e, lowest, self.fsr - 1))
        return F.linear(x, q * self.weight.sign(), self.bias)


class FloorQuantized(nn.Module):
    """sign(w) 2^floor(log2 |w|)."""

    def __init__(self, dim, out):
        super().__init__()
        self.w = nn.Parameter(torch.randn(dim, out) / math.sqrt(dim))

    def forward(self, x):
        magnitude = self.w.abs().clamp(min=2.0 ** -10)
        return x @ (self.w.sign() * 2.0 ** magnitude.log2().floor())


class IncrementalQuantization(nn.Module):
    """INQ: levels from n2 to n1, chosen by a chain of masks at 1.5 times a power."""

    def __init__(self, fan_in, fan_out, bits=4):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(fan_out, fan_in))
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        s = self.weight.abs().max().item()
        self.n1 = math.floor(math.log2(4 * s / 3))
        self.n2 = self.n1 + 1 - 2 ** (bits - 2)

    def forward(self, x):
        mag = self.weight.abs()
        out = torch.zeros_like(mag)
        for n in range(self.n2, self.n1 + 1):
            level = 2.0 ** n
            lower = 0.5 * level if n == self.n2 else 0.75 * level
            out = torch.where(mag >= lower, torch.full_like(out, level), out)
        return F.linear(x, out * torch.sign(self.weight))


class ShiftParameters(nn.Module):
    """DeepShift-PS: shift and sign are parameters, rounded in every forward."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.shift = nn.Parameter(torch.rand(out_features, in_features) * -9)
        self.sign = nn.Parameter(torch.rand(out_features, in_features) * 4 - 2)
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, input):
        self_shift = self.shift.clamp(-14, 0)
        weight_ps = 2 ** self_shift.round() * self.sign.round().clamp(-1, 1)
        return F.linear(input, weight_ps, self.bias)


class ShiftQuantized(nn.Linear):
    """DeepShift-Q: shift and sign of a float weight, zero below a threshold."""

    def forward(self, x):
        shift = torch.clamp(torch.round(torch.log2(self.weight.abs())), -14, 0)
        sign = torch.zeros_like(self.weight)
        sign[self.weight > 0.002] = 1
        sign[self.weight < -0.002] = -1
        return nn.functional.linear(x, (2.0 ** shift) * sign, self.bias)


class IntegerFirst(nn.Linear):
    """PoT-LLM: to an integer of 8 bits, then to the nearest power of two of the logarithm."""

    def forward(self, x):
        scale = torch.max(torch.abs(self.weight)) / 127.0
        q = torch.clamp(torch.round(self.weight / scale), -127, 127)
        zero = q == 0
        e = torch.round(torch.log2(torch.where(zero, torch.ones_like(q), torch.abs(q))))
        p = torch.where(zero, torch.zeros_like(q), torch.sign(q) * torch.pow(2.0, e))
        return F.linear(x, p.clamp(-128, 128) * scale, self.bias)


class GroupScale(nn.Module):
    """PoTPTQ: a scale per group, exponents from 0, no zero."""

    def __init__(self, K, N, G=32, bits=3):
        super().__init__()
        self.K, self.N, self.G, self.qmax = K, N, G, 2 ** (bits - 1) - 1
        self.weight = nn.Parameter(torch.randn(N, K) * 0.05)

    def forward(self, x):
        W = self.weight.view(self.N, self.K // self.G, self.G)
        S = W.abs().amax(dim=-1, keepdim=True) / 2 ** (self.qmax - 1)
        P = torch.where(W < 0, -1.0, 1.0)
        E = torch.clamp(torch.round(torch.log2(W.abs() / S)), 0, self.qmax)
        return F.linear(x, (S * P * 2.0 ** E).view(self.N, self.K))


class NearestLevel(nn.Module):
    """The nearest of a table of levels, by the smallest distance."""

    def __init__(self, k, n, levels):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(n, k) * 2 - 1)
        self.register_buffer("levels", torch.tensor(levels))

    def forward(self, x):
        distance = (self.weight.abs().unsqueeze(-1) - self.levels).abs()
        return F.linear(x, self.levels[distance.argmin(dim=-1)] * self.weight.sign())


class BucketizedLevels(nn.Module):
    """The level whose interval holds the weight."""

    def __init__(self, k, n):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n, k) * 0.3)
        levels = torch.tensor([-1.0, -0.5, -0.25, -0.125, 0.125, 0.25, 0.5, 1.0])
        self.register_buffer("levels", levels)
        self.register_buffer("edges", (levels[1:] + levels[:-1]) / 2)

    def forward(self, x):
        return F.linear(x, self.levels[torch.bucketize(self.weight, self.edges)])


class ClampedPowerOfTwo(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, bit_width):
        lowest = -(2 ** (bit_width - 1) - 1)
        rounded = torch.round(torch.log2(input.abs().clamp(max=1)))
        clamped = rounded.clamp(lowest, 0)
        return input.sign() * torch.pow(torch.tensor(2.0), clamped)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, None


class QuantizerFunction(nn.Linear):
    """Behind an autograd function."""

    def forward(self, input):
        return F.linear(input, ClampedPowerOfTwo.apply(self.weight, 4), self.bias)


class CeilExponent(nn.Linear):
    """The next power of two, put together by ldexp."""

    def forward(self, x):
        e = torch.ceil(torch.log2(self.weight.abs()))
        return F.linear(x, torch.ldexp(self.weight.sign(), e.int()), self.bias)


class TwoTerms(nn.Linear):
    """n-hot: the nearest power of two, and the nearest to what is left, from 2^-7 to 1. Two
    products with powers of two."""

    def nearest(self, w):
        q = approximate_power_of_two(w).clamp(-1, 1)
        return torch.where(w.abs() < 2 ** -7.5, torch.zeros_like(w), q)

    def forward(self, x):
        first = self.nearest(self.weight)
        return F.linear(x, first + self.nearest(self.weight - first), self.bias)


APOT = sorted({a + b for a in (0, 2 ** -1, 2 ** -3, 2 ** -5) for b in (0, 2 ** -2, 2 ** -4)})

X = floats(2, 5, 64)

STYLES = [
    style("pot/round of log2", lambda: ShiftNet(64, 40), X, pot=1),
    style("pot/natural logarithm", lambda: NaturalLog(64, 40), X, pot=1),
    style("pot/full scale range", lambda: LogNetLinear(64, 40), X, pot=1),
    style("pot/floor", lambda: FloorQuantized(64, 40), X, pot=1, free=(1,)),
    style("pot/levels by masks", lambda: IncrementalQuantization(64, 40), X, pot=1),
    style("pot/shift and sign parameters", lambda: ShiftParameters(64, 40), X, pot=1),
    style("pot/shift of a float weight", lambda: ShiftQuantized(64, 40), X, pot=1),
    style("pot/integer first", lambda: IntegerFirst(64, 40), X, pot=1),
    style("pot/scale per group", lambda: GroupScale(64, 40), X, pot=1),
    style("pot/nearest level", lambda: NearestLevel(64, 40, [0.0, 0.125, 0.25, 0.5, 1.0]), X,
          pot=1),
    style("pot/bucketize", lambda: BucketizedLevels(64, 40), X, pot=1),
    style("pot/autograd function", lambda: QuantizerFunction(64, 40), X, pot=1),
    style("pot/ceil and ldexp", lambda: CeilExponent(64, 40), X, pot=1),
    style("pot/two terms", lambda: TwoTerms(64, 40), X, pot=2),
    style("pot/additive levels", lambda: NearestLevel(64, 40, APOT), X,
          pot=2),
]
