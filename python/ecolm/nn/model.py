"""The EcoLM language model: butterfly linear layers, grouped attention, scaled skips."""

import dataclasses

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .butterfly import ButterflyLinear, dense_matrices
from .quantizers import fixed_point, log_quantize


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
    embedding_deviation: float = 0.5
    residual_gain: float = 0.1
    score_gain: float = 0.5
    emin: int = -4
    emax: int = 3
    attention_exponent: int = -4
    probability_emin: int = -10
    learn_alpha: bool = True
    fp32: bool = False
    compute: str = "bfloat16"

    @property
    def dtype(self) -> torch.dtype:
        """Type of the matmul operands while training; powers of two are exact in bf16."""
        return getattr(torch, self.compute)


def quantized(x: Tensor, config: EcoLMConfig, relu: bool = False) -> Tensor:
    """The input of a linear layer as a matmul operand: log-quantized x or relu(x)."""
    if not config.fp32:
        return log_quantize(x, config.emin, config.emax, relu=relu).to(config.dtype)
    return (F.relu(x) if relu else x).to(config.dtype)


def causal_attention(q: Tensor, k: Tensor, v: Tensor, config: EcoLMConfig) -> Tensor:
    """P V with P = softmax(Q K^T / sqrt(d)); q (batch, heads, time, d), k and v with fewer heads.

    Q, K and V come in fixed point and P is log-quantized, so that both products
    are exact sums, whatever their order.
    """
    batch, heads, time, size = q.shape
    groups = k.shape[1]
    rows = heads // groups * time
    q = (q * size**-0.5).reshape(batch * groups, rows, size)
    k, v = (t.reshape(batch * groups, time, size) for t in (k, v))
    hidden = torch.full((time, time), -torch.inf, dtype=q.dtype).triu(1)
    scores = torch.baddbmm(hidden.repeat(heads // groups, 1), q, k.mT)
    probabilities = scores.softmax(dim=-1)
    if not config.fp32:
        probabilities = log_quantize(probabilities, config.probability_emin, 0, "nearest")
    return (probabilities @ v).view(batch, heads, time, size)


class GroupedAttention(nn.Module):
    """Causal softmax(Q K^T / sqrt(d)) V with fewer key/value heads than query heads."""

    def __init__(self, config: EcoLMConfig):
        super().__init__()
        self.config = config
        self.narrow = config.kv_heads * config.width // config.heads
        self.query = ButterflyLinear(config.width, config.width, config, config.score_gain)
        self.key = ButterflyLinear(config.width, self.narrow, config, config.score_gain)
        self.value = ButterflyLinear(config.width, self.narrow, config)
        self.output = ButterflyLinear(config.width, config.width, config, config.residual_gain)

    def forward(self, x: Tensor, projection: Tensor, output: Tensor) -> Tensor:
        """x (batch, time, width) -> same shape; projection is [query | key | value]."""
        batch, time, width = x.shape
        projected = quantized(x, self.config) @ projection
        if not self.config.fp32:
            projected = fixed_point(projected, self.config.attention_exponent)
        q, k, v = (part.view(batch, time, -1, width // self.config.heads).transpose(1, 2)
                   for part in projected.split([width, self.narrow, self.narrow], dim=-1))
        y = causal_attention(q, k, v, self.config).transpose(1, 2).reshape(batch, time, width)
        return quantized(y, self.config) @ output


class FeedForward(nn.Module):
    """down(relu(up(x)))."""

    def __init__(self, config: EcoLMConfig):
        super().__init__()
        self.config = config
        self.up = ButterflyLinear(config.width, config.hidden, config)
        self.down = ButterflyLinear(config.hidden, config.width, config, config.residual_gain)

    def forward(self, x: Tensor, up: Tensor, down: Tensor) -> Tensor:
        """x (batch, time, width) -> same shape."""
        hidden = quantized(x, self.config) @ up
        return quantized(hidden, self.config, relu=True) @ down


class Block(nn.Module):
    """h = alpha h + Attention(LN(h)); h = alpha h + FeedForward(LN(h))."""

    def __init__(self, config: EcoLMConfig):
        super().__init__()
        self.attention_norm = nn.LayerNorm(config.width, bias=False)
        self.attention = GroupedAttention(config)
        self.attention_alpha = nn.Parameter(torch.ones(()), requires_grad=config.learn_alpha)
        self.feed_forward_norm = nn.LayerNorm(config.width, bias=False)
        self.feed_forward = FeedForward(config)
        self.feed_forward_alpha = nn.Parameter(torch.ones(()), requires_grad=config.learn_alpha)

    def forward(self, h: Tensor, matrices: list[Tensor]) -> Tensor:
        """h (batch, time, width) -> same shape."""
        projection, output, up, down = matrices
        h = self.attention_alpha * h + self.attention(self.attention_norm(h), projection, output)
        return self.feed_forward_alpha * h + self.feed_forward(self.feed_forward_norm(h), up, down)


class EcoLM(nn.Module):
    """Token and position embeddings, blocks, final LayerNorm, f32 language-model head."""

    def __init__(self, config: EcoLMConfig):
        super().__init__()
        self.config = config
        self.token_embedding = nn.Embedding(config.vocabulary, config.width)
        self.position_embedding = nn.Embedding(config.context, config.width)
        self.layers = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.final_norm = nn.LayerNorm(config.width, bias=False)
        self.head = nn.Linear(config.width, config.vocabulary, bias=False)
        nn.init.normal_(self.token_embedding.weight, std=config.embedding_deviation)
        nn.init.normal_(self.position_embedding.weight, std=config.embedding_deviation / 2)
        nn.init.normal_(self.head.weight, std=0.02)

    def matrices(self) -> list[list[Tensor]]:
        """Per layer [query | key | value], output, up, down; once per forward pass."""
        attention = [layer.attention for layer in self.layers]
        feed_forward = [layer.feed_forward for layer in self.layers]
        projection = torch.cat([dense_matrices([a.query for a in attention]),
                                dense_matrices([a.key for a in attention]
                                               + [a.value for a in attention])
                                .unflatten(0, (2, -1)).transpose(0, 1).transpose(1, 2)
                                .flatten(2)], dim=2)
        roles = [projection, dense_matrices([a.output for a in attention]),
                 dense_matrices([f.up for f in feed_forward]),
                 dense_matrices([f.down for f in feed_forward])]
        return [list(layer) for layer in zip(*(role.unbind() for role in roles))]

    def forward(self, ids: Tensor) -> Tensor:
        """ids (batch, time) int64 -> logits (batch, time, vocabulary) f32."""
        positions = torch.arange(ids.shape[1], device=ids.device)
        h = self.token_embedding(ids) + self.position_embedding(positions)
        for layer, matrices in zip(self.layers, self.matrices()):
            h = layer(h, matrices)
        return self.head(self.final_norm(h))
