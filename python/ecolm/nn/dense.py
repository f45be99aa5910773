"""The dense comparison model: nanoGPT's small character configuration."""

import dataclasses

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclasses.dataclass
class DenseConfig:
    """nanoGPT's small CPU configuration on characters."""

    vocabulary: int = 65
    context: int = 64
    layers: int = 4
    width: int = 128
    heads: int = 4


class DenseBlock(nn.Module):
    """Pre-norm GPT-2 block without biases and without dropout."""

    def __init__(self, config: DenseConfig):
        super().__init__()
        width, self.heads = config.width, config.heads
        self.attention_norm = nn.LayerNorm(width, bias=False)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        self.feed_forward_norm = nn.LayerNorm(width, bias=False)
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)

    def forward(self, h: Tensor) -> Tensor:
        """h (batch, time, width) -> same shape."""
        batch, time, width = h.shape
        q, k, v = (part.view(batch, time, self.heads, -1).transpose(1, 2)
                   for part in self.qkv(self.attention_norm(h)).split(width, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        h = h + self.output(y.transpose(1, 2).reshape(batch, time, width))
        return h + self.down(F.gelu(self.up(self.feed_forward_norm(h))))


class DenseGPT(nn.Module):
    """Dense f32 GPT with tied embeddings, as nanoGPT trains it."""

    def __init__(self, config: DenseConfig):
        super().__init__()
        self.config = config
        self.token_embedding = nn.Embedding(config.vocabulary, config.width)
        self.position_embedding = nn.Embedding(config.context, config.width)
        self.layers = nn.ModuleList(DenseBlock(config) for _ in range(config.layers))
        self.final_norm = nn.LayerNorm(config.width, bias=False)
        for name, weight in self.named_parameters():
            if weight.dim() > 1:
                residual = name.endswith(("output.weight", "down.weight"))
                scale = (2 * config.layers) ** -0.5 if residual else 1.0
                nn.init.normal_(weight, std=0.02 * scale)

    def forward(self, ids: Tensor) -> Tensor:
        """ids (batch, time) int64 -> logits (batch, time, vocabulary) f32."""
        h = self.token_embedding(ids) + self.position_embedding(torch.arange(ids.shape[1]))
        for layer in self.layers:
            h = layer(h)
        return self.final_norm(h) @ self.token_embedding.weight.T
