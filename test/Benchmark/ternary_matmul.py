"""Measures products of int8 rows with ternary matrices that come from memory, beside
ONNX Runtime's 2-bit MatMulNBits and the read bandwidth of the machine.

    python3 test/Benchmark/ternary_matmul.py --compiler build/bin/ecolm-compile [--rows 1 128]

Every model multiplies rows by as many matrices of a shape as make up `--megabytes` of weights
of 2 bits: choose more than caches hold. Each of its inputs meets at most READERS matrices, as
in language models, and every product is an output. All candidates are measured in turn in every
round; medians over rounds. A peer of another kind takes part with --peer NAME=COMMAND: the
command gets N, K, rows, the number of matrices and threads as arguments, and prints seconds
for one pass over all matrices. peers/build.py makes such commands."""

import argparse
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
from onnx import TensorProto, helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))

from ecolm.onnx_functions import DOMAIN  # noqa: E402
from ecolm.onnx_model import GraphBuilder  # noqa: E402

SHAPES = [(2560, 2560), (6912, 2560), (2560, 6912), (768, 768), (3072, 768)]
BLOCK, READERS = 128, 32
# Memory of outputs stays the program's from run to run, as it stays a peer's: taking it from the
# system anew would cost more than some products.
KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(1 << 40), "MALLOC_MMAP_MAX_": "0"}


