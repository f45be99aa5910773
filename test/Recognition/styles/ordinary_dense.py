"""Ordinary models without attention: perceptrons, convolutions, cells, gates, clamps and steps."""

import math

import torch
import torch.nn.functional as F
from intentions import floats, ids, ordinary
from torch import nn


class Network(nn.Module):
    """A module from a function of x and of the parameters that `shapes` name."""

    def __init__(self, function, **shapes):
        super().__init__()
        self.function = function
        self.p = nn.ParameterDict({name: nn.Parameter(torch.randn(*shape) / math.sqrt(shape[-1]))
                                   for name, shape in shapes.items()})

    def forward(self, x):
        return self.function(x, self.p)


class UnrolledLSTM(nn.Module):
    """A cell, written out, over four steps."""

    def __init__(self, i, h):
        super().__init__()
        self.x2h, self.h2h, self.size = nn.Linear(i, 4 * h), nn.Linear(h, 4 * h), h

    def forward(self, x):
        h = c = torch.zeros(x.shape[0], self.size)
        for t in range(4):
            i, f, g, o = (self.x2h(x[:, t]) + self.h2h(h)).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        return h


class UnrolledGRU(nn.Module):
    def __init__(self, i, h):
        super().__init__()
        self.cell, self.size = nn.GRUCell(i, h), h

    def forward(self, x):
        w_ih, w_hh = self.cell.weight_ih, self.cell.weight_hh
        h = torch.zeros(x.shape[0], self.size)
        for t in range(3):
            a, b = F.linear(x[:, t], w_ih), F.linear(h, w_hh)
            r, z = torch.sigmoid(a + b)[:, :2 * self.size].chunk(2, 1)
            n = torch.tanh(a[:, 2 * self.size:] + r * b[:, 2 * self.size:])
            h = (1 - z) * n + z * h
        return h


class PatchConvolution(nn.Module):
    """A convolution as patches times a matrix."""

    def __init__(self):
        super().__init__()
        self.w = nn.Linear(3 * 4 * 4, 20)

    def forward(self, x):
        b = x.shape[0]
        patches = x.reshape(b, 3, 4, 4, 4, 4).permute(0, 2, 4, 1, 3, 5).reshape(b, 16, 48)
        return F.relu(self.w(patches)).mean(1)


class MixerBlock(nn.Module):
    def __init__(self, tokens, channels):
        super().__init__()
        self.t1, self.t2 = nn.Linear(tokens, 24), nn.Linear(24, tokens)
        self.c1, self.c2 = nn.Linear(channels, 48), nn.Linear(48, channels)
        self.n1, self.n2 = nn.LayerNorm(channels), nn.LayerNorm(channels)

    def forward(self, x):
        x = x + self.t2(F.gelu(self.t1(self.n1(x).transpose(1, 2)))).transpose(1, 2)
        return x + self.c2(F.gelu(self.c1(self.n2(x))))


class BatchNormed(nn.Module):
    """A batch norm of inference, by hand."""

    def __init__(self):
        super().__init__()
        self.fc, self.bn = nn.Linear(32, 24), nn.BatchNorm1d(24)
        self.bn.running_mean.normal_()
        self.bn.running_var.uniform_(0.5, 2)

    def forward(self, x):
        h = self.fc(x)
        return (h - self.bn.running_mean) / (self.bn.running_var + 1e-5).sqrt() * self.bn.weight


class Experts(nn.Module):
    """A soft mixture of experts."""

    def __init__(self, d, n):
        super().__init__()
        self.gate = nn.Linear(d, n)
        self.experts = nn.ModuleList(nn.Linear(d, d) for _ in range(n))

    def forward(self, x):
        g = self.gate(x).softmax(-1)
        return sum(g[..., i:i + 1] * torch.tanh(e(x)) for i, e in enumerate(self.experts))


def mlp(*sizes, act=nn.ReLU):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), act()]
    return nn.Sequential(*layers[:-1])


