"""Attention and rotary embeddings, as popular code bases spell them."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from intentions import floats, style


class CausalSelfAttention(nn.Module):
    """nanoGPT: one projection for q, k and v, a lower triangle as a buffer."""

    def __init__(self, n_embd=32, n_head=4, block_size=16):
        super().__init__()
        self.c_attn, self.c_proj = nn.Linear(n_embd, 3 * n_embd), nn.Linear(n_embd, n_embd)
        self.n_head, self.n_embd = n_head, n_embd
        self.register_buffer("bias", torch.tril(torch.ones(block_size, block_size)).view(
            1, 1, block_size, block_size))

    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(self.n_embd, dim=2)
        k = k.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        q = q.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        v = v.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        att = att.masked_fill(self.bias[:, :, :T, :T] == 0, float("-inf"))
        y = F.softmax(att, dim=-1) @ v
        return self.c_proj(y.transpose(1, 2).contiguous().view(B, T, C))


# --- LLaMA in eager mode: rotate_half, repeat_kv, an additive mask


def rotate_half(x):
    x1, x2 = x[..., : x.shape[-1] // 2], x[..., x.shape[-1] // 2:]
    return torch.cat((-x2, x1), dim=-1)


def repeat_kv(hidden_states, n_rep):
    batch, heads, slen, dim = hidden_states.shape
    hidden_states = hidden_states[:, :, None, :, :].expand(batch, heads, n_rep, slen, dim)
    return hidden_states.reshape(batch, heads * n_rep, slen, dim)


class EagerGroupedAttention(nn.Module):
    def __init__(self, hidden=32, heads=4, kv_heads=2, length=6, base=10000.0):
        super().__init__()
        self.heads, self.kv_heads, self.head_dim = heads, kv_heads, hidden // heads
        self.q_proj = nn.Linear(hidden, hidden, bias=False)
        self.k_proj = nn.Linear(hidden, kv_heads * self.head_dim, bias=False)
        self.v_proj = nn.Linear(hidden, kv_heads * self.head_dim, bias=False)
        self.o_proj = nn.Linear(hidden, hidden, bias=False)
        inv_freq = 1.0 / base ** (torch.arange(0, self.head_dim, 2).float() / self.head_dim)
        self.register_buffer("inv_freq", inv_freq)
        mask = torch.full((length, length), torch.finfo(torch.float32).min)
        self.register_buffer("causal_mask", torch.triu(mask, diagonal=1)[None, None])

    def forward(self, hidden_states):
        bsz, q_len, _ = hidden_states.size()
        position_ids = torch.arange(q_len, dtype=torch.float32)
        freqs = torch.outer(position_ids, self.inv_freq)
        emb = torch.cat((freqs, freqs), dim=-1)
        cos, sin = emb.cos()[None, None], emb.sin()[None, None]
        q = self.q_proj(hidden_states).view(bsz, q_len, -1, self.head_dim).transpose(1, 2)
        k = self.k_proj(hidden_states).view(bsz, q_len, -1, self.head_dim).transpose(1, 2)
        v = self.v_proj(hidden_states).view(bsz, q_len, -1, self.head_dim).transpose(1, 2)
        q = (q * cos) + (rotate_half(q) * sin)
        k = (k * cos) + (rotate_half(k) * sin)
        k, v = (repeat_kv(t, self.heads // self.kv_heads) for t in (k, v))
        weights = torch.matmul(q, k.transpose(2, 3)) * self.head_dim ** -0.5
        weights = weights + self.causal_mask
        weights = nn.functional.softmax(weights, dim=-1, dtype=torch.float32).to(q.dtype)
        out = torch.matmul(weights, v).transpose(1, 2).contiguous()
        return self.o_proj(out.reshape(bsz, q_len, -1))


class FusedCall(nn.Module):
    """scaled_dot_product_attention, repeat_interleave for groups."""

    def __init__(self, dim=32, heads=4, groups=2, causal=True):
        super().__init__()
        self.heads, self.groups, self.causal = heads, groups, causal
        d = dim // heads
        self.wq = nn.Linear(dim, dim, bias=False)
        self.wkv = nn.Linear(dim, 2 * groups * d, bias=False)
        self.wo = nn.Linear(dim, dim, bias=False)

    def forward(self, x):
        b, t, c = x.shape
        d = c // self.heads
        q = self.wq(x).view(b, t, self.heads, d).transpose(1, 2)
        k, v = self.wkv(x).view(b, t, 2, self.groups, d).permute(2, 0, 3, 1, 4).unbind(0)
        k = k.repeat_interleave(self.heads // self.groups, dim=1)
        v = v.repeat_interleave(self.heads // self.groups, dim=1)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.wo(y.transpose(1, 2).reshape(b, t, c))


class EinsumAttention(nn.Module):
    """to_qkv and einsums, scale on the queries, no mask."""

    def __init__(self, dim=32, heads=4):
        super().__init__()
        self.heads, self.scale = heads, (dim // heads) ** -0.5
        self.to_qkv, self.to_out = nn.Linear(dim, dim * 3, bias=False), nn.Linear(dim, dim)

    def forward(self, x):
        b, n, _ = x.shape
        q, k, v = (t.reshape(b, n, self.heads, -1).permute(0, 2, 1, 3)
                   for t in self.to_qkv(x).chunk(3, dim=-1))
        q = q * self.scale
        sim = torch.einsum("b h i d, b h j d -> b h i j", q, k)
        sim = sim - sim.amax(dim=-1, keepdim=True).detach()
        out = torch.einsum("b h i j, b h j d -> b h i d", sim.softmax(dim=-1), v)
        return self.to_out(out.permute(0, 2, 1, 3).reshape(b, n, -1))


class EinsumCausal(nn.Module):
    """The same with a mask of its size, and the largest negative number in it."""

    def __init__(self, dim=32, heads=2):
        super().__init__()
        self.h, self.dk = heads, dim // heads
        self.q, self.k, self.v, self.o = (nn.Linear(dim, dim) for _ in range(4))

    def forward(self, x):
        b, n, d = x.shape
        split = (b, n, self.h, self.dk)
        q, k, v = self.q(x).view(split), self.k(x).view(split), self.v(x).view(split)
        dots = torch.einsum("bihd,bjhd->bhij", q, k) / math.sqrt(self.dk)
        mask = torch.ones(n, n, dtype=torch.bool).triu(1)
        dots = dots.masked_fill(mask, -torch.finfo(dots.dtype).max)
        out = torch.einsum("bhij,bjhd->bihd", dots.softmax(-1), v)
        return self.o(out.reshape(b, n, d))


class BatchedHeads(nn.Module):
    """fairseq: time first, heads folded into the batch, bmm, an upper triangle of -inf."""

    def __init__(self, embed_dim=32, num_heads=4):
        super().__init__()
        self.embed_dim, self.num_heads = embed_dim, num_heads
        self.head_dim, self.scaling = embed_dim // num_heads, (embed_dim // num_heads) ** -0.5
        self.k_proj, self.v_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.q_proj, self.out_proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)

    def forward(self, query):
        tgt_len, bsz, embed_dim = query.size()
        q, k, v = self.q_proj(query) * self.scaling, self.k_proj(query), self.v_proj(query)
        q = q.contiguous().view(tgt_len, bsz * self.num_heads, self.head_dim).transpose(0, 1)
        k = k.contiguous().view(-1, bsz * self.num_heads, self.head_dim).transpose(0, 1)
        v = v.contiguous().view(-1, bsz * self.num_heads, self.head_dim).transpose(0, 1)
        attn_weights = torch.bmm(q, k.transpose(1, 2))
        attn_weights += torch.triu(torch.full((tgt_len, tgt_len), float("-inf")), 1).unsqueeze(0)
        attn = torch.bmm(F.softmax(attn_weights, dim=-1), v)
        attn = attn.transpose(0, 1).contiguous().view(tgt_len, bsz, embed_dim)
        return self.out_proj(attn)


class InterleavedRotary(nn.Module):
    """Pairs of neighbours rotated as the first LLaMA has it, but without complex numbers."""

    def __init__(self, dim=32, heads=4, length=6):
        super().__init__()
        self.heads = heads
        d = dim // heads
        self.qkv, self.out = nn.Linear(dim, 3 * dim, bias=False), nn.Linear(dim, dim, bias=False)
        angles = torch.outer(torch.arange(length).float(),
                             10000.0 ** (-torch.arange(0, d, 2).float() / d))
        self.register_buffer("cache", torch.stack([angles.cos(), angles.sin()], dim=-1))

    def rope(self, x):
        shaped = x.float().reshape(*x.shape[:-1], -1, 2)
        cache = self.cache.view(1, x.shape[1], 1, shaped.shape[3], 2)
        out = torch.stack([shaped[..., 0] * cache[..., 0] - shaped[..., 1] * cache[..., 1],
                           shaped[..., 1] * cache[..., 0] + shaped[..., 0] * cache[..., 1]], -1)
        return out.flatten(3).type_as(x)

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, -1).unbind(2)
        q, k = self.rope(q).transpose(1, 2), self.rope(k).transpose(1, 2)
        y = F.scaled_dot_product_attention(q, k, v.transpose(1, 2), is_causal=True)
        return self.out(y.transpose(1, 2).reshape(b, t, c))


class RotaryHalf(nn.Module):
    """Rotary alone, on half of every head, by chunk; caches sliced to the length."""

    def __init__(self, d=16, length=32):
        super().__init__()
        theta = 1.0 / (10000 ** (torch.arange(0, d // 2, 2).float() / (d // 2)))
        m_theta = torch.outer(torch.arange(length).float(), theta).repeat(1, 2)
        self.register_buffer("cos_cached", m_theta.cos())
        self.register_buffer("sin_cached", m_theta.sin())
        self.rotary_dim = d // 2

    def forward(self, x):
        rot, keep = x[..., :self.rotary_dim], x[..., self.rotary_dim:]
        first, second = rot.chunk(2, dim=-1)
        turned = torch.cat([-second, first], -1)
        n = x.shape[-2]
        return torch.cat([rot * self.cos_cached[:n] + turned * self.sin_cached[:n], keep], -1)


class SingleHead(nn.Module):
    """One head, the textbook's way."""

    def __init__(self, emb=24):
        super().__init__()
        self.tokeys, self.toqueries = nn.Linear(emb, emb, bias=False), nn.Linear(emb, emb, bias=False)
        self.tovalues = nn.Linear(emb, emb, bias=False)

    def forward(self, x):
        queries, keys, values = self.toqueries(x), self.tokeys(x), self.tovalues(x)
        dot = torch.matmul(queries, keys.transpose(1, 2)) / x.size(2) ** 0.5
        return torch.bmm(torch.softmax(dot, dim=2), values)


