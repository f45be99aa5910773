"""Recognized graphs, lowered by upstream passes only and run, against onnxruntime."""

import os
import pathlib
import re
import subprocess

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ECOLM_BUILD", ROOT / "build"))
LLVM = pathlib.Path(os.environ.get("LLVM_ROOT", "/usr/lib/llvm-22"))
IMPORT, OPT, RUNNER = BUILD / "bin/ecolm-import", BUILD / "bin/ecolm-opt", LLVM / "bin/mlir-runner"

pytestmark = pytest.mark.skipif(
    not (IMPORT.exists() and OPT.exists() and RUNNER.exists()), reason="tools are not built")

LOWER = [
    "--one-shot-bufferize=bufferize-function-boundaries allow-unknown-ops=0",
    "--convert-linalg-to-loops", "--expand-strided-metadata", "--memref-expand", "--lower-affine",
    "--convert-scf-to-cf",
    "--convert-math-to-libm", "--convert-math-to-llvm", "--arith-expand",
    "--finalize-memref-to-llvm", "--convert-func-to-llvm", "--convert-arith-to-llvm",
    "--convert-cf-to-llvm", "--convert-index-to-llvm", "--reconcile-unrealized-casts"]
TYPES = {"float32": ("f32", "F32"), "int64": ("i64", "I64"), "int32": ("i32", "I32"),
         "float64": ("f64", "F64")}


def run_tool(arguments: list, text: str) -> str:
    """The tool's output on `text`; its complaints when it fails."""
    done = subprocess.run([str(a) for a in arguments], input=text, capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def dense(value: np.ndarray) -> str:
    """An MLIR constant."""
    name = TYPES[value.dtype.name][0]
    kind = f"tensor<{'x'.join([*map(str, value.shape), name])}>"
    if value.size == 0:
        return f"arith.constant dense<> : {kind}"
    number = (lambda v: repr(float(v))) if name[0] == "f" else (lambda v: str(int(v)))
    def spell(part):
        return number(part) if np.ndim(part) == 0 else "[" + ", ".join(map(spell, part)) + "]"
    return f"arith.constant dense<{spell(value)}> : {kind}"


def add_entry(module: str, inputs: list[np.ndarray], outputs: list[np.ndarray]) -> str:
    """`module` with a function that calls main on `inputs` and prints the results."""
    signature = next(line for line in module.splitlines() if "func.func @main(" in line)
    kinds = re.findall(r"tensor<[^>]*>", signature)
    arguments, results = kinds[:len(inputs)], kinds[len(inputs):]
    printers = sorted({TYPES[o.dtype.name] for o in outputs})
    lines = [f"func.func private @printMemref{p}(tensor<*x{t}>)" for t, p in printers]
    lines.append("func.func @entry() {")
    for i, (value, kind) in enumerate(zip(inputs, arguments)):
        constant = dense(value)
        own = constant.split(" : ")[1]
        lines.append(f"%a{i} = {constant}")
        cast = f"tensor.cast %a{i} : {own} to {kind}"
        lines.append(f"%c{i} = {cast}")
    names = ", ".join(f"%c{i}" for i in range(len(inputs)))
    lines.append(f"%r:{len(results)} = func.call @main({names}) : ({', '.join(arguments)}) -> "
                 f"({', '.join(results)})")
    for i, (kind, output) in enumerate(zip(results, outputs)):
        element, printer = TYPES[output.dtype.name]
        lines.append(f"%u{i} = tensor.cast %r#{i} : {kind} to tensor<*x{element}>")
        lines.append(f"func.call @printMemref{printer}(%u{i}) : (tensor<*x{element}>) -> ()")
    lines += ["return", "}"]
    return re.sub(r"(?m)^module.*\{$", lambda m: m.group(0) + "\n" + "\n".join(lines), module,
                  count=1)


def run_recognized(path: pathlib.Path, inputs: list[np.ndarray],
                   outputs: list[np.ndarray]) -> list[np.ndarray]:
    """Run the model on `inputs`; `outputs` say what types to print."""
    module = run_tool([IMPORT, path, "-elide-above=-1"], "")
    module = run_tool([OPT, "--ecolm-recognize-pipeline"], module)
    assert "onnx.node" not in module and "onnx.initializer" not in module
    lowered = run_tool([OPT, *LOWER], add_entry(module, inputs, outputs))
    libraries = [LLVM / f"lib/libmlir{name}_runner_utils.so" for name in ("", "_c")]
    printed = run_tool([RUNNER, "-e", "entry", "-entry-point-result=void",
                        *(f"-shared-libs={library}" for library in libraries)], lowered)
    blocks = printed.split("Unranked Memref")[1:]
    results = []
    for block, output in zip(blocks, outputs):
        sizes = re.search(r"sizes = \[([^\]]*)\]", block).group(1)
        shape = [int(s) for s in sizes.split(",") if s.strip()]
        numbers = block.split("data =", 1)[1].replace("[", " ").replace("]", " ").replace(",", " ")
        # An empty memref is printed with what happens to lie behind it.
        values = numbers.split()[:int(np.prod(shape))]
        results.append(np.array(values, dtype=output.dtype).reshape(shape))
    return results


def check_model(tmp_path: pathlib.Path, model: onnx.ModelProto, inputs: list[np.ndarray]) -> None:
    """Both programs agree."""
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    session = onnxruntime.InferenceSession(str(path))
    names = [i.name for i in session.get_inputs()]
    expected = session.run(None, dict(zip(names, inputs)))
    actual = run_recognized(path, inputs, expected)
    for a, e in zip(actual, expected, strict=True):
        assert a.shape == e.shape
        np.testing.assert_allclose(a, e, rtol=2e-5, atol=2e-6)


def make_model(nodes: list, inputs: dict, outputs: list[str],
               constants: dict | None = None) -> onnx.ModelProto:
    """A model; `inputs` maps a name to (dtype, dims)."""
    kinds = {"f": TensorProto.FLOAT, "i": TensorProto.INT64}
    graph = helper.make_graph(
        nodes, "case",
        [helper.make_tensor_value_info(n, kinds[k], dims) for n, (k, dims) in inputs.items()],
        [onnx.ValueInfoProto(name=name) for name in outputs],
        [numpy_helper.from_array(np.asarray(v), n) for n, v in (constants or {}).items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11)
    return onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