def residual_wave(x, p):
    return x + torch.sin(30 * (x @ p["a"])) @ p["b"]


def hard_swish(x, p):
    h = x @ p["a"]
    return h * torch.clamp(h + 3, 0, 6) / 6


def rounded_to_cents(x, p):
    """Rounded to hundredths: a step, and no quantizer of ours."""
    return torch.round((x @ p["a"]) * 100) / 100


def fixed_point(x, p):
    """16 bits with 8 behind the point, a fixed scale."""
    q = torch.clamp(torch.floor(x * 256), -32768, 32767) / 256
    return q @ p["a"]


def floor_and_rest(x, p):
    return torch.floor(x) * 0.5 + (x - torch.floor(x)) @ p["a"]


def sign_gate(x, p):
    """Signs of activations as a gate."""
    return torch.sign(x @ p["a"]) * x


def where_gate(x, p):
    h = x @ p["a"]
    return torch.where(h > 0.5, h, torch.where(h < -0.5, 0.1 * h, torch.zeros_like(h)))


def soft_threshold(x, p):
    """Shrinkage: sign(h) max(|h| - t, 0)."""
    h = x @ p["a"]
    return h.sign() * F.relu(h.abs() - 0.1)


def top_half(x, p):
    """What is below the middle value becomes zero."""
    middle = torch.sort(x, dim=-1).values[..., 16:17]
    return torch.where(x >= middle, x, torch.zeros_like(x)) @ p["a"]


def log_features(x, p):
    """Logarithms of magnitudes as features."""
    return torch.log(x.abs() + 1) * torch.sign(x) @ p["a"]


def log2_and_exp2(x, p):
    """A mean of logarithms, without any step."""
    return 2.0 ** torch.log2(x.abs() + 0.1).mean(-1, keepdim=True) * (x @ p["a"])


def max_normalized(x, p):
    """Scaled by the largest magnitude of a token, and not rounded."""
    return (x / x.abs().amax(-1, keepdim=True).clamp(min=1e-5)) @ p["a"]


def standardized(x, p):
    """Over the first axis: no layer norm."""
    return (x - x.mean(0, keepdim=True)) / (x.std(0, keepdim=True) + 1e-5) @ p["a"]


def unit_length(x, p):
    """Divided by its length, not by its root mean square."""
    return x / x.norm(dim=-1, keepdim=True) @ p["a"]


def bilinear(x, p):
    return (x @ p["a"]) * (x @ p["b"])


def low_rank(x, p):
    return (x @ p["a"]) @ p["b"]


def complex_product(x, p):
    """(a + ib)(c + id) of two halves that the input holds both of."""
    a, b = x.chunk(2, -1)
    c, d = (x @ p["a"]).chunk(2, -1)
    return torch.cat([a * c - b * d, a * d + b * c], -1)


def halves_crossed(x, p):
    """Halves gate each other: looks like a butterfly, and its factors are activations."""
    a, b = x.chunk(2, -1)
    return torch.cat([a * torch.sigmoid(b), b * torch.sigmoid(a)], -1) @ p["a"]


def even_odd_pool(x, p):
    """Even plus odd elements, half as many."""
    return torch.maximum(x[..., ::2], x[..., 1::2]) @ p["a"]


