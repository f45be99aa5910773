"""Collect what the matrices of a model are multiplied with, to calibrate quantizers.

    python -m ecolm.matrix_inputs model.onnx --text text.txt -o inputs.npz
    ecolm-compile model.onnx -o model --quantize=pot4 --calibration=inputs.npz

runs the model by onnxruntime over windows of the text and keeps, for each constant matrix
of a MatMul or Gemm, rows of its input: float32 [rows, K] by the name of the matrix.
"""

import argparse
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import helper

from .metadata import encode, read_metadata


def find_matrices(model: onnx.ModelProto) -> dict[str, str]:
    """The value that each constant matrix multiplies, by the name of the matrix."""
    constants = {tensor.name for tensor in model.graph.initializer}
    origin = {name: name for name in constants}
    matrices = {}
    for node in model.graph.node:
        if node.op_type in ("Transpose", "Cast", "Identity") and node.input[0] in origin:
            origin[node.output[0]] = origin[node.input[0]]
        elif node.op_type in ("MatMul", "Gemm") and node.input[1] in origin:
            matrices[origin[node.input[1]]] = node.input[0]
    return matrices


def collect(path: pathlib.Path, ids: np.ndarray, context: int, rows: int) -> dict[str, np.ndarray]:
    """`rows` inputs of each matrix, evenly spread over windows of `context` ids."""
    model = onnx.load(path)
    matrices = find_matrices(model)
    known = {output.name for output in model.graph.output}
    for value in sorted(set(matrices.values()) - known):
        model.graph.output.append(helper.make_empty_tensor_value_info(value))
    session = onnxruntime.InferenceSession(model.SerializeToString(), None,
                                           ["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    values = sorted(set(matrices.values()))
    seen: dict[str, list[np.ndarray]] = {value: [] for value in values}
    windows = max(1, len(ids) // context)
    each = -(-rows // windows)
    for start in range(0, windows * context, context):
        window = ids[None, start:start + context]
        for value, result in zip(values, session.run(values, {name: window})):
            flat = result.reshape(-1, result.shape[-1])
            chosen = np.linspace(0, len(flat) - 1, min(each, len(flat))).astype(int)
            seen[value].append(flat[chosen].astype(np.float32))
    joined = {value: np.concatenate(parts)[:rows] for value, parts in seen.items()}
    return {matrix: joined[value] for matrix, value in matrices.items()}


def main() -> None:
    """Writes the archive."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--text", type=pathlib.Path, required=True)
    parser.add_argument("-o", dest="output", type=pathlib.Path, required=True)
    parser.add_argument("--rows", type=int, default=512, help="inputs of each matrix")
    parser.add_argument("--tokens", type=int, default=16384, help="of the text")
    options = parser.parse_args()
    metadata = read_metadata(options.model)
    ids = encode(options.text.read_text(), metadata)[:options.tokens]
    context = int(metadata.get("ecolm.context_length", 256))
    np.savez(options.output, **collect(options.model, ids, context, options.rows))


if __name__ == "__main__":
    main()
