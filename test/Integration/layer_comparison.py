"""Compare a compiled model with onnxruntime layer by layer, from the same inputs.

A quantizer is a step: a last bit upstream can turn one power of two into its
neighbour, and everything behind it differs. So a model is cut at every tensor
that a quantizer reads. Each piece computes from the tensors that onnxruntime
found there, not from what the piece before it computed, and ends with the
quantizer that reads its result. One program holds all pieces; its answers
stand beside onnxruntime's.

The probabilities of a LogQuantizedAttention are never a tensor of the program.
A piece reads them with further attentions of the same queries and keys, whose
values pick positions: y[t, h D + d] = P[t, h, first + d] where v[first + d, d] = 1.
"""

import dataclasses
import pathlib

import numpy as np
import onnx
import onnxruntime
from ecolm import reference
from onnx import TensorProto, helper, inliner


def open_session(model: onnx.ModelProto | pathlib.Path) -> onnxruntime.InferenceSession:
    """A single-threaded onnxruntime session."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    source = str(model) if isinstance(model, pathlib.Path) else model.SerializeToString()
    return onnxruntime.InferenceSession(source, options, ["CPUExecutionProvider"])


@dataclasses.dataclass
class Piece:
    """A tensor at which the model is cut, and how it is quantized."""

    tensor: str
    emin: int
    emax: int
    rounding: str = "floor"

    @property
    def code(self) -> str:
        """The quantizer's result, as the cut model computes it."""
        return f"{self.tensor}.code"

    def quantize(self, x: np.ndarray) -> np.ndarray:
        """What the definition makes of x."""
        return reference.log_quantize(x, self.emin, self.emax, self.rounding)

    def threshold_distance(self, x: np.ndarray) -> np.ndarray:
        """Distance of |x| from the nearest threshold, in ulp of that threshold.

        Below 2^e the numbers lie twice as dense; the ulp is that of the threshold itself.
        """
        powers = np.ldexp(1.0, np.arange(self.emin, self.emax + 1))
        factor = {"floor": 1.0, "nearest": 1.5}[self.rounding]
        thresholds = powers if factor == 1 else np.append(powers[:1], factor * powers[:-1])
        ulp = np.ldexp(2.0**-23, np.floor(np.log2(thresholds)).astype(int))
        distance = np.abs(np.abs(x.astype(np.float64))[..., None] - thresholds) / ulp
        return distance.min(axis=-1)


@dataclasses.dataclass
class Attention:
    """A LogQuantizedAttention: its tensors and its quantizer of probabilities."""

    name: str
    inputs: list[str]
    output: str
    attributes: dict

    @property
    def piece(self) -> Piece:
        """The quantizer of the probabilities."""
        return Piece(f"{self.name}.probabilities", self.attributes["emin"],
                     self.attributes["emax"], self.attributes["rounding"].decode())


@dataclasses.dataclass
class Comparison:
    """What the pieces computed beside what onnxruntime computed."""

    values: int = 0  # quantized values that were compared
    flips: int = 0  # values that the two quantized differently
    farthest: float = 0.0  # largest distance of such a value from its threshold, in ulp
    largest_error: float = 0.0  # largest difference before a quantizer
    largest_logit_error: float = 0.0


def attributes_of(node: onnx.NodeProto) -> dict:
    """The attributes of a node by name."""
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def quantizers(model: onnx.ModelProto) -> list[Piece]:
    """Every tensor that a LogQuantize of the model reads, once."""
    pieces = {}
    for node in model.graph.node:
        if node.op_type == "LogQuantize":
            attributes = attributes_of(node)
            assert attributes["underflow"] == b"zero"
            pieces[node.input[0]] = Piece(node.input[0], attributes["emin"], attributes["emax"],
                                          attributes["rounding"].decode())
    return list(pieces.values())


def attentions(model: onnx.ModelProto) -> list[Attention]:
    """Every attention with quantized probabilities."""
    return [Attention(node.name, list(node.input), node.output[0], attributes_of(node))
            for node in model.graph.node if node.op_type == "LogQuantizedAttention"]


def skip_tensors(model: onnx.ModelProto) -> list[str]:
    """The residual stream: results of Add that a LayerNormalization reads."""
    adds = {node.output[0] for node in model.graph.node if node.op_type == "Add"}
    return [node.input[0] for node in model.graph.node
            if node.op_type == "LayerNormalization" and node.input[0] in adds]


