"""Measures products of f32 rows with the 4-bit matrices of GPT-2 124M, which come from
memory: powers of two beside ONNX Runtime's 4-bit MatMulNBits (block 32, on int8).

    python3 test/Benchmark/pot_matmul.py --compiler build/bin/ecolm-compile [--rows 1 128]

One model multiplies by the 48 matrices of the layers and by the head; matrices of one
width share their input, and every product is an output. All candidates are measured in turn
in every round; medians over rounds. A peer of another kind takes part with
--peer NAME=COMMAND: the command gets the shapes, as 2304x768x12 (outputs, inputs, how many)
with + between them, rows and threads as arguments, and prints seconds for one pass."""

import argparse
import pathlib
import shlex
import statistics
import subprocess
import tempfile

import numpy as np
import onnx
from onnx import helper

from ternary_matmul import ROOT, OnnxRuntime, program_seconds
from ecolm.onnx_functions import DOMAIN
from ecolm.onnx_model import GraphBuilder

# Outputs, inputs, how many: the layers of GPT-2 124M and its head.
GPT2 = [(2304, 768, 12), (768, 768, 12), (3072, 768, 12), (768, 3072, 12), (50257, 768, 1)]
EMIN, EMAX, BLOCK = -6, 0, 32


def pot_product(b: GraphBuilder, g: np.random.Generator, n: int, k: int, name: str) -> str:
    """x times a matrix of 15 codes."""
    levels = EMAX - EMIN + 1
    codes = b.constant(f"{name}.w", g.integers(-levels, levels + 1, (n, k), dtype=np.int8))
    return b.op("PotMatMul", [f"x{k}", codes, "scale"], name, domain=DOMAIN, emin=EMIN, emax=EMAX)


def nbits_product(b: GraphBuilder, g: np.random.Generator, n: int, k: int, name: str) -> str:
    """The same with MatMulNBits of 4 bits, computed on int8."""
    packed = g.integers(0, 256, (n, k // BLOCK, BLOCK // 2), dtype=np.uint8)
    scales = b.constant(f"{name}.scales", np.full(n * (k // BLOCK), 0.02, np.float32))
    b.nodes.append(helper.make_node(
        "MatMulNBits", [f"x{k}", b.constant(f"{name}.w", packed), scales], [name],
        domain="com.microsoft", K=k, N=n, bits=4, block_size=BLOCK, accuracy_level=4))
    return name


def product_model(shapes, product) -> onnx.ModelProto:
    """Inputs x<K>, one for each width; an output for every product."""
    b, g = GraphBuilder(), np.random.default_rng(0)
    b.constant("scale", np.float32(0.02))
    outputs = []
    for i, (n, k, count) in enumerate(shapes):
        outputs += [helper.make_tensor_value_info(product(b, g, n, k, f"y{i}.{j}"), 1, ["rows", n])
                    for j in range(count)]
    inputs = [helper.make_tensor_value_info(f"x{k}", 1, ["rows", k])
              for k in sorted({k for _, k, _ in shapes})]
    model = b.model("products", inputs, outputs)
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return model


def parse_shape(text: str) -> tuple[int, int, int]:
    """2304x768x12 as numbers."""
    n, k, count = map(int, text.split("x"))
    return n, k, count


def main() -> None:
    """Prints a line for each number of threads and rows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--compiler", default=ROOT / "build/bin/ecolm-compile")
    parser.add_argument("--rows", type=int, nargs="+", default=[1])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shapes", type=parse_shape, nargs="+", default=GPT2,
                        help="as 2304x768x12: outputs, inputs, how many")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for models and programs")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    options = parser.parse_args()
    text = "+".join("x".join(map(str, shape)) for shape in options.shapes)
    work = sum(n * k * count for n, k, count in options.shapes)
    with tempfile.TemporaryDirectory() as name:
        folder = options.keep or pathlib.Path(name)
        program = folder / "pot"
        if not program.exists():
            onnx.save(product_model(options.shapes, pot_product), folder / "pot.onnx")
            subprocess.run([options.compiler, folder / "pot.onnx", "-o", program], check=True)
            onnx.save(product_model(options.shapes, nbits_product), folder / "nbits.onnx")
        for threads in options.threads:
            for rows in options.rows:
                g = np.random.default_rng(1)
                x = {f"x{k}": g.standard_normal((rows, k)).astype(np.float32)
                     for _, k, _ in options.shapes}
                np.savez(folder / "x.npz", **x)
                session = OnnxRuntime(folder / "nbits.onnx", threads, x)
                candidates = {
                    "ecolm": lambda t=threads: program_seconds(program, t, folder / "x.npz"),
                    "onnxruntime 4 bits": session.seconds}
                for peer in options.peer:
                    label, command = peer.split("=", 1)
                    arguments = [*shlex.split(command), text, str(rows), str(threads)]
                    candidates[label] = lambda a=arguments: float(subprocess.run(
                        a, check=True, capture_output=True, text=True).stdout.split()[-1])
                session.seconds()
                times = {label: [] for label in candidates}
                for _ in range(options.rounds):
                    for label, seconds in candidates.items():
                        times[label].append(seconds())
                medians = {label: statistics.median(t) for label, t in times.items()}
                parts = [f"{label} {s * 1e3:.2f} ms ({work * rows / s / 1e9:.0f} GMAC/s, "
                         f"{s / medians['ecolm']:.2f} x)" for label, s in medians.items()]
                print(f"{threads} thread(s), {rows} row(s): {'; '.join(parts)}", flush=True)


if __name__ == "__main__":
    main()
