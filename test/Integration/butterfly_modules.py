"""Butterflies and rotations as authors of PyTorch modules write them, each in its own way."""

import math

import torch
from torch import nn

N = 16
STAGES = 4


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    """Repeatable weights."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


class TorchButterfly(nn.Module):
    """torch_butterfly: twiddle (stacks, blocks, log n, n/2, 2, 2), padded in, cut and biased out."""

    def __init__(self, inputs=N, outputs=N, blocks=1, increasing=True, bias=True):
        super().__init__()
        self.inputs, self.outputs, self.increasing = inputs, outputs, increasing
        self.log_n = max(1, math.ceil(math.log2(inputs)))
        self.n = 1 << self.log_n
        self.stacks = math.ceil(outputs / self.n)
        self.twiddle = nn.Parameter(
            numbers(self.stacks, blocks, self.log_n, self.n // 2, 2, 2) * math.sqrt(0.5))
        self.bias = nn.Parameter(numbers(outputs, seed=1)) if bias else None

    def multiply(self, x):
        batch, stacks, n = x.shape[0], self.stacks, self.n
        y = x
        increasing = self.increasing
        for block in range(self.twiddle.shape[1]):
            for index in range(self.log_n):
                log_stride = index if increasing else self.log_n - 1 - index
                stride = 1 << log_stride
                t = self.twiddle[:, block, index].view(
                    stacks, n // (2 * stride), stride, 2, 2).permute(0, 1, 3, 4, 2)
                y = y.view(batch, stacks, n // (2 * stride), 1, 2, stride)
                y = (t * y).sum(dim=4)
            increasing = not increasing
        return y.view(batch, stacks * n)

    def forward(self, x):
        shape = x.shape[:-1]
        y = x.reshape(-1, self.inputs)
        if self.inputs != self.n:
            y = nn.functional.pad(y, (0, self.n - self.inputs))
        y = y.unsqueeze(1).expand(y.shape[0], self.stacks, self.n)
        y = self.multiply(y.contiguous())[:, :self.outputs]
        y = y.view(*shape, self.outputs)
        return y if self.bias is None else y + self.bias


class ViewStackFlatten(nn.Module):
    """view(.., n/2s, 2, s), select both halves, stack them."""

    def __init__(self, decreasing=False):
        super().__init__()
        self.strides = [1 << i for i in range(STAGES)]
        if decreasing:
            self.strides.reverse()
        self.t = nn.ParameterList([numbers(2, 2, N // (2 * s), s, seed=s) for s in self.strides])

    def forward(self, x):
        for s, t in zip(self.strides, self.t):
            v = x.view(*x.shape[:-1], N // (2 * s), 2, s)
            low, high = v[..., 0, :], v[..., 1, :]
            v = torch.stack([t[0, 0] * low + t[0, 1] * high, t[1, 0] * low + t[1, 1] * high], -2)
            x = v.flatten(-3)
        return x


class EvenOddSlices(nn.Module):
    """x[..., ::2] and x[..., 1::2], concatenated: the same pairs in every stage."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(numbers(STAGES, 4, N // 2))

    def forward(self, x):
        for a, b, c, d in self.w:
            even, odd = x[..., ::2], x[..., 1::2]
            x = torch.cat([even * a + odd * b, even * c + odd * d], dim=-1)
        return x


