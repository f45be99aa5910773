"""Structured matrices beside the radix-2 butterfly: Monarch, Hadamard, Kronecker, rotations."""

import math

import torch
import torch.nn.functional as F
from intentions import floats, style
from torch import nn

# --- Monarch


def blockdiag_multiply(x, w1, w2):
    """bmm, transpose, bmm, transpose: blocks w1 (k, q, p) and w2 (l, s, r)."""
    batch, n = x.shape
    k, q, p = w1.shape
    l, s, r = w2.shape
    out1 = torch.bmm(x.reshape(batch, k, p).transpose(0, 1), w1.transpose(-1, -2))
    out1 = out1.transpose(0, 1).reshape(batch, r, l).transpose(-1, -2).contiguous()
    out2 = torch.bmm(out1.transpose(0, 1), w2.transpose(-1, -2))
    return out2.permute(1, 2, 0).reshape(batch, s * l)


class MonarchLinear(nn.Module):
    def __init__(self, n, nblocks):
        super().__init__()
        b = n // nblocks
        self.blkdiag1 = nn.Parameter(torch.randn(nblocks, b, b) / math.sqrt(b))
        self.blkdiag2 = nn.Parameter(torch.randn(nblocks, b, b) / math.sqrt(b))
        self.bias = nn.Parameter(torch.zeros(n))

    def forward(self, x):
        shape = x.shape
        return blockdiag_multiply(x.view(-1, shape[-1]), self.blkdiag1,
                                  self.blkdiag2).view(shape) + self.bias


class MonarchEinsum(nn.Module):
    def __init__(self, m):
        super().__init__()
        self.L = nn.Parameter(torch.randn(m, m, m))
        self.R = nn.Parameter(torch.randn(m, m, m))
        self.m = m

    def forward(self, x):
        b = x.shape[0]
        x = x.reshape(b, self.m, self.m)
        x = torch.einsum("bki,kji->bkj", x, self.L)
        x = torch.einsum("bkj,jlk->bjl", x, self.R)
        return x.transpose(1, 2).reshape(b, self.m * self.m)


class BlockDiagonal(nn.Module):
    """Blocks along the diagonal: one factor is no butterfly yet."""

    def __init__(self, blocks, q, p):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(blocks, q, p))

    def forward(self, x):
        k, q, p = self.weight.shape
        x = x.reshape(*x.shape[:-1], k, 1, p)
        return (x @ self.weight.transpose(-1, -2)).flatten(-3)


# --- Hadamard


