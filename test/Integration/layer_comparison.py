"""Compare a compiled model with onnxruntime layer by layer, from the same inputs.

A quantizer is a step: a last bit upstream can turn one power of two into its
neighbour, and everything behind it differs. So a model is cut at every tensor
that a quantizer reads. Each piece computes from the tensors that onnxruntime
found there, not from what the piece before it computed, and ends with the
quantizer that reads its result. One program holds all pieces; its answers
stand beside onnxruntime's.
"""

import dataclasses
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper


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

    @property
    def code(self) -> str:
        """The quantizer's result, as the cut model computes it."""
        return f"{self.tensor}.code"


@dataclasses.dataclass
class Comparison:
    """What the pieces computed beside what onnxruntime computed."""

    values: int = 0  # quantized values that were compared
    flips: int = 0  # values that the two quantized differently
    farthest: float = 0.0  # largest distance of such a value from its threshold, in ulp
    largest_error: float = 0.0  # largest difference before a quantizer
    largest_logit_error: float = 0.0


def quantizers(model: onnx.ModelProto) -> list[Piece]:
    """Every tensor that a LogQuantize of the model reads, once."""
    pieces = {}
    for node in model.graph.node:
        if node.op_type == "LogQuantize":
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            assert attributes["rounding"] == b"floor" and attributes["underflow"] == b"zero"
            pieces[node.input[0]] = Piece(node.input[0], attributes["emin"], attributes["emax"])
    return list(pieces.values())


def skip_tensors(model: onnx.ModelProto) -> list[str]:
    """The residual stream: results of Add that a LayerNormalization reads."""
    adds = {node.output[0] for node in model.graph.node if node.op_type == "Add"}
    return [node.input[0] for node in model.graph.node
            if node.op_type == "LayerNormalization" and node.input[0] in adds]


def traced(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with every cut tensor among its outputs."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    for name in [p.tensor for p in quantizers(model)] + skip_tensors(model):
        result.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    return result


def cut(model: onnx.ModelProto, widths: dict[str, int]) -> onnx.ModelProto:
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
            emin=piece.emin, emax=piece.emax, rounding="floor", underflow="zero"))
        result.graph.output.append(helper.make_tensor_value_info(
            piece.code, TensorProto.FLOAT, [1, "sequence", widths[piece.tensor]]))
    return result


def threshold_distance(x: np.ndarray, emin: int, emax: int) -> np.ndarray:
    """Distance of |x| from the nearest threshold 2^e, e in [emin, emax], in ulp of that threshold.

    Below 2^e the numbers lie twice as dense; the ulp is that of 2^e itself.
    """
    thresholds = np.ldexp(1.0, np.arange(emin, emax + 1))
    distance = np.abs(np.abs(x.astype(np.float64))[..., None] - thresholds) / (thresholds * 2**-23)
    return distance.min(axis=-1)


def compare_pieces(pieces: list[Piece], reference: dict[str, np.ndarray],
                   actual: dict[str, np.ndarray], quantize) -> Comparison:
    """Count the codes that differ, and how far their inputs lie from a threshold.

    `reference` holds onnxruntime's tensors before the quantizers, `actual` the
    program's tensors and codes; `quantize(x, emin, emax)` defines the codes.
    """
    result = Comparison()
    for piece in pieces:
        expected = reference[piece.tensor]
        codes = quantize(expected, piece.emin, piece.emax)
        # The program's own quantizer is exact whatever it was given.
        own = quantize(actual[piece.tensor], piece.emin, piece.emax)
        np.testing.assert_array_equal(actual[piece.code], own)
        flipped = codes != actual[piece.code]
        result.values += codes.size
        result.flips += int(flipped.sum())
        if flipped.any():
            distance = threshold_distance(expected[flipped], piece.emin, piece.emax)
            result.farthest = max(result.farthest, float(distance.max()))
        error = np.abs(expected - actual[piece.tensor]).max()
        result.largest_error = max(result.largest_error, float(error))
    result.largest_logit_error = float(np.abs(reference["logits"] - actual["logits"]).max())
    return result
