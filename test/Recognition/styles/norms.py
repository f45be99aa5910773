"""Norms and gated feed-forwards."""

import torch
import torch.nn.functional as F
from intentions import floats, style
from torch import nn


class LlamaRMSNorm(nn.Module):
    def __init__(self, hidden_size, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(hidden_size) + 0.5)
        self.variance_epsilon = eps

    def forward(self, hidden_states):
        input_dtype = hidden_states.dtype
        hidden_states = hidden_states.to(torch.float32)
        variance = hidden_states.pow(2).mean(-1, keepdim=True)
        hidden_states = hidden_states * torch.rsqrt(variance + self.variance_epsilon)
        return self.weight * hidden_states.to(input_dtype)


class DividingNorm(nn.Module):
    """x / sqrt(mean(x x) + eps) * g."""

    def __init__(self, d):
        super().__init__()
        self.g = nn.Parameter(torch.rand(d))

    def forward(self, x):
        return x / torch.sqrt(torch.mean(x * x, dim=-1, keepdim=True) + 1e-5) * self.g


class UnitOffsetNorm(nn.Module):
    """Gemma: the weight is stored less one."""

    def __init__(self, dim):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(dim) * 0.1)

    def forward(self, x):
        x = x * torch.rsqrt(x.square().mean(dim=-1, keepdim=True) + 1e-6)
        return x * (1.0 + self.weight)


class HandLayerNorm(nn.Module):
    """Mean and variance by hand."""

    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.a_2, self.b_2 = nn.Parameter(torch.rand(d_model)), nn.Parameter(torch.rand(d_model))
        self.eps = eps

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        var = ((x - mean) ** 2).mean(-1, keepdim=True)
        return self.a_2 * (x - mean) / torch.sqrt(var + self.eps) + self.b_2


class BiasFree(nn.Module):
    def __init__(self, ndim):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(ndim))

    def forward(self, x):
        return F.layer_norm(x, self.weight.shape, self.weight, None, 1e-5)


class SwiGLU(nn.Module):
    """Pre-norm, silu(w1 x) * w3 x, over ternary weights."""

    def __init__(self, dim, hidden):
        super().__init__()
        shapes = (hidden, dim), (hidden, dim), (dim, hidden)
        self.w1, self.w3, self.w2 = (
            nn.Parameter(torch.randint(-1, 2, shape).float() * 0.04) for shape in shapes)
        self.norm = LlamaRMSNorm(dim)

    def forward(self, x):
        h = self.norm(x)
        return x + F.linear(F.silu(F.linear(h, self.w1)) * F.linear(h, self.w3), self.w2)


X = floats(2, 5, 32)

STYLES = [
    style("norm/root mean square, in f32", lambda: LlamaRMSNorm(32), X, rms_norm=1, free=(0, 1)),
    style("norm/root mean square by division", lambda: DividingNorm(32), X, rms_norm=1),
    style("norm/root mean square, weight less one", lambda: UnitOffsetNorm(32), X, rms_norm=1),
    style("norm/nn.RMSNorm", lambda: nn.RMSNorm(32, eps=1e-6), X, rms_norm=1),
    style("norm/layer norm by hand", lambda: HandLayerNorm(32), X, layer_norm=1),
    style("norm/layer norm without bias", lambda: BiasFree(32), X, layer_norm=1),
    style("norm/nn.LayerNorm", lambda: nn.LayerNorm(32), X, layer_norm=1),
    style("norm/gated feed-forward, ternary", lambda: SwiGLU(32, 50), X, rms_norm=1, ternary=3,
          free=(1,)),
]