def fwht(x):
    n, h = x.shape[-1], 1
    shape = x.shape
    while h < n:
        x = x.reshape(*shape[:-1], n // (2 * h), 2, h)
        a, b = x[..., 0, :], x[..., 1, :]
        x = torch.stack((a + b, a - b), dim=-2)
        h *= 2
    return x.reshape(shape)


def hadamard_by_cat(u):
    """Sums beside differences of neighbours, n times: the order comes out by itself."""
    n = u.shape[-1]
    for _ in range(int(math.log2(n))):
        u = torch.cat((u[..., ::2] + u[..., 1::2], u[..., ::2] - u[..., 1::2]), dim=-1)
    return u / math.sqrt(n)


def hadamard_by_axes(x):
    """An axis of two for every stage."""
    shape, bits = x.shape, int(math.log2(x.shape[-1]))
    x = x.reshape([shape[0]] + [2] * bits)
    for axis in range(1, bits + 1):
        lo, hi = torch.chunk(x, 2, dim=axis)
        x = torch.cat((lo + hi, lo - hi), dim=axis)
    return x.reshape(shape)


def sylvester(n):
    h = torch.ones(1, 1)
    while h.shape[0] < n:
        h = torch.cat([torch.cat([h, h], 1), torch.cat([h, -h], 1)], 0)
    return h


class Transform(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class HadamardMatrix(nn.Module):
    """As a dense matrix, which has the factors of the transform."""

    def __init__(self, n):
        super().__init__()
        self.register_buffer("H", sylvester(n) / math.sqrt(n))

    def forward(self, x):
        return x @ self.H


class RotatedTernary(nn.Module):
    """A Hadamard transform of the activations in front of a ternary layer."""

    def __init__(self, n, out):
        super().__init__()
        self.weight = nn.Parameter(torch.randint(-1, 2, (out, n)).float() * 0.05)

    def forward(self, x):
        return F.linear(fwht(x) / math.sqrt(x.shape[-1]), self.weight)


# --- Kronecker


class KroneckerLinear(nn.Module):
    """(A x B) x as two small products."""

    def __init__(self, m, n):
        super().__init__()
        self.A, self.B = nn.Parameter(torch.randn(m, m)), nn.Parameter(torch.randn(n, n))

    def forward(self, x):
        lead = x.shape[:-1]
        x = x.reshape(*lead, self.A.shape[1], self.B.shape[1])
        return (self.A @ x @ self.B.t()).reshape(*lead, -1)


# --- rotations


class Givens(nn.Module):
    """log2(n) stages of rotations at strides 1, 2, 4, ..., angles as parameters."""

    def __init__(self, dim):
        super().__init__()
        self.dim, self.stages = dim, int(math.log2(dim))
        self.theta = nn.Parameter(torch.randn(self.stages, dim // 2))

    def forward(self, x):
        lead = x.shape[:-1]
        for i in range(self.stages):
            stride = 2 ** i
            cos = torch.cos(self.theta[i]).view(-1, stride)
            sin = torch.sin(self.theta[i]).view(-1, stride)
            x = x.view(*lead, self.dim // (2 * stride), 2, stride)
            u, v = x[..., 0, :], x[..., 1, :]
            x = torch.stack([cos * u - sin * v, sin * u + cos * v], dim=-2).view(*lead, self.dim)
        return x


class PairRotation(nn.Module):
    """Rotations of arbitrary pairs, one after the other, given by index: a factor between two
    permutations each."""

    def __init__(self, n, rounds):
        super().__init__()
        self.theta = nn.Parameter(torch.randn(rounds, n // 2))
        self.register_buffer("pairs", torch.stack([torch.randperm(n) for _ in range(rounds)]))
        self.register_buffer("back", torch.argsort(self.pairs, dim=-1))

    def forward(self, x):
        for theta, pair, back in zip(self.theta, self.pairs, self.back):
            i, j = pair[0::2], pair[1::2]
            c, s = theta.cos(), theta.sin()
            u, v = x[..., i], x[..., j]
            mixed = torch.stack((c * u + s * v, c * v - s * u), dim=-1).flatten(-2)
            x = mixed[..., back]
        return x


class RotatedExpert(nn.Module):
    """A ternary base matrix between two rotations."""

    def __init__(self, n):
        super().__init__()
        self.before, self.after = Givens(n), Givens(n)
        self.base = nn.Parameter(torch.randint(-1, 2, (n, n)).float() * 0.1)

    def forward(self, x):
        return self.after(F.linear(self.before(x), self.base))


X = floats(2, 3, 16)

STYLES = [
    style("monarch/bmm", lambda: MonarchLinear(16, 4), X, butterfly=1),
    style("monarch/einsum", lambda: MonarchEinsum(4), floats(3, 16), butterfly=1),
    style("monarch/block diagonal", lambda: BlockDiagonal(4, 3, 4), X, almost=1),
    style("hadamard/stack", lambda: Transform(fwht), X, ternary_butterfly=1),
    style("hadamard/cat of neighbours", lambda: Transform(hadamard_by_cat), X,
          ternary_butterfly=1),
    style("hadamard/axis per stage", lambda: Transform(hadamard_by_axes), floats(3, 16),
          ternary_butterfly=1),
    style("hadamard/dense matrix", lambda: HadamardMatrix(16), X,
          ternary_butterfly=1),
    style("hadamard/before a ternary layer", lambda: RotatedTernary(16, 24), X, ternary=1,
          ternary_butterfly=1),
    style("kronecker/two products", lambda: KroneckerLinear(4, 8), floats(2, 3, 32),
          butterfly=1),
    style("rotation/strides", lambda: Givens(16), X, butterfly=1),
    style("rotation/pairs by index", lambda: PairRotation(16, 3), X, butterfly=3),
    style("rotation/around a ternary matrix", lambda: RotatedExpert(16), X, butterfly=2,
          ternary=1),
]