def shuffled(x, p):
    b, t, c = x.shape
    return x.reshape(b, t, 4, c // 4).transpose(2, 3).reshape(b, t, c) @ p["a"]


def cosine_similarity(x, p):
    return F.normalize(x, dim=-1) @ F.normalize(p["a"], dim=0)


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = mlp(32, 16, 4), mlp(4, 16, 32)

    def forward(self, x):
        return torch.sigmoid(self.up(torch.tanh(self.down(x))))


class BagOfWords(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.head = nn.Embedding(50, 24), nn.Linear(24, 5)

    def forward(self, tokens):
        return F.log_softmax(self.head(self.table(tokens).mean(1)), dim=-1)


class FewValues(nn.Module):
    """An embedding with five distinct values, used as a table only."""

    def __init__(self):
        super().__init__()
        self.register_buffer("table", torch.randint(-2, 3, (50, 24)).float() * 0.3)
        self.head = nn.Linear(24, 8)

    def forward(self, tokens):
        return self.head(self.table[tokens])


class Sinusoids(nn.Module):
    """Positions by sine and cosine, added to the input."""

    def forward(self, x):
        t, d = x.shape[1:]
        angle = torch.arange(t).unsqueeze(1) * torch.exp(
            torch.arange(0, d, 2) * (-math.log(10000.0) / d))
        return x + torch.stack([angle.sin(), angle.cos()], -1).flatten(1)


X = floats(2, 5, 32)
ONE = {"a": (32, 32)}


def plain(function, **shapes):
    """A builder of a `Network`."""
    return lambda: Network(function, **(shapes or ONE))


STYLES = [
    ordinary("ordinary/perceptron", lambda: mlp(32, 64, 10), floats(4, 32)),
    ordinary("ordinary/deep perceptron, tanh", lambda: mlp(32, 32, 32, 32, 8, act=nn.Tanh), X,
             free=(0, 1)),
    ordinary("ordinary/autoencoder", Autoencoder, X),
    ordinary("ordinary/LSTM, unrolled", lambda: UnrolledLSTM(12, 16), floats(2, 4, 12)),
    ordinary("ordinary/GRU, unrolled", lambda: UnrolledGRU(12, 16), floats(2, 3, 12)),
    ordinary("ordinary/convolution of patches", PatchConvolution, floats(2, 3, 16, 16)),
    ordinary("ordinary/mixer", lambda: MixerBlock(6, 32), floats(2, 6, 32), layer_norm=2),
    ordinary("ordinary/batch norm", BatchNormed, floats(4, 32)),
    ordinary("ordinary/experts", lambda: Experts(16, 3), floats(2, 5, 16)),
    ordinary("ordinary/sine layer", plain(residual_wave, a=(32, 32), b=(32, 32)), X),
    ordinary("ordinary/hard swish", plain(hard_swish), X),
    ordinary("ordinary/rounded to cents", plain(rounded_to_cents), X),
    ordinary("ordinary/fixed point", plain(fixed_point), X),
    ordinary("ordinary/floor and rest", plain(floor_and_rest), X),
    ordinary("ordinary/gate by signs", plain(sign_gate), X),
    ordinary("ordinary/gate by thresholds", plain(where_gate), X),
    ordinary("ordinary/soft threshold", plain(soft_threshold), X),
    ordinary("ordinary/upper half kept", plain(top_half), X),
    ordinary("ordinary/logarithms as features", plain(log_features), X),
    ordinary("ordinary/geometric mean", plain(log2_and_exp2), X),
    ordinary("ordinary/scaled by the largest", plain(max_normalized), X),
    ordinary("ordinary/standardized over the batch", plain(standardized), X),
    ordinary("ordinary/unit length", plain(unit_length), X),
    ordinary("ordinary/bilinear", plain(bilinear, a=(32, 32), b=(32, 32)), X),
    ordinary("ordinary/low rank", plain(low_rank, a=(32, 4), b=(4, 32)), X),
    ordinary("ordinary/complex product", plain(complex_product), X),
    ordinary("ordinary/halves gate each other", plain(halves_crossed), X),
    ordinary("ordinary/larger of neighbours", plain(even_odd_pool, a=(16, 8)), X),
    ordinary("ordinary/channel shuffle", plain(shuffled), X),
    ordinary("ordinary/cosine similarity", plain(cosine_similarity), X),
    ordinary("ordinary/bag of words", BagOfWords, ids(2, 6, high=50)),
    ordinary("ordinary/table of five values", FewValues, ids(2, 6, high=50)),
    ordinary("ordinary/sinusoids", Sinusoids, floats(2, 6, 16)),
]