class ChunkCat(nn.Module):
    """Halves of a last axis of 2s elements, blocks on an axis of their own."""

    def __init__(self):
        super().__init__()
        self.register_buffer("w", numbers(STAGES, 2, 2, N // 2, seed=3))

    def forward(self, x):
        batch, tokens, n = x.shape
        for i in range(STAGES):
            s = n >> (i + 1)
            first, second = x.reshape(batch, tokens, -1, 2 * s).chunk(2, dim=-1)
            w = self.w[i].reshape(2, 2, n // (2 * s), s)
            x = torch.cat((w[0][0] * first + w[0][1] * second,
                           w[1][0] * first + w[1][1] * second), dim=-1).reshape(batch, tokens, n)
        return x


class EinsumBlocks(nn.Module):
    """Every pair times its 2 x 2 matrix."""

    def __init__(self):
        super().__init__()
        self.blocks = nn.Parameter(numbers(STAGES, N // 2, 2, 2, seed=4))

    def forward(self, x):
        for i in range(STAGES):
            s = 1 << i
            pairs = x.view(-1, N // (2 * s), 2, s).transpose(-1, -2)
            blocks = self.blocks[i].view(N // (2 * s), s, 2, 2)
            pairs = torch.einsum("kcij,bkcj->bkci", blocks, pairs)
            x = pairs.transpose(-1, -2).reshape(x.shape)
        return x


class MatmulBlocks(nn.Module):
    """Batched products with 2 x 2 matrices."""

    def __init__(self):
        super().__init__()
        self.blocks = nn.Parameter(numbers(STAGES, N // 2, 2, 2, seed=5))

    def forward(self, x):
        for i in range(STAGES):
            s = 1 << i
            pairs = x.unflatten(-1, (N // (2 * s), 2, s)).transpose(-1, -2).unsqueeze(-2)
            pairs = pairs @ self.blocks[i].view(N // (2 * s), s, 2, 2)
            x = pairs.squeeze(-2).transpose(-1, -2).flatten(-3)
        return x


class PartnerGather(nn.Module):
    """Each element and its partner, found by an index: x * diag + x[partner] * off."""

    def __init__(self):
        super().__init__()
        index = torch.arange(N)
        self.register_buffer("partner", torch.stack([index ^ (1 << i) for i in range(STAGES)]))
        self.diagonal = nn.Parameter(numbers(STAGES, N, seed=6))
        self.other = nn.Parameter(numbers(STAGES, N, seed=7))

    def forward(self, x):
        for partner, diagonal, other in zip(self.partner, self.diagonal, self.other):
            x = x * diagonal + x[..., partner] * other
        return x


class RollStages(nn.Module):
    """The partner rolled in from half of each block."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(numbers(STAGES, 2, N, seed=8))

    def forward(self, x):
        for i in range(STAGES):
            v = x.reshape(x.shape[0], -1, 2, 1 << i)
            partner = torch.roll(v, 1, dims=2).reshape(x.shape)
            x = self.w[i, 0] * x + self.w[i, 1] * partner
        return x


class RecursiveFFT(nn.Module):
    """Cooley-Tukey recursion on even and odd elements, with real twiddles."""

    def __init__(self):
        super().__init__()
        self.w = nn.ParameterList([numbers(N >> i, seed=9 + i) for i in range(STAGES)])

    def transform(self, x, depth):
        n = x.shape[-1]
        if n == 1:
            return x
        even = self.transform(x[..., 0::2], depth + 1)
        odd = self.transform(x[..., 1::2], depth + 1)
        w = self.w[depth]
        return torch.cat([even + w[:n // 2] * odd, even - w[n // 2:] * odd], dim=-1)

    def forward(self, x):
        return self.transform(x, 0)


class WalshHadamard(nn.Module):
    """Additions and subtractions, scaled at the end."""

    def forward(self, x):
        s = 1
        while s < N:
            v = x.view(*x.shape[:-1], -1, 2, s)
            a, b = v.unbind(dim=-2)
            x = torch.cat([(a + b).unsqueeze(-2), (a - b).unsqueeze(-2)], dim=-2).reshape(x.shape)
            s *= 2
        return x * 0.25


class NormalizedHadamard(nn.Module):
    """Every stage divided by the root of two."""

    def forward(self, x):
        for i in range(STAGES):
            a, b = x.reshape(*x.shape[:-1], 2, N // 2).unbind(-2)
            x = torch.stack((a + b, a - b), dim=-1).flatten(-2) / math.sqrt(2)
        return x


class TernaryStages(nn.Module):
    """Weights of -1, 0 and 1."""

    def __init__(self):
        super().__init__()
        g = torch.Generator().manual_seed(11)
        self.w = nn.Parameter(torch.randint(-1, 2, (STAGES, 4, N // 2), generator=g).float())

    def forward(self, x):
        for i, (a, b, c, d) in enumerate(self.w):
            s = N >> (i + 1)
            low, high = torch.split(x.view(-1, N // (2 * s), 2 * s), s, dim=-1)
            low, high = low.flatten(1), high.flatten(1)
            first, second = a * low + b * high, c * low + d * high
            x = torch.stack([first.view(-1, N // (2 * s), s), second.view(-1, N // (2 * s), s)], 2)
            x = x.flatten(1)
        return x


class GivensRotations(nn.Module):
    """ButterflyQuant: [[c, -s], [s, c]] from angles, at growing strides."""

    def __init__(self):
        super().__init__()
        self.angles = nn.Parameter(numbers(STAGES, N // 2, seed=12))

    def forward(self, x):
        for i in range(STAGES):
            s = 1 << i
            cos = torch.cos(self.angles[i]).view(-1, s)
            sin = torch.sin(self.angles[i]).view(-1, s)
            v = x.reshape(*x.shape[:-1], N // (2 * s), 2, s)
            a, b = v[..., 0, :], v[..., 1, :]
            x = torch.stack((cos * a - sin * b, sin * a + cos * b), dim=-2).reshape(x.shape)
        return x


class KroneckerCompanion(nn.Module):
    """n = K * m: rotations over m, then a K x K matrix over K."""

    def __init__(self, k=6, m=8):
        super().__init__()
        self.k, self.m = k, m
        self.angles = nn.Parameter(numbers(3, m // 2, seed=13))
        self.companion = nn.Parameter(torch.linalg.qr(numbers(k, k, seed=14))[0])

    def forward(self, x):
        v = x.reshape(*x.shape[:-1], self.k, self.m)
        for i in range(3):
            s = 1 << i
            cos, sin = self.angles[i].cos(), self.angles[i].sin()
            p = v.reshape(*v.shape[:-1], self.m // (2 * s), 2, s)
            a, b = p.select(-2, 0), p.select(-2, 1)
            c, z = cos.view(-1, s), sin.view(-1, s)
            v = torch.stack((c * a + z * b, c * b - z * a), dim=-2).reshape(v.shape)
        return torch.matmul(self.companion, v).reshape(x.shape)


class ExplicitPairs(nn.Module):
    """ParoQuant: rotations of arbitrary disjoint pairs, channels scaled before."""

    def __init__(self, rotations=3):
        super().__init__()
        g = torch.Generator().manual_seed(15)
        pairs = torch.stack([torch.randperm(N, generator=g) for _ in range(rotations)])
        self.register_buffer("left", pairs[:, 0::2].contiguous())
        self.register_buffer("right", pairs[:, 1::2].contiguous())
        self.register_buffer("back", torch.stack([torch.argsort(torch.cat([p[0::2], p[1::2]]))
                                                  for p in pairs]))
        self.theta = nn.Parameter(numbers(rotations, N // 2, seed=16))
        self.scales = nn.Parameter(numbers(N, seed=17).abs() + 0.5)

    def forward(self, x):
        x = x * self.scales
        for left, right, back, theta in zip(self.left, self.right, self.back, self.theta):
            c, s = torch.cos(theta), torch.sin(theta)
            a, b = x.index_select(-1, left), x.index_select(-1, right)
            x = torch.cat([c * a + s * b, c * b - s * a], dim=-1)[..., back]
        return x


class Monarch(nn.Module):
    """Two block-diagonal products with a transposition between."""

    def __init__(self, k=4, q=4, p=4):
        super().__init__()
        self.k, self.p = k, p
        self.w1 = nn.Parameter(numbers(k, q, p, seed=18))
        self.w2 = nn.Parameter(numbers(q, 5, k, seed=19))

    def forward(self, x):
        v = x.reshape(-1, self.k, self.p).transpose(0, 1)
        v = torch.bmm(v, self.w1.transpose(1, 2))
        v = v.permute(2, 1, 0)
        v = torch.bmm(v, self.w2.transpose(1, 2))
        return v.permute(1, 2, 0).reshape(*x.shape[:-1], -1)


class ChannelsFirst(nn.Module):
    """(batch, features, tokens): pairs on the middle axis."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(numbers(STAGES, 2, 2, N // 2, seed=21))

    def forward(self, x):
        y = x.transpose(1, 2)
        for i in range(STAGES):
            s = 1 << i
            v = y.reshape(y.shape[0], y.shape[1], N // (2 * s), 2, s)
            w = self.w[i].view(2, 2, N // (2 * s), s)
            y = torch.stack([(w[j] * v.transpose(2, 3)).sum(2) for j in (0, 1)], 3).flatten(2)
        return y.transpose(1, 2)


class LogQuantizedStages(nn.Module):
    """EcoLM: activations are powers of two before every ternary factor."""

    def __init__(self):
        super().__init__()
        g = torch.Generator().manual_seed(22)
        self.w = nn.Parameter(torch.randint(-1, 2, (STAGES, N // 2, 2, 2), generator=g).float())

    def forward(self, x):
        for i in range(STAGES):
            s = 1 << i
            x = torch.sign(x) * torch.pow(2.0, torch.floor(torch.log2(x.abs() + 2.0 ** -20)))
            pairs = x.reshape(*x.shape[:-1], N // (2 * s), 2, s)
            w = self.w[i].reshape(N // (2 * s), s, 2, 2)
            x = torch.einsum("...kjs,ksij->...kis", pairs, w).reshape(x.shape)
        return x
