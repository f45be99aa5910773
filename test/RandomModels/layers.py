"""Parts that families share, each in the spellings that checkpoints' code uses."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from configurations import Configuration


class LayerNorm(nn.Module):
    """`(x - mean) / sqrt(variance + epsilon) * weight + bias`, in steps or as torch's function."""

    def __init__(self, size: int, own: bool):
        super().__init__()
        self.weight = nn.Parameter(1 + 0.2 * torch.randn(size))
        self.bias = nn.Parameter(0.2 * torch.randn(size))
        self.own = own

    def forward(self, x):
        if not self.own:
            return F.layer_norm(x, self.weight.shape, self.weight, self.bias, 1e-5)
        centered = x - x.mean(-1, keepdim=True)
        variance = centered.pow(2).mean(-1, keepdim=True)
        return self.weight * (centered / torch.sqrt(variance + 1e-5)) + self.bias


class RMSNorm(nn.Module):
    """`x / sqrt(mean(x^2) + epsilon) * weight`, in steps in f32 or as torch's function."""

    def __init__(self, size: int, own: bool):
        super().__init__()
        self.weight = nn.Parameter(1 + 0.2 * torch.randn(size))
        self.own = own

    def forward(self, x):
        if not self.own:
            return F.rms_norm(x, self.weight.shape, self.weight, 1e-6)
        wide = x.to(torch.float32)
        wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-6)
        return self.weight * wide.to(x.dtype)


def activate(x, kind: str):
    """A Gelu, exact or by a hyperbolic tangent."""
    if kind == "gelu":
        return F.gelu(x)
    if kind == "tanh":
        return F.gelu(x, approximate="tanh")
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * torch.pow(x, 3))))


class Rotary(nn.Module):
    """Turns pairs of elements of `x` [B, H, T, D] by angles that grow with the position."""

    def __init__(self, c: Configuration):
        super().__init__()
        self.pairs, self.computed = c.rotary == "pairs", c.angles == "computed"
        frequencies = 10000.0 ** (-torch.arange(0, c.head_size, 2).float() / c.head_size)
        self.register_buffer("frequencies", frequencies)
        angles = torch.outer(torch.arange(c.context).float(), frequencies)
        wide = angles if self.pairs else torch.cat([angles, angles], -1)
        self.register_buffer("cos", wide.cos())
        self.register_buffer("sin", wide.sin())

    def tables(self, positions, dtype):
        """Cosines and sines of `positions` [B, T], as [B, 1, T, *]."""
        if not self.computed:
            return (self.cos[positions].unsqueeze(1).to(dtype), self.sin[positions].unsqueeze(1).to(dtype))
        spread = self.frequencies[None, :, None].expand(positions.shape[0], -1, 1)
        angles = (spread.float() @ positions[:, None, :].float()).transpose(1, 2)
        wide = angles if self.pairs else torch.cat([angles, angles], -1)
        return wide.cos().unsqueeze(1).to(dtype), wide.sin().unsqueeze(1).to(dtype)

    def turn(self, x, cos, sin):
        """The rotation itself."""
        if self.pairs:
            even, odd = x[..., ::2], x[..., 1::2]
            return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2)
        half = x.shape[-1] // 2
        turned = torch.cat([-x[..., half:], x[..., :half]], -1)
        return x * cos + turned * sin


class CausalAttention(nn.Module):
    """Attention of the past and itself, with its projections. Rotates if `rotary` is given."""

    def __init__(self, c: Configuration, linear, rotary: Rotary | None = None, norm=None):
        super().__init__()
        self.c, self.rotary = c, rotary
        wide = c.key_heads if rotary else c.heads
        self.key_heads = wide
        sizes = [c.hidden, wide * c.head_size, wide * c.head_size]
        self.sizes = sizes
        if c.fused_projections:
            self.project = linear(c.hidden, sum(sizes))
        else:
            self.query, self.key, self.value = (linear(c.hidden, size) for size in sizes)
        self.norm = norm
        self.output = linear(c.hidden, c.hidden)
        self.register_buffer("triangle", torch.ones(c.context, c.context).tril().bool()[None, None])

    def split(self, x, heads: int):
        """[B, T, H D] -> [B, H, T, D]"""
        return x.view(x.shape[0], x.shape[1], heads, self.c.head_size).transpose(1, 2)

    def add_mask(self, scores, start):
        """The scores [B, H, T, S], of which query t may see the first `start + t + 1`."""
        queries, keys = scores.shape[-2:]
        if self.c.mask == "tril":
            visible = self.triangle[:, :, keys - queries:keys, :keys]
            return torch.where(visible, scores, torch.finfo(scores.dtype).min)
        if self.c.mask == "add":
            mask = torch.full((queries, keys), float("-inf"), dtype=scores.dtype)
            return scores + torch.triu(mask, diagonal=start + 1)
        visible = torch.arange(keys)[None, :] <= torch.arange(queries)[:, None] + start
        return scores.masked_fill(~visible, float("-inf"))

    def mix(self, q, k, v, start):
        """Softmax of the masked scores, times the values."""
        c = self.c
        if c.attention == "sdpa":
            if not c.past:
                return F.scaled_dot_product_attention(q, k, v, is_causal=True)
            visible = torch.arange(k.shape[2])[None, :] <= torch.arange(q.shape[2])[:, None] + start
            return F.scaled_dot_product_attention(q, k, v, attn_mask=visible)
        if c.scale == "query":
            q = q * c.head_size ** -0.5
        elif c.scale == "both":
            q, k = q * c.head_size ** -0.25, k * c.head_size ** -0.25
        scores = q @ k.transpose(-2, -1)
        if c.scale == "scores":
            scores = scores / math.sqrt(c.head_size)
        scores = self.add_mask(scores, start)
        return F.softmax(scores, -1, dtype=torch.float32).to(q.dtype) @ v

    def forward(self, x, positions, past):
        c = self.c
        if c.fused_projections:
            q, k, v = self.project(x).split(self.sizes, -1)
        else:
            q, k, v = self.query(x), self.key(x), self.value(x)
        q, k, v = self.split(q, c.heads), self.split(k, self.key_heads), self.split(v, self.key_heads)
        if self.rotary:
            cos, sin = self.rotary.tables(positions, x.dtype)
            q, k = self.rotary.turn(q, cos, sin), self.rotary.turn(k, cos, sin)
        start = 0
        if past is not None:
            start = past[0].shape[2]
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        present = (k, v)
        groups = c.heads // self.key_heads
        if groups > 1:
            k, v = repeat_heads(k, groups), repeat_heads(v, groups)
        mixed = self.mix(q, k, v, start).transpose(1, 2).reshape(x.shape[0], x.shape[1], c.hidden)
        if self.norm:
            mixed = self.norm(mixed)
        return self.output(mixed), present


def repeat_heads(x, groups: int):
    """[B, H, S, D] -> [B, H groups, S, D], every head `groups` times in a row."""
    batch, heads, length, size = x.shape
    return x[:, :, None].expand(batch, heads, groups, length, size).reshape(batch, heads * groups, length, size)
