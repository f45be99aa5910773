"""Ordinary models with attention, and matrices that only look like low-bit ones.

A matrix whose elements are all 0 or one magnitude is ternary by definition, whatever it was made
for: identity, one-hot and zero matrices are taken for ternary, and rightly. A constant matrix has
the factors of a butterfly, and integers to five are integers of four bits.
"""

import torch
import torch.nn.functional as F
from intentions import floats, ids, ordinary
from torch import nn


class VisionBlock(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.fc1, self.fc2, self.heads = nn.Linear(d, 2 * d), nn.Linear(2 * d, d), heads

    def forward(self, x):
        B, N, C = x.shape
        qkv = self.qkv(self.norm1(x)).reshape(B, N, 3, self.heads, C // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        attn = ((q @ k.transpose(-2, -1)) * (C // self.heads) ** -0.5).softmax(dim=-1)
        x = x + self.proj((attn @ v).transpose(1, 2).reshape(B, N, C))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class Encoder(nn.Module):
    """nn.TransformerEncoderLayer on embeddings."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 24)
        self.layer = nn.TransformerEncoderLayer(24, 2, 48, batch_first=True)
        self.head = nn.Linear(24, 40)

    def forward(self, tokens):
        return self.head(self.layer(self.embed(tokens)))


class LinearAttention(nn.Module):
    """elu(q) + 1 in place of the softmax: not attention as the standard has it."""

    def __init__(self, d=24):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)

    def forward(self, x):
        q, k = F.elu(self.q(x)) + 1, F.elu(self.k(x)) + 1
        kv = torch.einsum("bnd,bne->bde", k, self.v(x))
        z = 1 / (torch.einsum("bnd,bd->bn", q, k.sum(1)) + 1e-6)
        return torch.einsum("bnd,bde,bn->bne", q, kv, z)


class SigmoidAttention(nn.Module):
    """Every score through a sigmoid."""

    def __init__(self, d=24):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)

    def forward(self, x):
        return torch.sigmoid(self.q(x) @ self.k(x).transpose(1, 2) / 5 - 2) @ self.v(x)


class Held(nn.Module):
    """A product with a given matrix."""

    def __init__(self, matrix, bias=None):
        super().__init__()
        self.weight = nn.Parameter(matrix)
        self.bias = None if bias is None else nn.Parameter(bias)

    def forward(self, x):
        y = torch.tanh(x @ self.weight)
        return y if self.bias is None else y + self.bias


def trits(*shape):
    return torch.randint(-1, 2, shape).float()


def powers(*shape):
    return torch.exp2(torch.randint(-4, 3, shape).float()) * (2 * torch.randint(0, 2, shape) - 1)


def one_in_a_thousand():
    """Ternary, but for one element."""
    w = trits(32, 32) * 0.05
    w[3, 4] = 0.031
    return w


X = floats(2, 5, 32)

STYLES = [
    ordinary("ordinary/vision block", lambda: VisionBlock(32, 4), X, attention=1, layer_norm=2),
    ordinary("ordinary/encoder layer", Encoder, ids(2, 6, high=40), attention=1, layer_norm=2),
    ordinary("ordinary/linear attention", LinearAttention, floats(2, 6, 24)),
    ordinary("ordinary/sigmoid attention", SigmoidAttention, floats(2, 6, 24)),
    ordinary("ordinary/uniform weights", lambda: Held(torch.rand(32, 32) - 0.5), X),
    ordinary("ordinary/noise of a thousandth on ternary",
             lambda: Held(trits(32, 32) * 0.05 * (1 + 1e-3 * torch.randn(32, 32))), X),
    ordinary("ordinary/ternary but for one element", lambda: Held(one_in_a_thousand()), X),
    ordinary("ordinary/noise of a millionth on powers",
             lambda: Held(powers(32, 32) * (1 + 4e-6 * torch.randn(32, 32))), X),
    ordinary("ordinary/elevenths", lambda: Held(torch.randint(-12, 13, (32, 32)) / 11.0), X),
    ordinary("ordinary/integers to five", lambda: Held(torch.randint(-5, 6, (32, 32)).float()), X,
             uniform=1),
    ordinary("ordinary/five levels", lambda: Held(torch.randint(-2, 3, (32, 32)) * 0.1 + 0.01), X),
    ordinary("ordinary/bias of powers of two",
             lambda: Held(torch.randn(32, 32) / 6, powers(32)), X),
    ordinary("ordinary/ternary bias", lambda: Held(torch.randn(32, 32) / 6, trits(32)), X),
    ordinary("ordinary/triangle", lambda: Held(torch.tril(torch.randn(32, 32) / 6)), X),
    ordinary("ordinary/rotation, dense", lambda: Held(torch.linalg.qr(torch.randn(32, 32))[0]), X),
    ordinary("ordinary/identity matrix", lambda: Held(torch.eye(32)), X, ternary=1),
    ordinary("ordinary/permutation matrix", lambda: Held(torch.eye(32)[torch.randperm(32)]), X,
             ternary=1),
    ordinary("ordinary/zero matrix", lambda: Held(torch.zeros(32, 32)), X, ternary=1),
    ordinary("ordinary/constant matrix", lambda: Held(torch.full((32, 32), 0.03)), X,
             ternary_butterfly=1),
]
