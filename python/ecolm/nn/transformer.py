"""The transformer that all dense families share; a family brings its linear layers."""

import dataclasses
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Makes a linear layer: n_in, n_out, whether it has a bias.
LinearFactory = Callable[[int, int, bool], nn.Module]
# Makes what the embedding tables go through before they are read.
TableFactory = Callable[[], nn.Module]


@dataclasses.dataclass
class TransformerConfig:
    """Shape of a model; `family` and `options` say how its linear layers are quantized."""

    vocabulary: int = 65
    context: int = 64
    layers: int = 3
    width: int = 128
    heads: int = 4
    kv_heads: int = 4
    hidden: int = 512
    norm: str = "layer"  # layer (LayerNorm) or rms (RMSNorm)
    epsilon: float = 1e-5
    bias: bool = False  # of linear layers and LayerNorms
    fused: bool = False  # query, key and value are one linear layer
    rotary: bool = False  # else positions are learned
    activation: str = "gelu"  # gelu, gelu_tanh, silu or relu2
    gated: bool = False  # down(activation(gate(x)) * up(x)), else down(activation(up(x)))
    sub_norms: bool = False  # RMSNorm before the output and the down projection
    tied: bool = True  # the head is the token embedding
    head_bias: bool = False
    family: str = "nanogpt"
    options: dict = dataclasses.field(default_factory=dict)


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "relu2": lambda x: F.relu(x) ** 2,
}


class RMSNorm(nn.Module):
    """x / sqrt(mean(x^2) + epsilon) * weight over the last axis, as LLaMA writes it."""

    def __init__(self, width: int, epsilon: float):
        super().__init__()
        self.eps = epsilon
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """x (..., width) -> same shape."""
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight


def make_norm(config: TransformerConfig, width: int) -> nn.Module:
    """The norm of `config` over `width` features."""
    if config.norm == "rms":
        return RMSNorm(width, config.epsilon)
    return nn.LayerNorm(width, config.epsilon, bias=config.bias)


class Rotary(nn.Module):
    """Rotary positions, base 10000, rotate-half: x cos + [-x2, x1] sin."""

    def __init__(self, context: int, size: int):
        super().__init__()
        frequencies = 10000.0 ** (-torch.arange(0, size, 2) / size)
        angles = torch.outer(torch.arange(context), frequencies)
        self.register_buffer("cosines", angles.cos().repeat(1, 2), persistent=False)
        self.register_buffer("sines", angles.sin().repeat(1, 2), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """x (batch, heads, time, size) -> same shape."""
        time = x.shape[2]
        first, second = x.chunk(2, dim=-1)
        turned = torch.cat([-second, first], dim=-1)
        return x * self.cosines[:time] + turned * self.sines[:time]


class Attention(nn.Module):
    """Causal softmax(Q K^T / sqrt(d)) V, heads in groups that share keys and values."""

    def __init__(self, config: TransformerConfig, linear: LinearFactory):
        super().__init__()
        self.config, self.size = config, config.width // config.heads
        self.narrow = config.kv_heads * self.size
        if config.fused:
            self.qkv = linear(config.width, config.width + 2 * self.narrow, config.bias)
        else:
            self.query = linear(config.width, config.width, config.bias)
            self.key = linear(config.width, self.narrow, config.bias)
            self.value = linear(config.width, self.narrow, config.bias)
        self.rotary = Rotary(config.context, self.size) if config.rotary else None
        self.sub_norm = make_norm(config, config.width) if config.sub_norms else nn.Identity()
        self.output = linear(config.width, config.width, config.bias)

    def forward(self, x: Tensor) -> Tensor:
        """x (batch, time, width) -> same shape."""
        batch, time, width = x.shape
        if self.config.fused:
            parts = self.qkv(x).split([width, self.narrow, self.narrow], dim=2)
        else:
            parts = self.query(x), self.key(x), self.value(x)
        q, k, v = (part.view(batch, time, -1, self.size).transpose(1, 2) for part in parts)
        if self.rotary is not None:
            q, k = self.rotary(q), self.rotary(k)
        if self.config.kv_heads != self.config.heads:
            shared = self.config.heads // self.config.kv_heads
            k, v = (t.repeat_interleave(shared, dim=1) for t in (k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.output(self.sub_norm(y.transpose(1, 2).reshape(batch, time, width)))


class FeedForward(nn.Module):
    """down(activation(up(x))), or down(activation(gate(x)) * up(x))."""

    def __init__(self, config: TransformerConfig, linear: LinearFactory):
        super().__init__()
        self.activation = ACTIVATIONS[config.activation]
        self.gate = linear(config.width, config.hidden, config.bias) if config.gated else None
        self.up = linear(config.width, config.hidden, config.bias)
        self.sub_norm = make_norm(config, config.hidden) if config.sub_norms else nn.Identity()
        self.down = linear(config.hidden, config.width, config.bias)

    def forward(self, x: Tensor) -> Tensor:
        """x (batch, time, width) -> same shape."""
        if self.gate is None:
            hidden = self.activation(self.up(x))
        else:
            hidden = self.activation(self.gate(x)) * self.up(x)
        return self.down(self.sub_norm(hidden))


class Block(nn.Module):
    """h + Attention(norm(h)), then h + FeedForward(norm(h))."""

    def __init__(self, config: TransformerConfig, linear: LinearFactory):
        super().__init__()
        self.attention_norm = make_norm(config, config.width)
        self.attention = Attention(config, linear)
        self.feed_forward_norm = make_norm(config, config.width)
        self.feed_forward = FeedForward(config, linear)

    def forward(self, h: Tensor) -> Tensor:
        """h (batch, time, width) -> same shape."""
        h = h + self.attention(self.attention_norm(h))
        return h + self.feed_forward(self.feed_forward_norm(h))


class Transformer(nn.Module):
    """Embeddings, blocks, final norm, head.

    `table` makes the format of the embedding tables (identity: f32); a tied head reads
    the token table through the same format.
    """

    def __init__(self, config: TransformerConfig, linear: LinearFactory,
                 table: TableFactory = nn.Identity):
        super().__init__()
        self.config = config
        self.token_embedding = nn.Embedding(config.vocabulary, config.width)
        self.token_format = table()
        if not config.rotary:
            self.position_embedding = nn.Embedding(config.context, config.width)
        self.position_format = table()
        self.layers = nn.ModuleList(Block(config, linear) for _ in range(config.layers))
        self.final_norm = make_norm(config, config.width)
        if not config.tied:
            self.head = nn.Linear(config.width, config.vocabulary, bias=config.head_bias)
        for name, weight in self.named_parameters():
            if weight.dim() == 2 and name.endswith("weight"):
                residual = name.endswith(("output.weight", "down.weight"))
                nn.init.normal_(weight, std=0.02 * (2 * config.layers) ** (-0.5 * residual))

    def tables(self) -> list[tuple[Tensor, nn.Module]]:
        """The embedding tables, each with its format."""
        tables = [(self.token_embedding.weight, self.token_format)]
        if not self.config.rotary:
            tables.append((self.position_embedding.weight, self.position_format))
        return tables

    def forward(self, input_ids: Tensor) -> Tensor:
        """input_ids (batch, time) int64 -> logits (batch, time, vocabulary) f32."""
        table = self.token_format(self.token_embedding.weight)
        h = F.embedding(input_ids, table)
        if not self.config.rotary:
            h = h + self.position_format(self.position_embedding.weight)[:input_ids.shape[1]]
        for layer in self.layers:
            h = layer(h)
        h = self.final_norm(h)
        return F.linear(h, table) if self.config.tied else self.head(h)
