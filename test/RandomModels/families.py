"""GPT-2, LLaMA, BERT and BitNet, small and with random weights."""

import torch
from torch import nn
from torch.nn import functional as F

from configurations import Configuration
from layers import CausalAttention, LayerNorm, RMSNorm, Rotary, activate


def make_linear(c: Configuration):
    """A function that makes linear layers as wide as asked."""
    def linear(inputs: int, outputs: int, bias: bool = c.bias):
        layer = nn.Linear(inputs, outputs, bias=bias)
        nn.init.normal_(layer.weight, std=0.7 / inputs ** 0.5)
        return layer
    return linear


class TernaryLinear(nn.Linear):
    """BitNet's layer: weights -1, 0, 1 times their mean, activations of 8 bits, both as fake quantization."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(inputs, outputs, bias=False)
        nn.init.normal_(self.weight, std=1 / inputs ** 0.5)

    def forward(self, x):
        scale = 1 / self.weight.abs().mean().clamp(min=1e-5)
        weight = (self.weight * scale).round().clamp(-1, 1) / scale
        steps = 127 / x.abs().max(-1, keepdim=True).values.clamp(min=1e-5)
        return F.linear((x * steps).round().clamp(-128, 127) / steps, weight)


class MLP(nn.Module):
    """Two layers around a Gelu."""

    def __init__(self, c: Configuration):
        super().__init__()
        linear = make_linear(c)
        self.up, self.down, self.kind = linear(c.hidden, c.inner), linear(c.inner, c.hidden), c.activation

    def forward(self, x):
        return self.down(activate(self.up(x), self.kind))


class GatedMLP(nn.Module):
    """`down(act(gate(x)) * up(x))`: SwiGLU, or BitNet's squared Relu with a norm before the last layer."""

    def __init__(self, c: Configuration, linear, norm=None):
        super().__init__()
        self.gate, self.up, self.down = (linear(c.hidden, c.inner), linear(c.hidden, c.inner),
                                         linear(c.inner, c.hidden))
        self.norm = norm

    def forward(self, x):
        gate = self.gate(x)
        if self.norm is None:
            return self.down(F.silu(gate) * self.up(x))
        return self.down(self.norm(F.relu(gate) ** 2 * self.up(x)))


class CausalBlock(nn.Module):
    """`x + attention(norm(x))`, then `x + mlp(norm(x))`."""

    def __init__(self, c: Configuration):
        super().__init__()
        own = c.norm == "own"
        if c.family == "gpt2":
            self.before, self.between = LayerNorm(c.hidden, own), LayerNorm(c.hidden, own)
            self.attention, self.mlp = CausalAttention(c, make_linear(c)), MLP(c)
            return
        self.before, self.between = RMSNorm(c.hidden, own), RMSNorm(c.hidden, own)
        ternary = c.family == "bitnet"
        linear = TernaryLinear if ternary else make_linear(c)
        self.attention = CausalAttention(c, linear, Rotary(c), RMSNorm(c.hidden, own) if ternary else None)
        self.mlp = GatedMLP(c, linear, RMSNorm(c.inner, own) if ternary else None)

    def forward(self, x, positions, past):
        mixed, present = self.attention(self.before(x), positions, past)
        x = x + mixed
        return x + self.mlp(self.between(x)), present


class CausalModel(nn.Module):
    """ids [B, T] and past keys and values [B, H, P, D] to logits [B, T, V] and present keys and values."""

    def __init__(self, c: Configuration):
        super().__init__()
        self.c = c
        self.embedding = nn.Embedding(c.vocabulary, c.hidden)
        self.positions = nn.Embedding(c.context, c.hidden) if c.family == "gpt2" else None
        self.blocks = nn.ModuleList(CausalBlock(c) for _ in range(c.layers))
        self.norm = (LayerNorm if c.family == "gpt2" else RMSNorm)(c.hidden, c.norm == "own")
        self.head = nn.Linear(c.hidden, c.vocabulary, bias=c.bias and not c.tied)
        nn.init.normal_(self.head.weight, std=1 / c.hidden ** 0.5)
        if c.tied:
            self.embedding.weight = self.head.weight

    def forward(self, ids, *pasts):
        start = pasts[0].shape[2] if pasts else 0
        positions = torch.arange(start, start + ids.shape[1]).unsqueeze(0)
        x = self.embedding(ids)
        if self.positions is not None:
            x = x + self.positions(positions)
        presents = []
        for i, block in enumerate(self.blocks):
            x, present = block(x, positions, pasts[2 * i:2 * i + 2] if pasts else None)
            presents += present
        logits = self.head(self.norm(x))
        return (logits, *presents) if self.c.past else logits


class BertBlock(nn.Module):
    """`norm(x + attention(x))`, then `norm(x + mlp(x))`."""

    def __init__(self, c: Configuration):
        super().__init__()
        self.c, linear = c, make_linear(c)
        self.query, self.key, self.value, self.output = (linear(c.hidden, c.hidden, True) for _ in range(4))
        self.first, self.second = (LayerNorm(c.hidden, c.norm == "own") for _ in range(2))
        self.mlp = MLP(c)

    def split(self, x):
        """[B, T, H D] -> [B, H, T, D]"""
        return x.view(x.shape[0], x.shape[1], self.c.heads, self.c.head_size).permute(0, 2, 1, 3)

    def forward(self, x, mask):
        c = self.c
        q, k, v = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        if c.attention == "sdpa":
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:
            scores = q @ k.transpose(-1, -2) / c.head_size ** 0.5
            scores = torch.where(mask, scores, torch.finfo(scores.dtype).min) if mask.dtype == torch.bool else scores + mask
            mixed = F.softmax(scores, -1) @ v
        x = self.first(x + self.output(mixed.permute(0, 2, 1, 3).reshape(x.shape)))
        return self.second(x + self.mlp(x))


class BertModel(nn.Module):
    """ids, mask and token types [B, T] to the last state [B, T, H] and the pooled one [B, H]."""

    def __init__(self, c: Configuration):
        super().__init__()
        self.c = c
        self.words, self.places, self.kinds = (nn.Embedding(n, c.hidden) for n in (c.vocabulary, c.context, 2))
        self.norm = LayerNorm(c.hidden, c.norm == "own")
        self.blocks = nn.ModuleList(BertBlock(c) for _ in range(c.layers))
        self.pooler = nn.Linear(c.hidden, c.hidden)

    def forward(self, ids, mask, kinds):
        positions = torch.arange(ids.shape[1]).unsqueeze(0)
        x = self.norm(self.words(ids) + self.kinds(kinds) + self.places(positions))
        wide = mask[:, None, None, :]
        if self.c.mask == "tril":
            wide = wide.bool().expand(-1, 1, ids.shape[1], -1)
        else:
            wide = (1 - wide.to(x.dtype)) * torch.finfo(x.dtype).min
        for block in self.blocks:
            x = block(x, wide)
        return x, torch.tanh(self.pooler(x[:, 0]))


def make_model(c: Configuration) -> nn.Module:
    """The model of a configuration, with the weights of its seed."""
    torch.manual_seed(c.seed)
    model = BertModel(c) if c.family == "bert" else CausalModel(c)
    return model.eval().to(getattr(torch, c.dtype))
