"""Whether a BitNet model differs from onnxruntime by codes at ties, and by nothing else.

A quantizer is a step: a last bit upstream can turn one code into its neighbour, and
everything behind it differs. So a model is cut at every tensor that is quantized. Each
piece computes from the tensors that onnxruntime found there, and ends with the tensor
that the next one quantizes. Pieces agree within the tolerance, and a code of what a
piece computed may differ only where onnxruntime's lies at a tie.
"""

import dataclasses
import pathlib
import subprocess

import numpy as np
import onnx
import onnxruntime
from libraries import evaluate
from onnx import TensorProto, helper, numpy_helper

# Distance of a tie, in ulp of the largest number of the row that is rounded, which is 127.
ULP, FARTHEST = 2.0**-17, 4


@dataclasses.dataclass
class Verdict:
    """What a program and its pieces computed beside what onnxruntime computed."""

    flips: int = 0  # codes of the program that differ where nothing before them does
    farthest: float = 0.0  # largest distance from a tie where onnxruntime's code differs, in ulp
    error: float = 0.0  # largest difference of a piece
    nearer: int = 0  # codes that differ because onnxruntime's number is farther from the exact one than the program's

    def explains(self, tolerance: float) -> bool:
        """Whether codes at ties account for all of a difference."""
        return self.flips >= 1 and self.farthest <= FARTHEST and self.error <= tolerance

    def measure(self, scaled: np.ndarray) -> None:
        """Takes note of numbers of onnxruntime's whose codes differ."""
        self.farthest = max(self.farthest, float(tie_distance(scaled).max(initial=0.0)))


def quantized_tensors(model: onnx.ModelProto) -> dict[str, str]:
    """Every tensor that is quantized by its rows' largest number, and the tensor that is rounded for it."""
    graph = model.graph
    makers = {name: node for node in graph.node for name in node.output}
    largest = {node.input[0] for node in graph.node if node.op_type == "ReduceMax"}
    quantized = {node.input[0] for node in graph.node if node.op_type == "Abs" and node.output[0] in largest}
    found: dict[str, str] = {}
    for node in graph.node:
        scaled = makers.get(node.input[0]) if node.op_type == "Round" else None
        if scaled is not None and scaled.op_type == "Mul":
            for name in quantized.intersection(scaled.input):
                found.setdefault(name, scaled.output[0])
    return found


def define_codes(x: np.ndarray) -> np.ndarray:
    """The codes of `ecolm.quantize_int8`."""
    largest = np.maximum(np.abs(x).max(-1, keepdims=True), np.float32(1e-5))
    return np.clip(np.rint(x * (np.float32(127) / largest)), -128, 127)


def tie_distance(scaled: np.ndarray) -> np.ndarray:
    """How far numbers lie from the middle between two integers, in ulp."""
    scaled = scaled.astype(np.float64)
    return np.abs(scaled - np.floor(scaled) - 0.5) / ULP


