"""Butterflies, stage by stage: the ways of pairing elements that people write."""

import math

import torch
import torch.nn.functional as F
from intentions import floats, style
from torch import nn

# --- twiddles (log n, n / 2, 2, 2), pairs by a view


def multiply_by_view(twiddle, x, increasing=True):
    n = x.shape[-1]
    log_n = int(math.log2(n))
    batch = x.shape[:-1]
    for idx in range(log_n):
        stride = 1 << (idx if increasing else log_n - 1 - idx)
        t = twiddle[idx].view(n // (2 * stride), stride, 2, 2).permute(0, 2, 3, 1)
        y = x.reshape(*batch, n // (2 * stride), 1, 2, stride)
        x = (t * y).sum(dim=-2).reshape(*batch, n)
    return x


class TwiddleButterfly(nn.Module):
    def __init__(self, n, increasing=True, ternary=False):
        super().__init__()
        shape = (int(math.log2(n)), n // 2, 2, 2)
        values = torch.randint(-1, 2, shape).float() if ternary else torch.randn(shape) / 1.4
        self.twiddle, self.increasing = nn.Parameter(values), increasing

    def forward(self, x):
        return multiply_by_view(self.twiddle, x, self.increasing)


class PaddedButterfly(nn.Module):
    """in_features padded to a power of two, the output cut, a bias."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.n = 1 << (max(in_features, out_features) - 1).bit_length()
        log_n = self.n.bit_length() - 1
        self.twiddle = nn.Parameter(torch.randn(log_n, self.n // 2, 2, 2) / math.sqrt(2))
        self.bias = nn.Parameter(torch.randn(out_features) * 0.1)

    def forward(self, x):
        x = F.pad(x, (0, self.n - self.in_features))
        return multiply_by_view(self.twiddle, x)[..., :self.out_features] + self.bias


# --- halves, and stack


class StackedStages(nn.Module):
    """Four vectors per stage: a x0 + b x1, c x0 + d x1, put together by stack."""

    def __init__(self, size):
        super().__init__()
        self.size = size
        self.stages = nn.ParameterList(
            [nn.Parameter(torch.randn(4, size // 2) * 0.7) for _ in range(int(math.log2(size)))])

    def forward(self, x):
        shape = x.shape
        x = x.reshape(-1, self.size)
        for k, p in enumerate(self.stages):
            s = 2 ** k
            pairs = x.view(-1, self.size // (2 * s), 2, s)
            top, bottom = pairs[:, :, 0, :], pairs[:, :, 1, :]
            a, b, c, d = (q.view(self.size // (2 * s), s) for q in p)
            x = torch.stack((a * top + b * bottom, c * top + d * bottom), dim=2)
            x = x.view(-1, self.size)
        return x.view(shape)


class EvenOdd(nn.Module):
    """Neighbours: even and odd elements by a slice of step two, then interleaved. One factor is
    no butterfly yet."""

    def __init__(self, n):
        super().__init__()
        self.w = nn.Parameter(torch.randn(2, 2, n // 2))

    def forward(self, x):
        even, odd = x[..., 0::2], x[..., 1::2]
        y0 = self.w[0, 0] * even + self.w[0, 1] * odd
        y1 = self.w[1, 0] * even + self.w[1, 1] * odd
        return torch.stack([y0, y1], dim=-1).flatten(-2)


class HalfChunks(nn.Module):
    """Halves by chunk and cat, from the largest stride to the smallest."""

    def __init__(self, dim):
        super().__init__()
        self.depth = int(math.log2(dim))
        self.coefs = nn.Parameter(torch.randn(self.depth, 2, 2, dim // 2) * 0.7)

    def forward(self, x):
        b, d = x.shape[0], x.shape[-1]
        for level in range(self.depth):
            groups = 2 ** level
            blocks = x.reshape(b, -1, groups, d // groups)
            lo, hi = blocks.chunk(2, dim=-1)
            w = self.coefs[level].reshape(2, 2, groups, d // groups // 2)
            x = torch.cat([w[0, 0] * lo + w[0, 1] * hi, w[1, 0] * lo + w[1, 1] * hi], dim=-1)
            x = x.reshape(b, -1, d)
        return x


class EinsumFactors(nn.Module):
    """A factor as values (a, b, c, d) and an einsum."""

    def __init__(self, shapes, ternary=False):
        super().__init__()
        make = (lambda *s: torch.randint(-1, 2, s).float()) if ternary else torch.randn
        self.factors = nn.ParameterList([nn.Parameter(make(*shape)) for shape in shapes])

    def forward(self, x):
        lead = x.shape[:-1]
        for v in self.factors:
            a, b, c, d = v.shape
            x = torch.einsum("abcd,...acd->...abd", v, x.reshape(*lead, a, c, d))
            x = x.reshape(*lead, a * b * d)
        return x


class BlockMatMul(nn.Module):
    """2 x 2 blocks by matmul: the pair becomes the last axis."""

    def __init__(self, n):
        super().__init__()
        self.n, self.m = n, n.bit_length() - 1
        self.blocks = nn.Parameter(torch.randn(self.m, n // 2, 2, 2))

    def forward(self, x):
        lead = x.shape[:-1]
        for i in range(self.m):
            s = 1 << i
            v = x.reshape(*lead, self.n // (2 * s), 2, s).transpose(-1, -2)
            w = self.blocks[i].view(self.n // (2 * s), s, 2, 2)
            v = torch.matmul(w, v.unsqueeze(-1)).squeeze(-1)
            x = v.transpose(-1, -2).reshape(*lead, self.n)
        return x


class Recursive(nn.Module):
    """Halves first, each by the same rule, then one stage over both, as an FFT is written."""

    def __init__(self, n):
        super().__init__()
        self.n = n
        self.t = nn.Parameter(torch.randn(4, n // 2))
        self.left = Recursive(n // 2) if n > 2 else nn.Identity()
        self.right = Recursive(n // 2) if n > 2 else nn.Identity()

    def forward(self, x):
        lo, hi = x.split(self.n // 2, dim=-1)
        lo, hi = self.left(lo), self.right(hi)
        t = self.t
        return torch.cat((t[0] * lo + t[1] * hi, t[2] * lo + t[3] * hi), -1)


class GatherPairs(nn.Module):
    """y = d * x + e * x[partner], the partner at distance s by an index."""

    def __init__(self, n):
        super().__init__()
        self.m = n.bit_length() - 1
        self.diagonal = nn.Parameter(torch.randn(self.m, n))
        self.exchange = nn.Parameter(torch.randn(self.m, n))
        for i in range(self.m):
            self.register_buffer(f"partner{i}", torch.arange(n) ^ (1 << i))

    def forward(self, x):
        for i in range(self.m):
            partner = x[..., getattr(self, f"partner{i}")]
            x = self.diagonal[i] * x + self.exchange[i] * partner
        return x


class MaskedDense(nn.Module):
    """Factors as dense matrices with the support of a butterfly."""

    def __init__(self, n):
        super().__init__()
        masks = []
        for i in range(n.bit_length() - 1):
            index = torch.arange(n)
            mask = torch.zeros(n, n)
            mask[index, index] = 1
            mask[index, index ^ (1 << i)] = 1
            masks.append(mask)
        self.register_buffer("masks", torch.stack(masks))
        self.weights = nn.Parameter(torch.randn(len(masks), n, n))

    def forward(self, x):
        for mask, weight in zip(self.masks, self.weights):
            x = F.linear(x, weight * mask)
        return x


class TernaryButterflyLayer(nn.Module):
    """EcoLM: log-quantized input, latents made ternary at a threshold, a scale behind."""

    def __init__(self, n, delta=0.5):
        super().__init__()
        self.delta, self.n = delta, n
        self.latent = nn.Parameter(torch.randn(n.bit_length() - 1, n // 2, 2, 2))
        self.scale = nn.Parameter(torch.full((n,), 0.25))

    def forward(self, x):
        x = torch.sign(x) * 2.0 ** torch.floor(torch.log2(x.abs())).clamp(-6, 3)
        w = (self.latent > self.delta).float() - (self.latent < -self.delta).float()
        return multiply_by_view(w, x) * self.scale


class TwoBlocks(nn.Module):
    """A block of rising strides and one of falling strides, with relu between."""

    def __init__(self, n):
        super().__init__()
        self.up, self.down = TwiddleButterfly(n, True), TwiddleButterfly(n, False)

    def forward(self, x):
        return self.down(torch.relu(self.up(x)))


X = floats(2, 3, 16)

STYLES = [
    style("butterfly/view and sum", lambda: TwiddleButterfly(16), X, butterfly=1),
    style("butterfly/view and sum, falling", lambda: TwiddleButterfly(16, False), X, butterfly=1,
          free=(0, 1)),
    style("butterfly/ternary twiddle", lambda: TwiddleButterfly(16, ternary=True), X,
          ternary_butterfly=1),
    style("butterfly/padded and cut", lambda: PaddedButterfly(12, 10), floats(2, 3, 12),
          butterfly=1),
    style("butterfly/slices and stack", lambda: StackedStages(16), X, butterfly=1),
    style("butterfly/even and odd, one stage", lambda: EvenOdd(16), X, almost=1),
    style("butterfly/chunk and cat", lambda: HalfChunks(16), X, butterfly=1),
    style("butterfly/einsum", lambda: EinsumFactors([(4, 2, 2, 2), (2, 2, 2, 4)]), X,
          butterfly=1),
    style("butterfly/einsum, ternary",
          lambda: EinsumFactors([(4, 4, 4, 1), (1, 4, 4, 4)], ternary=True), X,
          ternary_butterfly=1),
    style("butterfly/einsum, rectangular", lambda: EinsumFactors([(4, 3, 4, 1), (1, 5, 3, 4)]), X,
          butterfly=1),
    style("butterfly/2 x 2 matmul", lambda: BlockMatMul(16), X, butterfly=1),
    style("butterfly/recursive", lambda: Recursive(8), floats(2, 3, 8), butterfly=1),
    style("butterfly/partner by index", lambda: GatherPairs(16), X, butterfly=1),
    style("butterfly/masked dense factors", lambda: MaskedDense(16), X, butterfly=1),
    style("butterfly/log-quantized and ternary", lambda: TernaryButterflyLayer(16), X,
          ternary_butterfly=1, log=1),
    style("butterfly/two with relu between", lambda: TwoBlocks(16), X, butterfly=2),
]