def traced(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with every cut tensor and all probabilities among its outputs."""
    result = inliner.inline_local_functions(model)
    softmaxes = [node for node in result.graph.node if node.op_type == "Softmax"]
    for attention, softmax in zip(attentions(model), softmaxes, strict=True):
        result.graph.node.append(
            helper.make_node("Identity", [softmax.output[0]], [attention.piece.tensor]))
    names = [p.tensor for p in quantizers(model)] + skip_tensors(model)
    names += [a.piece.tensor for a in attentions(model)]
    names += [name for a in attentions(model) for name in a.inputs]
    for name in names:
        result.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    return result


def add_probes(graph: onnx.GraphProto, attention: Attention, width: int, context: int) -> None:
    """Outputs that hold the probabilities of `attention`, a head's width of positions each."""
    kv_heads = attention.attributes["kv_num_heads"]
    size = width // attention.attributes["q_num_heads"]
    for first in range(0, context, size):
        picks, probe = f"{attention.name}.picks_{first}", f"{attention.piece.tensor}_{first}"
        graph.input.append(helper.make_tensor_value_info(
            picks, TensorProto.FLOAT, [1, "sequence", kv_heads * size]))
        graph.node.append(helper.make_node(
            "LogQuantizedAttention", [*attention.inputs[:2], picks], [probe], name=probe,
            domain="ai.ecolm", **attention.attributes))
        graph.output.append(helper.make_tensor_value_info(
            probe, TensorProto.FLOAT, [1, "sequence", width]))


def probe_inputs(attention: Attention, width: int, context: int,
                 tokens: int) -> dict[str, np.ndarray]:
    """The values of the probes."""
    kv_heads = attention.attributes["kv_num_heads"]
    size = width // attention.attributes["q_num_heads"]
    inputs = {}
    for first in range(0, context, size):
        picks = np.zeros((1, tokens, kv_heads, size), np.float32)
        positions = np.arange(first, min(first + size, tokens))
        picks[0, positions, :, positions - first] = 1
        inputs[f"{attention.name}.picks_{first}"] = picks.reshape(1, tokens, kv_heads * size)
    return inputs


def read_probes(attention: Attention, outputs: dict[str, np.ndarray], width: int,
                context: int) -> np.ndarray:
    """The probabilities (heads, tokens, tokens) that the program multiplies by."""
    heads = attention.attributes["q_num_heads"]
    size = width // heads
    blocks = [outputs[f"{attention.piece.tensor}_{first}"] for first in range(0, context, size)]
    tokens = blocks[0].shape[1]
    split = [block.reshape(tokens, heads, size).transpose(1, 0, 2) for block in blocks]
    return np.concatenate(split, axis=-1)[..., :tokens]


def cut(model: onnx.ModelProto, widths: dict[str, int], context: int) -> onnx.ModelProto:
    """The model in pieces: `<tensor>.reference` in, `<tensor>` and its code out.

    The residual stream is cut as well. Nothing is left that a program would
    keep between calls, so the pieces are no language model.
    """
    result = onnx.ModelProto()
    result.CopyFrom(model)
    result.ClearField("metadata_props")
    pieces, skips = quantizers(model), skip_tensors(model)
    cut_tensors = [p.tensor for p in pieces] + skips
    for node in result.graph.node:
        for i, name in enumerate(node.input):
            if name in cut_tensors:
                node.input[i] = f"{name}.reference"
    for name in cut_tensors:
        shape = [1, "sequence", widths[name]]
        result.graph.input.append(
            helper.make_tensor_value_info(f"{name}.reference", TensorProto.FLOAT, shape))
        result.graph.output.append(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    for piece in pieces:
        result.graph.node.append(helper.make_node(
            "LogQuantize", [piece.tensor], [piece.code], name=piece.code, domain="ai.ecolm",
            emin=piece.emin, emax=piece.emax, rounding=piece.rounding, underflow="zero"))
        result.graph.output.append(helper.make_tensor_value_info(
            piece.code, TensorProto.FLOAT, [1, "sequence", widths[piece.tensor]]))
    for attention in attentions(model):
        add_probes(result.graph, attention, widths[attention.output], context)
    return result


def compare_codes(result: Comparison, piece: Piece, values: np.ndarray,
                  codes: np.ndarray) -> np.ndarray:
    """Count where `codes` are not what the definition makes of `values`; gives those places."""
    flipped = piece.quantize(values) != codes
    result.values += codes.size
    result.flips += int(flipped.sum())
    if flipped.any():
        distance = piece.threshold_distance(values[flipped])
        result.farthest = max(result.farthest, float(distance.max()))
    return flipped


def compare_attention(result: Comparison, attention: Attention, tensors: dict[str, np.ndarray],
                      actual: dict[str, np.ndarray], context: int) -> np.ndarray:
    """Compares probabilities; gives the outputs that a flipped one has a part in.

    Both products are exact, so the program's result is that of its codes to the bit.
    """
    heads, kv_heads = attention.attributes["q_num_heads"], attention.attributes["kv_num_heads"]
    width = tensors[attention.output].shape[-1]
    codes = read_probes(attention, actual, width, context)
    flipped = compare_codes(result, attention.piece, tensors[attention.piece.tensor][0], codes)
    tokens = codes.shape[1]
    v = tensors[attention.inputs[2]][0].astype(np.float64).reshape(tokens, kv_heads, -1)
    v = np.repeat(v.transpose(1, 0, 2), heads // kv_heads, axis=0)
    y = (codes.astype(np.float64) @ v).transpose(1, 0, 2).reshape(1, tokens, width)
    np.testing.assert_array_equal(actual[attention.output], y.astype(np.float32))
    return np.repeat(flipped.any(axis=-1).T, width // heads, axis=-1)[None]


def compare_pieces(model: onnx.ModelProto, tensors: dict[str, np.ndarray],
                   actual: dict[str, np.ndarray], context: int) -> Comparison:
    """Count the codes that differ, and how far their inputs lie from a threshold.

    `tensors` are onnxruntime's, `actual` the program's tensors and codes.
    """
    result = Comparison()
    # Results of attention differ by more than rounding where a probability flipped.
    excused = {a.output: compare_attention(result, a, tensors, actual, context)
               for a in attentions(model)}
    for piece in quantizers(model):
        expected, own = tensors[piece.tensor].copy(), actual[piece.tensor]
        # The program's own quantizer is exact whatever it was given.
        np.testing.assert_array_equal(actual[piece.code], piece.quantize(own))
        if piece.tensor in excused:
            expected = np.where(excused[piece.tensor], own, expected)
        compare_codes(result, piece, expected, actual[piece.code])
        error = np.abs(expected - own).max()
        result.largest_error = max(result.largest_error, float(error))
    result.largest_logit_error = float(np.abs(tensors["logits"] - actual["logits"]).max())
    return result
