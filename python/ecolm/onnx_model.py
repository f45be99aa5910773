"""Build EcoLM ONNX graphs from numpy weights."""

import dataclasses
import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .onnx_functions import DOMAIN, STANDARD_OPSET, make_model


@dataclasses.dataclass
class LinearWeights:
    """One butterfly linear layer: int8 factors (a, b, c, d) and a power-of-two scale."""

    factors: list[np.ndarray]
    scale: np.ndarray  # f32, () or (n_out,)


@dataclasses.dataclass
class NormWeights:
    """LayerNormalization weight and, if it has one, bias, both (width,)."""

    weight: np.ndarray
    bias: np.ndarray | None = None


@dataclasses.dataclass
class AttentionFormat:
    """How attention sees its operands: Q, K and V as int8 in units of 2^exponent,
    probabilities as the nearest power of two from 2^probability_emin to 1."""

    exponent: int
    probability_emin: int


@dataclasses.dataclass
class BlockWeights:
    """One transformer block."""

    attention_norm: NormWeights
    query: LinearWeights
    key: LinearWeights
    value: LinearWeights
    output: LinearWeights
    attention_alpha: np.ndarray
    feed_forward_norm: NormWeights
    up: LinearWeights
    down: LinearWeights
    feed_forward_alpha: np.ndarray


@dataclasses.dataclass
class LanguageModelWeights:
    """A whole EcoLM; embeddings (vocabulary | context, width), head (width, vocabulary)."""

    token_embedding: np.ndarray
    position_embedding: np.ndarray
    blocks: list[BlockWeights]
    final_norm: NormWeights
    head: np.ndarray
    heads: int
    kv_heads: int
    emin: int
    emax: int
    vocabulary: list[str]
    name: str
    attention: AttentionFormat | None = None  # none: f32


def pack_ternary(values: np.ndarray) -> np.ndarray:
    """Codes value + 1 in {0, 1, 2}, four a byte, lowest bits first: uint8 [ceil(n/4)]."""
    codes = values.astype(np.int64).ravel() + 1
    if codes.size and (codes.min() < 0 or codes.max() > 2):
        raise ValueError("values are not all in {-1, 0, 1}")
    codes = np.pad(codes, (0, -codes.size % 4)).reshape(-1, 4)
    return (codes << np.array([0, 2, 4, 6])).sum(axis=1).astype(np.uint8)


def is_power_of_two(values: np.ndarray) -> bool:
    """Whether every element is exactly +2^e."""
    mantissa, _ = np.frexp(values)
    return bool(np.all(mantissa == 0.5))


def largest_sum(factors: list[np.ndarray], emin: int, emax: int) -> int:
    """Bound on every |partial sum| of the chain in units of 2^emin, by L1 propagation."""
    a, _, c, d = factors[0].shape
    bound = np.full(a * c * d, 2 ** (emax - emin), dtype=object)
    largest = int(bound[0])
    for values in factors:
        a, b, c, d = values.shape
        magnitude = np.abs(values.astype(np.int64)).astype(object)
        x = bound.reshape(a, 1, c, d)
        bound = (magnitude * x).sum(axis=2).reshape(-1)
        largest = max(largest, int(bound.max()))
    return largest


