"""The EcoLM language model: butterfly linear layers, grouped attention, scaled skips."""

import dataclasses

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .butterfly import ButterflyLinear


@dataclasses.dataclass
class EcoLMConfig:
    """Hyperparameters of an EcoLM; `fp32` selects its unquantized twin."""

    vocabulary: int = 65
    context: int = 256
    layers: int = 6
    width: int = 256
    heads: int = 4
    kv_heads: int = 2
    hidden: int = 1024
    stages: list = dataclasses.field(default_factory=lambda: [(64, 1), (64, 4)])
    threshold: float = 0.7
    latent_deviation: float = 0.05
    emin: int = -6
    emax: int = 3
    learn_alpha: bool = True
    dropout: float = 0.0
    fp32: bool = False
    compute: str = "bfloat16"

    @property
    def dtype(self) -> torch.dtype:
        """Type of the matmul operands while training; powers of two are exact in bf16."""
        return getattr(torch, self.compute)


def causal_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """softmax(Q K^T / sqrt(d)) V; q (batch, heads, time, d), k and v with fewer heads.

    Written out: at these sizes it is faster than the fused CPU kernel. The
    softmax is f32, the products are in the type of the inputs.
    """
    repeats, time = q.shape[1] // k.shape[1], q.shape[2]
    batch, heads, _, size = q.shape
    q = (q * size**-0.5).reshape(batch, heads // repeats, repeats * time, size)
    scores = (q @ k.mT).float().view(batch, heads // repeats, repeats, time, time)
    hidden = torch.ones(time, time, dtype=torch.bool, device=q.device).triu(1)
    weights = scores.masked_fill(hidden, -torch.inf).softmax(dim=-1).to(v.dtype)
    y = weights.view(batch, heads // repeats, repeats * time, time) @ v
    return y.view(batch, heads, time, size)


class GroupedAttention(nn.Module):
    """Causal softmax(Q K^T / sqrt(d)) V with fewer key/value heads than query heads."""

    def __init__(self, config: EcoLMConfig):
        super().__init__()
        self.config = config
        head = config.width // config.heads
        residual_gain = (2 * config.layers) ** -0.5
        self.query = ButterflyLinear(config.width, config.width, config)
        self.key = ButterflyLinear(config.width, config.kv_heads * head, config)
        self.value = ButterflyLinear(config.width, config.kv_heads * head, config)
        self.output = ButterflyLinear(config.width, config.width, config, residual_gain)

    def forward(self, x: Tensor) -> Tensor:
        """x (batch, time, width) -> same shape."""
        batch, time, width = x.shape
        config = self.config
        head = width // config.heads

        def split(y: Tensor, heads: int) -> Tensor:
            return y.view(batch, time, heads, head).transpose(1, 2)

        x = self.query.quantize(x)
        q = split(self.query(x), config.heads)
        k = split(self.key(x), config.kv_heads)
        v = split(self.value(x), config.kv_heads)
        y = causal_attention(q, k, v)
        y = y.transpose(1, 2).reshape(batch, time, width)
        return self.output(self.output.quantize(y)).float()


class FeedForward(nn.Module):
    """down(relu(up(x)))."""

    def __init__(self, config: EcoLMConfig):
        super().__init__()
        self.up = ButterflyLinear(config.width, config.hidden, config)
        self.down = ButterflyLinear(config.hidden, config.width, config,
                                    (2 * config.layers) ** -0.5)

    def forward(self, x: Tensor) -> Tensor:
        """x (batch, time, width) -> same shape."""
        hidden = F.relu(self.up(self.up.quantize(x)))
        return self.down(self.down.quantize(hidden)).float()


class Block(nn.Module):
    """h = alpha h + Attention(LN(h)); h = alpha h + FeedForward(LN(h))."""

    def __init__(self, config: EcoLMConfig):
        super().__init__()
        self.attention_norm = nn.LayerNorm(config.width)
        self.attention = GroupedAttention(config)
        self.attention_alpha = nn.Parameter(torch.ones(()), requires_grad=config.learn_alpha)
        self.feed_forward_norm = nn.LayerNorm(config.width)
        self.feed_forward = FeedForward(config)
        self.feed_forward_alpha = nn.Parameter(torch.ones(()), requires_grad=config.learn_alpha)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, h: Tensor) -> Tensor:
        """h (batch, time, width) -> same shape."""
        h = self.attention_alpha * h + self.dropout(self.attention(self.attention_norm(h)))
        return (self.feed_forward_alpha * h
                + self.dropout(self.feed_forward(self.feed_forward_norm(h))))


class EcoLM(nn.Module):
    """Token and position embeddings, blocks, final LayerNorm, f32 language-model head."""

    def __init__(self, config: EcoLMConfig):
        super().__init__()
        self.config = config
        self.token_embedding = nn.Embedding(config.vocabulary, config.width)
        self.position_embedding = nn.Embedding(config.context, config.width)
        self.layers = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.final_norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, config.vocabulary, bias=False)
        for weight in (self.token_embedding.weight, self.position_embedding.weight,
                       self.head.weight):
            nn.init.normal_(weight, std=0.02)

    def forward(self, ids: Tensor) -> Tensor:
        """ids (batch, time) int64 -> logits (batch, time, vocabulary) f32."""
        positions = torch.arange(ids.shape[1], device=ids.device)
        h = self.token_embedding(ids) + self.position_embedding(positions)
        for layer in self.layers:
            h = layer(h)
        return self.head(self.final_norm(h))
