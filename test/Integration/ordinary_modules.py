"""Modules that move, halve and add features and are no butterflies."""

import torch
from butterfly_modules import N, numbers
from torch import nn


class Mlp(nn.Module):
    """Two dense layers with a nonlinearity."""

    def __init__(self):
        super().__init__()
        self.up, self.down = nn.Linear(N, 4 * N), nn.Linear(4 * N, N)

    def forward(self, x):
        return self.down(nn.functional.gelu(self.up(x)))


class GatedHalves(nn.Module):
    """A gated linear unit: halves, multiplied by each other."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(N, 2 * N)

    def forward(self, x):
        a, b = self.linear(x).chunk(2, dim=-1)
        return a * torch.sigmoid(b) + (a + b)


class SelfAttention(nn.Module):
    """Heads are reshapes and transpositions, and no sums of features."""

    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(N, 3 * N, bias=False), nn.Linear(N, N, bias=False)

    def forward(self, x):
        batch, tokens, _ = x.shape
        q, k, v = (t.view(batch, tokens, 4, 4).transpose(1, 2)
                   for t in self.qkv(x).split(N, dim=-1))
        p = torch.softmax(q @ k.transpose(-1, -2) / 2, dim=-1)
        return self.out((p @ v).transpose(1, 2).reshape(batch, tokens, N))


class RotaryPositions(nn.Module):
    """Rotations that differ from token to token."""

    def forward(self, x):
        angles = torch.arange(5)[:, None] * (100.0 ** -(torch.arange(N // 2) / 8))
        cos, sin = torch.cat([angles.cos()] * 2, -1), torch.cat([angles.sin()] * 2, -1)
        half = torch.cat([-x[..., N // 2:], x[..., :N // 2]], dim=-1)
        return x * cos + half * sin


class DecomposedLayerNorm(nn.Module):
    """Mean and variance, step by step."""

    def __init__(self):
        super().__init__()
        self.weight, self.bias = nn.Parameter(numbers(N)), nn.Parameter(numbers(N, seed=1))

    def forward(self, x):
        centred = x - x.mean(-1, keepdim=True)
        variance = (centred * centred).mean(-1, keepdim=True)
        return centred / torch.sqrt(variance + 1e-5) * self.weight + self.bias


class PixelShuffle(nn.Module):
    """Moves elements only."""

    def forward(self, x):
        v = x.view(x.shape[0], -1, 2, 2, 4).permute(0, 1, 3, 2, 4).flatten(2)
        return v.view(*x.shape) * 2.0


class UnfoldedConvolution(nn.Module):
    """A convolution over tokens as shifted slices."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(numbers(3, N))

    def forward(self, x):
        padded = nn.functional.pad(x, (0, 0, 1, 1))
        tokens = x.shape[1]
        return sum(padded[:, i:i + tokens] * self.w[i] for i in range(3))


class GroupedLinear(nn.Module):
    """One block-diagonal product, alone."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(numbers(4, 4, 4))

    def forward(self, x):
        v = x.reshape(*x.shape[:-1], 4, 1, 4) @ self.w
        return torch.relu(v.reshape(x.shape))


class ResidualSums(nn.Module):
    """Residual connections: sums of a tensor with what was made of it."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Parameter(numbers(N)), nn.Parameter(numbers(N, seed=1))

    def forward(self, x):
        x = x + self.a * x
        return x + self.b * x.flip(-1) * x


class FeaturePooling(nn.Module):
    """Sums of neighbours, at growing strides: nothing is mixed back."""

    def forward(self, x):
        x = x[..., ::2] + x[..., 1::2]
        return x[..., :4] + x[..., 4:]


class LeftOverElement(nn.Module):
    """Two stages of pairs in which two elements stay alone."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(numbers(2, 4, 7))

    def forward(self, x):
        for a, b, c, d in self.w:
            low, high = x[..., 0:14:2], x[..., 1:14:2]
            x = torch.cat([a * low + b * high, c * low + d * high, x[..., 14:]], -1)
        return x


class DataDependentPairs(nn.Module):
    """Pairs whose weights come from the input."""

    def forward(self, x):
        for _ in range(2):
            a, b = x[..., ::2], x[..., 1::2]
            g = torch.tanh(a)
            x = torch.cat([g * a + (1 - g) * b, (1 - g) * a + g * b], -1)
        return x
