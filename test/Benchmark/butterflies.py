"""Measures butterflies of 2 by 2 blocks on one thread: ternary ones on bytes, and learned ones
of f32 and powers of two on floats, and whole EcoLM layers (log quantization, ternary butterfly,
scale), beside a loop written by hand for AVX2.

    python3 test/Benchmark/butterflies.py --compiler build/bin/ecolm-compile [--rows 1 8]

Every model is one butterfly of all strides with random coefficients. What is timed is the
function that the compiler makes of it, called from test/Benchmark/butterfly_kernel.cpp with
everything in caches as large as they are. All candidates are measured in turn in every round;
medians over rounds. A peer takes part with --peer NAME=COMMAND: the command gets n as its
argument and prints seconds for one transform of a vector."""

import argparse
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "test/Benchmark"
sys.path.insert(0, str(ROOT / "python"))

from ecolm.onnx_functions import DOMAIN  # noqa: E402
from ecolm.onnx_model import GraphBuilder  # noqa: E402

SIZES = [256, 512, 1024, 2048, 4096, 8192, 16384]
KINDS = ["ternary", "f32", "pot", "layer"]
CLANG = ["clang++-22", "-O3", "-std=c++17"]


def factor_values(b: GraphBuilder, name: str, kind: str, shape: tuple[int, ...],
                  generator: np.random.Generator) -> str:
    """The random coefficients of one factor."""
    if kind in ("ternary", "layer"):
        return b.ternary(name, generator.integers(-1, 2, shape, dtype=np.int8))
    if kind == "pot":
        exponents = generator.integers(-3, 1, shape)
        signs = generator.choice(np.array([-1, 1], np.float32), shape)
        return b.constant(name, np.ldexp(signs, exponents).astype(np.float32))
    return b.constant(name, (0.7 * generator.standard_normal(shape)).astype(np.float32))


def butterfly_model(n: int, kind: str, rows: int) -> onnx.ModelProto:
    """One butterfly of n points, strides increasing; ternary ones take bytes."""
    b, generator = GraphBuilder(), np.random.default_rng(0)
    x, dtype = "x", TensorProto.FLOAT
    if kind == "ternary":
        x, dtype = b.op("Cast", ["x"], "floats", to=TensorProto.FLOAT), TensorProto.INT8
    if kind == "layer":
        x = b.op("LogQuantize", ["x"], "quantized", domain=DOMAIN, emin=-4, emax=3,
                 rounding="floor", underflow="zero")
    strides = [1 << s for s in range(n.bit_length() - 1)]
    for i, d in enumerate(strides):
        values = factor_values(b, f"factor_{i}", kind, (n // 2 // d, 2, 2, d), generator)
        x = b.op("ButterflyFactor", [x, values], f"stage_{i}", domain=DOMAIN,
                 out="y" if 2 * d == n and kind != "layer" else "")
    if kind == "layer":
        b.op("Mul", [x, b.constant("scale", np.float32(0.25))], "scaled", out="y")
    return b.model("butterfly", [helper.make_tensor_value_info("x", dtype, [rows, n])],
                   [helper.make_tensor_value_info("y", TensorProto.FLOAT, [rows, n])])


def build_kernel(options, n: int, kind: str, rows: int, folder: pathlib.Path) -> pathlib.Path:
    """A program that times the butterfly."""
    name = folder / f"{kind}_{n}_{rows}"
    onnx.save(butterfly_model(n, kind, rows), name.with_suffix(".onnx"))
    subprocess.run([options.compiler, name.with_suffix(".onnx"), "--emit=obj", "-o",
                    name.with_suffix(".o")], check=True)
    size = 1 if kind == "ternary" else 4
    subprocess.run([*CLANG, f"-DROWS={rows}", f"-DBYTES={size}", FOLDER / "butterfly_kernel.cpp",
                    name.with_suffix(".o"), "-o", name], check=True)
    return name


def seconds(command: list) -> float:
    """What `command` prints."""
    done = subprocess.run([*map(str, command)], check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def main() -> None:
    """Prints a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--compiler", default=ROOT / "build/bin/ecolm-compile")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--rows", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        probe = folder / "probe"
        subprocess.run([*CLANG, "-mavx2", FOLDER / "butterfly_probe.cpp", "-o", probe], check=True)
        for n in options.sizes:
            commands = {"probe": [probe, n]}
            for peer in options.peer:
                label, command = peer.split("=", 1)
                commands[label] = [*shlex.split(command), n]
            for kind in options.kinds:
                for rows in options.rows:
                    kernel = build_kernel(options, n, kind, rows, folder)
                    commands[f"{kind} x {rows}"] = [kernel, n]
            times = {label: [] for label in commands}
            for _ in range(options.rounds):
                for label, command in commands.items():
                    times[label].append(seconds(command))
            middle = {label: statistics.median(t) for label, t in times.items()}
            base = [label for label in middle if " x " not in label]
            print(f"{n}: " + "; ".join(
                f"{label} {s * 1e6:.3f} us" + ("" if label in base else " (" + ", ".join(
                    f"{s / middle[b]:.2f} x {b}" for b in base) + ")")
                for label, s in middle.items()), flush=True)


if __name__ == "__main__":
    main()