class GraphBuilder:
    """Accumulates nodes and initializers under dotted names."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def op(self, kind: str, inputs: list[str], name: str, out: str = "",
           domain: str = "", **attributes) -> str:
        """Append a node; its output is named like the node unless `out` is given."""
        out = out or name
        self.nodes.append(helper.make_node(kind, inputs, [out], name=name, domain=domain,
                                           **attributes))
        return out

    def constant(self, name: str, values: np.ndarray) -> str:
        """Append an initializer."""
        self.initializers.append(numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def ternary(self, name: str, values: np.ndarray) -> str:
        """A packed ternary constant, unpacked in the graph to int8."""
        codes = self.constant(f"{name}.codes", pack_ternary(values))
        shape = self.constant(f"{name}.shape", np.array(values.shape, np.int64))
        return self.op("UnpackTernary", [codes, shape], f"{name}.unpack", out=f"{name}.values",
                       domain=DOMAIN)

    def linear(self, x: str, weights: LinearWeights, name: str, emin: int, emax: int,
               out: str = "") -> str:
        """LogQuantize -> ButterflyFactor x k -> Mul(scale)."""
        if len(weights.factors) < 2:
            raise ValueError(f"{name} is not a chain of at least two factors")
        if not is_power_of_two(weights.scale):
            raise ValueError(f"scale of {name} is not a power of two")
        bound = largest_sum(weights.factors, emin, emax)
        if bound >= 2**24:
            raise ValueError(f"sums in {name} may reach {bound} units, beyond exact f32")
        x = self.op("LogQuantize", [x], f"{name}.quantize", domain=DOMAIN, emin=emin, emax=emax,
                    rounding="floor", underflow="zero")
        for i, factor in enumerate(weights.factors):
            values = self.ternary(f"{name}.factor_{i}", factor)
            x = self.op("ButterflyFactor", [x, values], f"{name}.factor_{i}", domain=DOMAIN)
        scale = self.constant(f"{name}.scale.values", weights.scale.astype(np.float32))
        return self.op("Mul", [x, scale], f"{name}.scale", out=out)

    def norm(self, x: str, weights: NormWeights, name: str) -> str:
        """LayerNormalization over the last axis, eps 1e-5."""
        inputs = [x, self.constant(f"{name}.weight", weights.weight)]
        if weights.bias is not None:
            inputs.append(self.constant(f"{name}.bias", weights.bias))
        return self.op("LayerNormalization", inputs, name, axis=-1, epsilon=1e-5)

    def fixed_point(self, x: str, exponent: int, name: str) -> str:
        """int8 codes in units of 2^exponent, and back to f32."""
        unit = self.constant(f"{name}.unit", np.float32(2.0**exponent))
        code = self.op("QuantizeLinear", [x, unit], f"{name}.to_int8",
                       output_dtype=TensorProto.INT8)
        return self.op("DequantizeLinear", [code, unit], f"{name}.from_int8")

    def attention(self, q: str, k: str, v: str, model: LanguageModelWeights, size: int,
                  name: str) -> str:
        """Causal grouped attention, heads of `size` elements, in f32 or in the model's format."""
        heads = {"q_num_heads": model.heads, "kv_num_heads": model.kv_heads, "is_causal": 1}
        if model.attention is None:
            return self.op("Attention", [q, k, v], name, **heads)
        operands = [self.fixed_point(x, model.attention.exponent, f"{name}.{role}")
                    for x, role in ((q, "query"), (k, "key"), (v, "value"))]
        return self.op("LogQuantizedAttention", operands, name, domain=DOMAIN, **heads,
                       scale=size**-0.5, emin=model.attention.probability_emin, emax=0,
                       rounding="nearest", underflow="zero")

    def skip(self, h: str, alpha: np.ndarray, update: str, name: str) -> str:
        """alpha h + update."""
        alpha_name = self.constant(f"{name}_alpha.value", alpha.astype(np.float32))
        scaled = self.op("Mul", [alpha_name, h], f"{name}_alpha")
        return self.op("Add", [scaled, update], f"{name}_skip")

    def block(self, h: str, weights: BlockWeights, model: LanguageModelWeights,
              name: str) -> str:
        """One pre-norm block."""
        quantizer = (model.emin, model.emax)
        x = self.norm(h, weights.attention_norm, f"{name}.attention_norm")
        q, k, v = (self.linear(x, linear, f"{name}.attention.{role}", *quantizer)
                   for role, linear in (("query", weights.query), ("key", weights.key),
                                        ("value", weights.value)))
        size = weights.query.scale.size // model.heads
        y = self.attention(q, k, v, model, size, f"{name}.attention")
        y = self.linear(y, weights.output, f"{name}.attention.output", *quantizer)
        h = self.skip(h, weights.attention_alpha, y, f"{name}.attention")
        x = self.norm(h, weights.feed_forward_norm, f"{name}.feed_forward_norm")
        x = self.linear(x, weights.up, f"{name}.feed_forward.up", *quantizer)
        x = self.op("Relu", [x], f"{name}.feed_forward.relu")
        x = self.linear(x, weights.down, f"{name}.feed_forward.down", *quantizer)
        return self.skip(h, weights.feed_forward_alpha, x, f"{name}.feed_forward")

    def model(self, name: str, inputs: list, outputs: list,
              metadata: dict[str, str] | None = None,
              opset: int = STANDARD_OPSET) -> onnx.ModelProto:
        """The checked model of everything appended."""
        graph = helper.make_graph(self.nodes, name, inputs, outputs, self.initializers)
        return make_model(graph, metadata, opset)


def language_properties(vocabulary: list[str], context: int, name: str) -> dict[str, str]:
    """What makes a file a language model of characters: its metadata."""
    return {"ecolm.tokenizer": json.dumps({"type": "char", "vocab": vocabulary},
                                          ensure_ascii=False),
            "ecolm.context_length": str(context), "ecolm.name": name}


def language_model(weights: LanguageModelWeights) -> onnx.ModelProto:
    """input_ids int64 [1, sequence] -> logits f32 [1, sequence, vocabulary]."""
    b = GraphBuilder()
    tokens = b.op("Gather", [b.constant("token_embedding.weight", weights.token_embedding),
                             "input_ids"], "token_embedding")
    shape = b.op("Shape", ["input_ids"], "input_shape")
    length = b.op("Gather", [shape, b.constant("sequence_axis", np.array(1, np.int64))],
                  "sequence_length")
    positions = b.op("Range", [b.constant("range_start", np.array(0, np.int64)), length,
                               b.constant("range_step", np.array(1, np.int64))], "positions")
    places = b.op("Gather", [
        b.constant("position_embedding.weight", weights.position_embedding), positions],
        "position_embedding")
    h = b.op("Add", [tokens, places], "embedding")
    for i, block in enumerate(weights.blocks):
        h = b.block(h, block, weights, f"layers.{i}")
    x = b.norm(h, weights.final_norm, "final_norm")
    b.op("MatMul", [x, b.constant("lm_head.weight", weights.head)], "lm_head", out="logits")
    vocabulary = len(weights.vocabulary)
    return b.model(
        weights.name,
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "sequence"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, "sequence", vocabulary])],
        language_properties(weights.vocabulary, weights.position_embedding.shape[0],
                            weights.name))


def linear_model(weights: LinearWeights, emin: int, emax: int, name: str) -> onnx.ModelProto:
    """One butterfly linear layer: x f32 [rows, n_in] -> y f32 [rows, n_out]."""
    b = GraphBuilder()
    b.linear("x", weights, "linear", emin, emax, out="y")
    a, _, c, d = weights.factors[0].shape
    a2, b2, _, d2 = weights.factors[-1].shape
    return b.model(
        name,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", a * c * d])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["rows", a2 * b2 * d2])])
