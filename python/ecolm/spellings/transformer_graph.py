"""The transformer of `nn.transformer` as a graph of today's ONNX operators (opset 23)."""

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from torch import nn

from ..nn.low_bit_linear import LowBitLinear
from ..nn.transformer import Attention, Block, FeedForward, RMSNorm, Transformer
from ..onnx_model import GraphBuilder
from .linear_writers import LinearWriter


class TransformerGraph:
    """Appends the parts of one model to a graph."""

    def __init__(self, model: Transformer, linear: LinearWriter):
        self.model, self.config, self.linear, self.b = model, model.config, linear, GraphBuilder()

    def array(self, name: str, values: torch.Tensor) -> str:
        """A constant of a parameter's values."""
        return self.b.constant(name, values.detach().numpy())

    def norm(self, x: str, norm: nn.Module, name: str) -> str:
        """RMSNormalization or LayerNormalization; the identity is nothing."""
        if isinstance(norm, nn.Identity):
            return x
        inputs = [x, self.array(f"{name}.weight", norm.weight)]
        if isinstance(norm, RMSNorm):
            return self.b.op("RMSNormalization", inputs, name, axis=-1, epsilon=norm.eps)
        if norm.bias is not None:
            inputs.append(self.array(f"{name}.bias", norm.bias))
        return self.b.op("LayerNormalization", inputs, name, axis=-1, epsilon=norm.eps)

    def caches(self) -> list[str]:
        """Cosines and sines of all positions, (context, size / 2) each."""
        rotary = self.model.layers[0].attention.rotary
        half = rotary.cosines.shape[1] // 2
        return [self.array("rotary.cosines", rotary.cosines[:, :half]),
                self.array("rotary.sines", rotary.sines[:, :half])]

    def attention(self, x: str, layer: Attention, name: str) -> str:
        """Projections, rotary positions, Attention, sub-norm, output."""
        config = self.config
        if config.fused:
            sizes = self.b.constant(f"{name}.sizes", np.array([config.width] + 2 * [layer.narrow]))
            parts = [f"{name}.{role}" for role in ("query", "key", "value")]
            joined = self.linear(self.b, x, layer.qkv, f"{name}.qkv")
            self.b.nodes.append(helper.make_node("Split", [joined, sizes], parts, f"{name}.split",
                                                 axis=2))
        else:
            parts = [self.linear(self.b, x, getattr(layer, role), f"{name}.{role}")
                     for role in ("query", "key", "value")]
        q, k, v = parts
        if config.rotary:
            q, k = (self.b.op("RotaryEmbedding", [t, *self.rotary_caches, "positions_2d"],
                              f"{name}.{role}.rotary", num_heads=heads)
                    for t, role, heads in ((q, "query", config.heads),
                                           (k, "key", config.kv_heads)))
        y = self.b.op("Attention", [q, k, v], name, q_num_heads=config.heads,
                      kv_num_heads=config.kv_heads, is_causal=1)
        y = self.norm(y, layer.sub_norm, f"{name}.sub_norm")
        return self.linear(self.b, y, layer.output, f"{name}.output")

    def activation(self, x: str, name: str) -> str:
        """The nonlinearity of the configuration."""
        kind = self.config.activation
        if kind == "silu":
            return self.b.op("Mul", [x, self.b.op("Sigmoid", [x], f"{name}.sigmoid")], name)
        if kind == "relu2":
            positive = self.b.op("Relu", [x], f"{name}.relu")
            return self.b.op("Mul", [positive, positive], name)
        return self.b.op("Gelu", [x], name, approximate="tanh" if kind == "gelu_tanh" else "none")

    def feed_forward(self, x: str, layer: FeedForward, name: str) -> str:
        """Up, gate if there is one, sub-norm, down."""
        up = self.linear(self.b, x, layer.up, f"{name}.up")
        if layer.gate is None:
            hidden = self.activation(up, f"{name}.activation")
        else:
            gate = self.activation(self.linear(self.b, x, layer.gate, f"{name}.gate"),
                                   f"{name}.activation")
            hidden = self.b.op("Mul", [gate, up], f"{name}.gated")
        hidden = self.norm(hidden, layer.sub_norm, f"{name}.sub_norm")
        return self.linear(self.b, hidden, layer.down, f"{name}.down")

    def block(self, h: str, layer: Block, name: str) -> str:
        """One pre-norm block."""
        for part, write in (("attention", self.attention), ("feed_forward", self.feed_forward)):
            x = self.norm(h, getattr(layer, f"{part}_norm"), f"{name}.{part}_norm")
            update = write(x, getattr(layer, part), f"{name}.{part}")
            h = self.b.op("Add", [h, update], f"{name}.{part}_skip")
        return h

    def positions(self) -> str:
        """0, 1, ... T - 1."""
        b = self.b
        length = b.op("Gather", [b.op("Shape", ["input_ids"], "input_shape"),
                                 b.constant("sequence_axis", np.array(1))], "sequence_length")
        return b.op("Range", [b.constant("range_start", np.array(0)), length,
                              b.constant("range_step", np.array(1))], "positions")

    def write(self) -> None:
        """The whole model."""
        b, model = self.b, self.model
        tokens, *places = [table_format(table) for table, table_format in model.tables()]
        h = b.op("Gather", [self.array("token_embedding.weight", tokens), "input_ids"],
                 "token_embedding")
        positions = self.positions()
        if self.config.rotary:
            self.rotary_caches = self.caches()
            b.op("Unsqueeze", [positions, b.constant("batch_axis", np.array([0]))], "positions_2d")
        else:
            table = self.array("position_embedding.weight", places[0])
            h = b.op("Add", [h, b.op("Gather", [table, positions], "position_embedding")],
                     "embedding")
        for i, layer in enumerate(model.layers):
            h = self.block(h, layer, f"layers.{i}")
        h = self.norm(h, model.final_norm, "final_norm")
        self.head(h, tokens)

    def head(self, h: str, table: torch.Tensor) -> None:
        """Logits: a head in f32, or the token table in its own format."""
        b, model = self.b, self.model
        if self.config.tied and not isinstance(model.token_format, nn.Identity):
            layer = LowBitLinear(self.config.width, self.config.vocabulary, False,
                                 model.token_format)
            layer.weight = model.token_embedding.weight
            b.op("Identity", [self.linear(b, h, layer, "head")], "head", out="logits")
            return
        weight, bias = (table, None) if self.config.tied else (model.head.weight, model.head.bias)
        values = self.array("head.weight", weight.T)
        if bias is None:
            b.op("MatMul", [h, values], "head", out="logits")
        else:
            product = b.op("MatMul", [h, values], "head")
            b.op("Add", [product, self.array("head.bias", bias)], "head_bias", out="logits")


def transformer_model(model: Transformer, linear: LinearWriter, properties: dict[str, str],
                      name: str) -> onnx.ModelProto:
    """input_ids int64 (1, T) -> logits f32 (1, T, V), linear layers written by `linear`."""
    graph = TransformerGraph(model.eval(), linear)
    with torch.no_grad():
        graph.write()
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "sequence"])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT,
                                           [1, "sequence", model.config.vocabulary])
    return graph.b.model(name, [ids], [logits], properties, linear.opset)