def to_double(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model, with f64 in place of f32."""
    graph = model.graph
    tensors = [*graph.initializer]
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.DOUBLE
            if attribute.HasField("t"):
                tensors.append(attribute.t)
    for tensor in tensors:
        if tensor.data_type == TensorProto.FLOAT:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float64), tensor.name))
    for value in [*graph.input, *graph.output]:
        if value.type.tensor_type.elem_type == TensorProto.FLOAT:
            value.type.tensor_type.elem_type = TensorProto.DOUBLE
    del graph.value_info[:]
    return model


def open_session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """A single-threaded onnxruntime session."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])


class Pieces:
    """A model with onnxruntime's tensors before quantizers, and its compiled pieces."""

    def __init__(self, path: pathlib.Path, compiler: pathlib.Path, folder: pathlib.Path,
                 inputs: dict[str, np.ndarray]):
        self.compiler, self.folder = compiler, folder
        model = onnx.load(path)
        self.tensors = quantized_tensors(model)
        traced = onnx.ModelProto.FromString(model.SerializeToString())
        for name in [*self.tensors, *self.tensors.values()]:
            traced.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
        self.session = open_session(traced)
        self.outputs = [output.name for output in self.session.get_outputs()]
        shapes = self.find_shapes(model, self.trace(inputs))
        self.whole = self.compile(add_outputs(model, shapes), "whole")
        pieces = cut(model, shapes)
        self.pieces = self.compile(pieces, "pieces")
        self.results = [output.name for output in pieces.graph.output]
        self.exact = open_session(to_double(pieces))

    def compile(self, model: onnx.ModelProto, name: str) -> pathlib.Path:
        """The model as a library."""
        path, library = self.folder / f"{name}.onnx", self.folder / f"{name}.so"
        onnx.save(model, path)
        subprocess.run([self.compiler, path, "--emit=so", "-o", library], check=True, capture_output=True)
        return library

    def trace(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """onnxruntime's outputs and its tensors before and within quantizers."""
        return dict(zip(self.outputs, self.session.run(None, inputs)))

    def find_shapes(self, model: onnx.ModelProto, tensors: dict[str, np.ndarray]) -> dict[str, list]:
        """Shapes of the quantized tensors: the batch and tokens of the ids, and their own width."""
        ids = next(value for value in model.graph.input if value.name == "ids").type.tensor_type.shape.dim
        sizes = [dim.dim_param or dim.dim_value for dim in ids]
        return {name: [*sizes, tensors[name].shape[-1]] for name in self.tensors}

    def compute_exactly(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The pieces in f64."""
        wide = {name: x.astype(np.float64) if x.dtype == np.float32 else x for name, x in inputs.items()}
        return dict(zip(self.results, self.exact.run(None, wide)))

    def judge(self, inputs: dict[str, np.ndarray], found: list[np.ndarray]) -> Verdict:
        """Compares with onnxruntime what a run found that differs, and the pieces, from its tensors."""
        verdict, tensors = Verdict(), self.trace(inputs)
        whole = dict(zip([*self.outputs[:len(found)], *self.tensors], evaluate(self.whole, inputs)))
        if not all(np.array_equal(whole[name], x) for name, x in zip(self.outputs, found)):
            return Verdict(error=np.inf)  # The program is not this model, or another one when asked for tensors.
        given = inputs | {f"{name}.reference": settle(verdict, tensors[name], tensors[scaled])
                          for name, scaled in self.tensors.items()}
        exact = self.compute_exactly(given)
        for name, own in zip(self.results, evaluate(self.pieces, given)):
            error = np.abs(own.astype(np.float64) - tensors[name])
            verdict.error = max(verdict.error, float(error.max(initial=0.0)))
            if name in self.tensors:
                scaled = tensors[self.tensors[name]]
                excuse(verdict, own, tensors[name], scaled, exact[name])
                # What differs behind the program's first flips is no evidence.
                if verdict.flips == 0:
                    verdict.flips = excuse(verdict, whole[name], tensors[name], scaled, exact[name])
        return verdict


def add_outputs(model: onnx.ModelProto, shapes: dict[str, list]) -> onnx.ModelProto:
    """The model, which also gives the tensors in `shapes`."""
    result = onnx.ModelProto.FromString(model.SerializeToString())
    del result.metadata_props[:]
    for name, shape in shapes.items():
        result.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    return result


def cut(model: onnx.ModelProto, shapes: dict[str, list]) -> onnx.ModelProto:
    """The model in pieces: `<tensor>.reference` in, `<tensor>` out."""
    result = add_outputs(model, shapes)
    for node in result.graph.node:
        for i, name in enumerate(node.input):
            if name in shapes:
                node.input[i] = f"{name}.reference"
    for name, shape in shapes.items():
        result.graph.input.append(helper.make_tensor_value_info(f"{name}.reference", TensorProto.FLOAT, shape))
    return result


def find_flips(codes: np.ndarray, scaled: np.ndarray) -> np.ndarray:
    """Where `codes` are not what onnxruntime makes of `scaled`."""
    return codes != np.clip(np.rint(scaled), -128, 127)


def excuse(verdict: Verdict, x: np.ndarray, theirs: np.ndarray, scaled: np.ndarray, exact: np.ndarray) -> int:
    """Counts the codes of `x` that differ, and measures those that need a tie to excuse them.

    A sum that cancels is zero for integers and rounding noise for floats, which a norm
    and the scale of a row blow up. There the program must be nearer to the exact number.
    """
    flipped = find_flips(define_codes(x), scaled)
    nearer = flipped & (tie_distance(scaled) > FARTHEST) & (np.abs(x - exact) < np.abs(theirs - exact))
    verdict.nearer += int(nearer.sum())
    verdict.measure(scaled[flipped & ~nearer])
    return int(flipped.sum())


def settle(verdict: Verdict, x: np.ndarray, scaled: np.ndarray) -> np.ndarray:
    """`x`, moved by a few ulp where the definition gives other codes than the graph's own spelling.

    The graph may write the factor as a product of a reciprocal, which rounds once more.
    """
    x, flipped = x.copy(), find_flips(define_codes(x), scaled)
    verdict.measure(scaled[flipped])
    for _ in range(FARTHEST):
        towards = np.where(np.rint(scaled) > define_codes(x), np.inf, -np.inf).astype(np.float32)
        x = np.where(flipped, np.nextafter(x, towards), x)
        flipped = find_flips(define_codes(x), scaled)
    return x
