"""Small whole models of the families, from ids to logits."""

import math

import torch
import torch.nn.functional as F
from intentions import ids, style
from torch import nn


def absmean(w):
    s = w.abs().mean().clamp(min=1e-5)
    return (w / s).round().clamp(-1, 1) * s


def per_token(x):
    sc = 127.0 / x.abs().max(dim=-1, keepdim=True).values.clamp(min=1e-5)
    return (x * sc).round().clamp(-128, 127) / sc


class TernaryLinear(nn.Linear):
    quantize_input = False

    def forward(self, x):
        x = per_token(x) if self.quantize_input else x
        return F.linear(x, absmean(self.weight))


class BitLinear(TernaryLinear):
    quantize_input = True


class RMSNorm(nn.Module):
    def __init__(self, d, eps=1e-6):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(d)), eps

    def forward(self, x):
        n = x.float()
        n = n * torch.rsqrt(n.pow(2).mean(-1, keepdim=True) + self.eps)
        return (n * self.weight).to(x.dtype)


class RotaryAttention(nn.Module):
    def __init__(self, d, heads, linear):
        super().__init__()
        self.h, self.hd = heads, d // heads
        self.q_proj, self.k_proj = linear(d, d, bias=False), linear(d, d, bias=False)
        self.v_proj, self.o_proj = linear(d, d, bias=False), linear(d, d, bias=False)

    def rotate(self, x):
        t = torch.arange(x.shape[2], dtype=torch.float32)
        freq = 1.0 / (10000 ** (torch.arange(0, self.hd, 2).float() / self.hd))
        angle = torch.einsum("i,j->ij", t, freq)
        angle = torch.cat([angle, angle], dim=-1)
        half = torch.cat([-x[..., self.hd // 2:], x[..., :self.hd // 2]], dim=-1)
        return x * angle.cos() + half * angle.sin()

    def forward(self, x):
        B, T, D = x.shape
        q, k, v = (p(x).view(B, T, self.h, self.hd).transpose(1, 2)
                   for p in (self.q_proj, self.k_proj, self.v_proj))
        scores = self.rotate(q) @ self.rotate(k).transpose(-2, -1) / math.sqrt(self.hd)
        mask = torch.triu(torch.ones(T, T), diagonal=1).bool()
        scores = scores.masked_fill(mask, float("-inf"))
        y = scores.softmax(dim=-1) @ v
        return self.o_proj(y.transpose(1, 2).reshape(B, T, D))


class GatedBlock(nn.Module):
    def __init__(self, d, heads, hidden, linear):
        super().__init__()
        self.n1, self.n2 = RMSNorm(d), RMSNorm(d)
        self.attn = RotaryAttention(d, heads, linear)
        self.gate, self.up = linear(d, hidden, bias=False), linear(d, hidden, bias=False)
        self.down = linear(hidden, d, bias=False)

    def forward(self, x):
        x = x + self.attn(self.n1(x))
        h = self.n2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class GatedLM(nn.Module):
    """TernaryLM, with its odd hidden size; BitLinear when `linear` is that."""

    def __init__(self, linear, vocabulary=37, d=32, heads=4, layers=2):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, d)
        self.blocks = nn.ModuleList(
            GatedBlock(d, heads, int(d * 2.67), linear) for _ in range(layers))
        self.norm, self.lm_head = RMSNorm(d), nn.Linear(d, vocabulary)

    def forward(self, idx):
        x = self.embed(idx)
        for block in self.blocks:
            x = block(x)
        return self.lm_head(self.norm(x))


def power(w):
    """To an integer of 8 bits, then to the nearest power of two of the logarithm."""
    scale = w.abs().max() / 127
    q = (w / scale).round()
    return torch.sign(q) * 2 ** torch.log2(q.abs().clamp(min=1)).round() * (q != 0) * scale


class PotBlock(nn.Module):
    def __init__(self, n_embd, n_head):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(n_embd), nn.LayerNorm(n_embd)
        shapes = (3 * n_embd, n_embd), (n_embd, n_embd), (4 * n_embd, n_embd), (n_embd, 4 * n_embd)
        self.c_attn, self.c_proj, self.c_fc, self.c_out = (
            nn.Parameter(torch.randn(s) * 0.05) for s in shapes)
        self.n_head = n_head

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = F.linear(self.ln_1(x), power(self.c_attn)).split(C, dim=2)
        q, k, v = (t.view(B, T, self.n_head, -1).transpose(1, 2) for t in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + F.linear(y.transpose(1, 2).reshape(B, T, C), power(self.c_proj))
        h = F.gelu(F.linear(self.ln_2(x), power(self.c_fc)))
        return x + F.linear(h, power(self.c_out))


class PotGPT(nn.Module):
    """nanoGPT with weights of powers of two; table and head share the quantized weight."""

    def __init__(self, vocabulary=41, n_embd=32, n_head=4, n_layer=2, block_size=16):
        super().__init__()
        self.wte = nn.Parameter(torch.randn(vocabulary, n_embd) * 0.1)
        self.wpe = nn.Embedding(block_size, n_embd)
        self.h = nn.ModuleList(PotBlock(n_embd, n_head) for _ in range(n_layer))
        self.ln_f = nn.LayerNorm(n_embd)

    def forward(self, idx):
        x = F.embedding(idx, power(self.wte)) + self.wpe(torch.arange(idx.shape[1]))
        for block in self.h:
            x = block(x)
        return F.linear(self.ln_f(x), power(self.wte))


class ButterflyLinear(nn.Module):
    """Ternary butterfly over log-quantized activations, with a learned scale."""

    def __init__(self, n):
        super().__init__()
        self.n = n
        self.twiddle = nn.Parameter(torch.randn(int(math.log2(n)), n // 2, 2, 2))
        self.scale = nn.Parameter(torch.full((n,), 0.3))

    def forward(self, x):
        x = x.sign() * 2.0 ** x.abs().log2().floor().clamp(-6, 3)
        w = (self.twiddle > 0.5).float() - (self.twiddle < -0.5).float()
        lead = x.shape[:-1]
        for i in range(w.shape[0]):
            s = 2 ** i
            pair = x.reshape(*lead, self.n // (2 * s), 2, s)
            a, b = pair[..., 0, :], pair[..., 1, :]
            t = w[i].view(self.n // (2 * s), s, 2, 2)
            x = torch.stack([t[..., 0, 0] * a + t[..., 0, 1] * b,
                             t[..., 1, 0] * a + t[..., 1, 1] * b], dim=-2).reshape(*lead, self.n)
        return x * self.scale


class EcoBlock(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.norm, self.alpha = nn.LayerNorm(n), nn.Parameter(torch.tensor(0.9))
        self.up, self.down = ButterflyLinear(n), ButterflyLinear(n)

    def forward(self, x):
        return self.alpha * x + self.down(torch.relu(self.up(self.norm(x))))


class EcoNetwork(nn.Module):
    """Embedding, blocks of two butterflies on a scaled skip path, a dense head."""

    def __init__(self, vocabulary=29, n=16, blocks=2):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, n)
        self.blocks = nn.Sequential(*(EcoBlock(n) for _ in range(blocks)))
        self.head = nn.Linear(n, vocabulary, bias=False)

    def forward(self, tokens):
        return self.head(self.blocks(self.embedding(tokens)))


STYLES = [
    style("model/TernaryLM", lambda: GatedLM(TernaryLinear), ids(1, 6, high=37), ternary=14,
          attention=2, rms_norm=5, rotary=4),
    style("model/BitNet", lambda: GatedLM(BitLinear), ids(1, 6, high=37), ternary=14, int8=8,
          attention=2, rms_norm=5, rotary=4),
    style("model/GPT of powers of two", PotGPT, ids(1, 6, high=41), pot=9, attention=2,
          layer_norm=5),
    style("model/EcoLM", EcoNetwork, ids(2, 5, high=29), ternary_butterfly=4, log=4,
          layer_norm=2),
]