class MultiQuery(nn.Module):
    """One key and value for all heads, broadcast by matmul."""

    def __init__(self, dim=32, heads=4):
        super().__init__()
        self.h, self.d = heads, dim // heads
        self.wq, self.wkv = nn.Linear(dim, dim), nn.Linear(dim, 2 * self.d)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        B, T, C = x.shape
        q = self.wq(x).view(B, T, self.h, self.d).permute(0, 2, 1, 3)
        k, v = self.wkv(x).split(self.d, -1)
        s = torch.matmul(q, k.unsqueeze(1).transpose(-1, -2)) / math.sqrt(self.d)
        causal = torch.tril(torch.ones(T, T, dtype=torch.bool))
        s = torch.where(causal, s, torch.tensor(-1e9))
        return self.proj((s.softmax(-1) @ v.unsqueeze(1)).permute(0, 2, 1, 3).reshape(B, T, C))


X = floats(2, 6, 32)

STYLES = [
    style("attention/one projection, triangle buffer", CausalSelfAttention, X, attention=1),
    style("attention/eager, grouped, rotary", EagerGroupedAttention, X, attention=1, rotary=2),
    style("attention/fused call, grouped", FusedCall, X, attention=1),
    style("attention/fused call, no mask", lambda: FusedCall(groups=4, causal=False), X,
          attention=1),
    style("attention/einsum, no mask", EinsumAttention, X, attention=1),
    style("attention/einsum, causal", EinsumCausal, X, attention=1),
    style("attention/heads in the batch", BatchedHeads, floats(6, 2, 32), attention=1),
    style("attention/rotary of neighbours", InterleavedRotary, X, attention=1, rotary=2),
    style("attention/rotary on half a head", RotaryHalf, floats(2, 3, 6, 16), rotary=1),
    style("attention/one head", SingleHead, floats(2, 6, 24), attention=1),
    style("attention/one key for all heads", MultiQuery, X, attention=1),
]
