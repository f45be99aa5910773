"""Whether a compiled program computes what the graph means.

The answer is onnxruntime's, or PyTorch's where onnxruntime has no kernel for a type. A quantizer
is a step: two right orders of additions before it may end on two sides of a step. So inputs are
drawn until the answer itself stands still while they move by about one unit in the last place;
there every right program must agree within `TOLERANCE` of the largest output.
"""

import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
import torch
from exports import Export, seed

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Integration"))
from programs import compile_model  # noqa: E402

TOLERANCE = {"float32": 1e-4, "float16": 5e-3, "bfloat16": 4e-2}
DRAWS = 40


class NoStableInput(Exception):
    """Whatever the input, the answer depends on the last place of it."""


class WrongExport(Exception):
    """The graph does not compute what its module does: no fault of the compiler."""


def make_reference(export: Export):
    """A function from inputs to outputs that is not ours."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    # Its optimizer quantizes activations in front of a dequantized matrix.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(export.model.SerializeToString(), options,
                                               providers=["CPUExecutionProvider"])
    except onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented:
        return lambda inputs: ask_torch(export, inputs)
    return lambda inputs: session.run(None, inputs)


def ask_torch(export: Export, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The module's own answer."""
    with torch.no_grad():
        outputs = export.module(*(torch.from_numpy(value) for value in inputs.values()))
    return [o.numpy() for o in (outputs if isinstance(outputs, tuple) else (outputs,))]


def difference(actual: list[np.ndarray], expected: list[np.ndarray]) -> float:
    """The largest difference of two lists of outputs, of the largest output."""
    if [a.shape for a in actual] != [e.shape for e in expected]:
        return float("inf")
    worst = 0.0
    for a, e in zip(actual, expected):
        a, e = a.astype(np.float64), e.astype(np.float64)
        gap = np.abs(a - e)
        gap[(a == e) | (np.isnan(a) & np.isnan(e))] = 0
        gap[np.isnan(gap)] = np.inf
        worst = max(worst, float(np.max(gap, initial=0) / max(np.max(np.abs(e), initial=0), 1.0)))
    return worst


def draw_stable(export: Export, reference, tolerance: float) -> tuple[dict, list[np.ndarray]]:
    """Inputs at which the answer stands still, and the answer."""
    generator = np.random.default_rng(seed(export.style.name))
    names = [i.name for i in export.model.graph.input]
    for _ in range(DRAWS):
        inputs = {name: i.draw(generator) for name, i in zip(names, export.style.inputs)}
        answer = reference(inputs)
        moved = []
        for _ in range(3):
            near = {n: v if v.dtype == np.int64 else np.nextafter(
                v, v + generator.choice([-1, 1], v.shape).astype(v.dtype))
                for n, v in inputs.items()}
            moved.append(difference(reference(near), answer))
        if max(moved) < tolerance / 2:
            return inputs, answer
    raise NoStableInput


def measure(export: Export, folder: pathlib.Path) -> tuple[float, float]:
    """The difference between a compiled graph and the reference, and what is allowed."""
    graph = export.model.graph
    kinds = [i.data_type for i in graph.initializer]
    # A graph may cast its weights before it multiplies.
    kinds += [value.type.tensor_type.elem_type for value in (*graph.input, *graph.output)]
    kind = max((kind for kind in kinds if kind in (10, 16)), default=1)
    tolerance = TOLERANCE[{1: "float32", 10: "float16", 16: "bfloat16"}[kind]]
    reference = make_reference(export)
    inputs, answer = draw_stable(export, reference, tolerance)
    if not export.style.rewrite and difference(ask_torch(export, inputs), answer) > 5 * tolerance:
        raise WrongExport("the exported graph does not compute what the module does")
    program = compile_model(folder / "model.onnx", folder / "program")
    outputs = program.evaluate(inputs)
    names = [o.name for o in export.model.graph.output]
    return difference([outputs[n] for n in names], answer), tolerance