def inputs_of(count: int) -> list[str]:
    """The names of the inputs of a model with `count` matrices."""
    return [f"x{i}" for i in range(-(-count // READERS))]


def values(name: str, width: int):
    """A float tensor [rows, width]."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", width])


def ternary_model(n: int, k: int, count: int) -> onnx.ModelProto:
    """Quantized to int8 once, times `count` ternary matrices."""
    b, g = GraphBuilder(), np.random.default_rng(0)
    names = inputs_of(count)
    quantized = [b.op("QuantizeInt8", [x], f"{x}.quantized", domain=DOMAIN) for x in names]
    scale = b.constant("scale", np.float32(0.02))
    for i in range(count):
        weights = b.ternary(f"w{i}", g.integers(-1, 2, (n, k), dtype=np.int8))
        b.op("TernaryMatMul", [quantized[i // READERS], weights, scale], f"y{i}", domain=DOMAIN)
    return b.model("ternary", [values(x, k) for x in names], [values(f"y{i}", n) for i in range(count)])


def nbits_model(n: int, k: int, count: int) -> onnx.ModelProto:
    """The same with MatMulNBits of 2 bits, computed on int8."""
    b, g = GraphBuilder(), np.random.default_rng(0)
    scales = b.constant("scales", np.full(n * (k // BLOCK), 0.02, np.float32))
    for i in range(count):
        packed = g.integers(0, 256, (n, k // BLOCK, BLOCK // 4), dtype=np.uint8)
        node = helper.make_node("MatMulNBits", [f"x{i // READERS}", b.constant(f"w{i}", packed), scales],
                                [f"y{i}"], domain="com.microsoft", K=k, N=n, bits=2,
                                block_size=BLOCK, accuracy_level=4)
        b.nodes.append(node)
    model = b.model("nbits", [values(x, k) for x in inputs_of(count)],
                    [values(f"y{i}", n) for i in range(count)])
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    return model


class OnnxRuntime:
    """A session with its time for one run on the tensors `x`, with outputs in memory that stays."""

    def __init__(self, path: pathlib.Path, threads: int, x: dict[str, np.ndarray]):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        self.binding = self.session.io_binding()
        for name, value in x.items():
            self.binding.bind_cpu_input(name, value)
        outputs = [output.name for output in self.session.get_outputs()]
        for name in outputs:
            self.binding.bind_output(name)
        self.session.run_with_iobinding(self.binding)
        for name, value in zip(outputs, self.binding.get_outputs()):
            self.binding.bind_ortvalue_output(name, value)

    def seconds(self) -> float:
        start = time.perf_counter()
        self.session.run_with_iobinding(self.binding)
        return time.perf_counter() - start


def program_seconds(program: pathlib.Path, threads: int, x: pathlib.Path) -> float:
    """Seconds of one run of a compiled program."""
    done = subprocess.run([program, "bench", "--json", "-t", str(threads), "--input", x],
                          check=True, capture_output=True, text=True, env=os.environ | KEEP_MEMORY)
    return json.loads(done.stdout)["runs"]["seconds"]


def weight_bytes(program: pathlib.Path) -> int:
    """Bytes of the weights that a compiled program reads."""
    done = subprocess.run([program, "info", "--json"], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["weight bytes"]


def peer_seconds(command: str, *numbers: int) -> float:
    """Seconds that a peer's command prints."""
    done = subprocess.run([*shlex.split(command), *map(str, numbers)], check=True,
                          capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def measure(shape, rows: int, threads: int, options,
            folder: pathlib.Path) -> tuple[dict[str, float], float]:
    """Median seconds of every candidate for one matrix, and the bytes that ours has."""
    n, k = shape
    count = max(2, round(options.megabytes * 4e6 / (n * k)))
    x = np.random.default_rng(1).standard_normal((rows, k)).astype(np.float32)
    inputs = dict.fromkeys(inputs_of(count), x)
    np.savez(folder / "x.npz", **inputs)
    name = f"{n}x{k}x{count}"
    program = folder / name
    if not program.exists():
        onnx.save(ternary_model(n, k, count), folder / f"{name}.onnx")
        subprocess.run([options.compiler, folder / f"{name}.onnx", "-o", program], check=True)
        onnx.save(nbits_model(n, k, count), folder / f"{name}.nbits.onnx")
    candidates = {"ecolm": lambda: program_seconds(program, threads, folder / "x.npz"),
                  "onnxruntime 2 bits": OnnxRuntime(folder / f"{name}.nbits.onnx", threads, inputs).seconds}
    for peer in options.peer:
        label, command = peer.split("=", 1)
        candidates[label] = lambda c=command: peer_seconds(c, n, k, rows, count, threads)
    times = {label: [] for label in candidates}
    for _ in range(options.rounds):
        for label, seconds in candidates.items():
            times[label].append(seconds())
    medians = {label: statistics.median(t) / count for label, t in times.items()}
    return medians, weight_bytes(program) / count


def main() -> None:
    """Prints a line for each shape, number of rows and number of threads."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--compiler", default=ROOT / "build/bin/ecolm-compile")
    parser.add_argument("--rows", type=int, nargs="+", default=[1])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--megabytes", type=float, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shapes", nargs="+", help="as 2560x6912: outputs, then inputs")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--folder", type=pathlib.Path,
                        help="keeps models and programs, for another run to find")
    options = parser.parse_args()
    shapes = [tuple(map(int, s.split("x"))) for s in options.shapes or []] or SHAPES
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or pathlib.Path(name)
        reader = folder / "read_bandwidth"
        subprocess.run(["clang++-22", "-O3", "-march=native", "-pthread", "-o", reader,
                        ROOT / "test/Benchmark/read_bandwidth.cpp"], check=True)
        for threads in options.threads:
            limit = float(subprocess.run([reader, str(threads)], check=True, capture_output=True,
                                         text=True).stdout.split()[0])
            print(f"{threads} thread(s): memory is read at {limit / 1e9:.1f} GB/s")
            for n, k in shapes:
                for rows in options.rows:
                    seconds, size = measure((n, k), rows, threads, options, folder)
                    ours = seconds["ecolm"]
                    parts = [f"{label} {s * 1e6:.1f} us ({n * k * rows / s / 1e9:.0f} GMAC/s, "
                             f"{s / ours:.2f} x)" for label, s in seconds.items()]
                    share = size / ours / limit
                    print(f"  {n}x{k}, {rows} row(s): {'; '.join(parts)}; weights at {share:.0%} "
                          "of the bandwidth", flush=True)


if __name__ == "__main__":
    main()
