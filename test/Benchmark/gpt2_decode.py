"""Decodes with GPT-2 124M: programs of its size beside ONNX Runtime with 4-bit MatMulNBits (block
32, on int8) and with f32 matrices, a key/value cache in place and random weights. A program's
matrices may be powers of two of 4 bits, or butterflies:

    python3 test/Benchmark/make_model.py pot-gpt2 gpt2.onnx --layers 12 --width 768 --hidden 3072 \\
        --heads 12 --kv-heads 12 --context 1024 --vocabulary 50257 --options '{"emin": -6}'
    build/bin/ecolm-compile gpt2.onnx -o gpt2
    python3 test/Benchmark/make_model.py ecolm ecolm.onnx --layers 12 --width 768 --hidden 3072 \\
        --heads 12 --kv-heads 12 --context 1024 --vocabulary 50257 --stages '[[32, 1], [24, 32]]'
    build/bin/ecolm-compile ecolm.onnx -o ecolm --quantize=pot4
    python3 test/Benchmark/gpt2_decode.py gpt2 ecolm

All are measured in turn in every round, 16 tokens after a prompt of 16; medians over rounds."""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LAYERS, WIDTH, HEADS, VOCABULARY, BLOCK = 12, 768, 12, 50257, 32
PROMPT, TOKENS, CONTEXT = 16, 16, 64
SIZE = WIDTH // HEADS


class Gpt2:
    """Collects the nodes of one step; matrices have 4 or 32 bits."""

    def __init__(self, bits: int):
        self.bits = bits
        self.nodes, self.initializers = [], []
        self.random = np.random.default_rng(0)

    def op(self, kind: str, inputs: list[str], outputs: list[str], domain: str = "", **attributes):
        """Append a node; its first output."""
        self.nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))
        return outputs[0]

    def constant(self, name: str, values: np.ndarray) -> str:
        """Append an initializer."""
        self.initializers.append(numpy_helper.from_array(values, name))
        return name

    def norm(self, x: str, name: str) -> str:
        """Layer normalization."""
        weight = self.constant(f"{name}.weight", np.ones(WIDTH, np.float32))
        bias = self.constant(f"{name}.bias", np.zeros(WIDTH, np.float32))
        return self.op("LayerNormalization", [x, weight, bias], [name], epsilon=1e-5)

    def linear(self, x: str, n: int, k: int, name: str, bias: bool = True) -> str:
        """MatMulNBits or MatMul."""
        if self.bits == 32:
            w = self.constant(f"{name}.w", self.random.standard_normal((k, n), np.float32) * 0.02)
            y = self.op("MatMul", [x, w], [f"{name}.y" if bias else name])
            b = np.zeros(n, np.float32)
            return self.op("Add", [y, self.constant(f"{name}.b", b)], [name]) if bias else y
        packed = self.random.integers(0, 256, (n, k // BLOCK, BLOCK // 2), dtype=np.uint8)
        scales = np.full(n * (k // BLOCK), 0.005, np.float32)
        inputs = [x, self.constant(f"{name}.w", packed), self.constant(f"{name}.scales", scales)]
        if bias:
            inputs += ["", "", self.constant(f"{name}.b", np.zeros(n, np.float32))]
        return self.op("MatMulNBits", inputs, [name], "com.microsoft", K=k, N=n, bits=4,
                       block_size=BLOCK, accuracy_level=4)

    def block(self, x: str, i: int) -> str:
        """One transformer block."""
        y = self.linear(self.norm(x, f"{i}.norm1"), 3 * WIDTH, WIDTH, f"{i}.qkv")
        parts = [f"{i}.q", f"{i}.k", f"{i}.v"]
        self.op("Split", [y], parts, axis=2, num_outputs=3)
        y = self.op("GroupQueryAttention",
                    [*parts, f"past_k{i}", f"past_v{i}", "last", "total"],
                    [f"{i}.attention", f"present_k{i}", f"present_v{i}"], "com.microsoft",
                    num_heads=HEADS, kv_num_heads=HEADS)
        x = self.op("Add", [x, self.linear(y, WIDTH, WIDTH, f"{i}.output")], [f"{i}.x"])
        y = self.linear(self.norm(x, f"{i}.norm2"), 4 * WIDTH, WIDTH, f"{i}.up")
        y = self.op("FastGelu", [y], [f"{i}.gelu"], "com.microsoft")
        return self.op("Add", [x, self.linear(y, WIDTH, 4 * WIDTH, f"{i}.down")], [f"{i}.y"])

    def model(self) -> onnx.ModelProto:
        """ids (1, 1), position (1, 1), cache -> logits, cache."""
        table = self.random.standard_normal((VOCABULARY, WIDTH)).astype(np.float32)
        positions = np.zeros((CONTEXT, WIDTH), np.float32)
        x = self.op("Add", [self.op("Gather", [self.constant("table", table), "ids"], ["tokens"]),
                            self.op("Gather", [self.constant("positions", positions), "position"],
                                    ["places"])], ["x"])
        for i in range(LAYERS):
            x = self.block(x, i)
        self.linear(self.norm(x, "norm"), VOCABULARY, WIDTH, "logits", bias=False)
        value = helper.make_tensor_value_info
        caches = [value(f"{time_}_{kind}{i}", TensorProto.FLOAT, [1, HEADS, CONTEXT, SIZE])
                  for time_ in ("past", "present") for i in range(LAYERS) for kind in "kv"]
        half = len(caches) // 2
        graph = helper.make_graph(
            self.nodes, "gpt2",
            [value("ids", TensorProto.INT64, [1, 1]), value("position", TensorProto.INT64, [1, 1]),
             value("last", TensorProto.INT32, [1]), value("total", TensorProto.INT32, []),
             *caches[:half]],
            [value("logits", TensorProto.FLOAT, [1, 1, VOCABULARY]), *caches[half:]],
            self.initializers)
        return helper.make_model(graph, ir_version=10, opset_imports=[
            helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)])


class OnnxRuntime:
    """A session whose cache is written in place."""

    def __init__(self, path: pathlib.Path, threads: int):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        self.binding = self.session.io_binding()
        self.values = []
        for i in range(LAYERS):
            for kind in "kv":
                cache = onnxruntime.OrtValue.ortvalue_from_numpy(
                    np.zeros((1, HEADS, CONTEXT, SIZE), np.float32))
                self.values.append(cache)
                self.binding.bind_ortvalue_input(f"past_{kind}{i}", cache)
                self.binding.bind_ortvalue_output(f"present_{kind}{i}", cache)
        self.binding.bind_output("logits")

    def seconds_per_token(self) -> float:
        """Of TOKENS tokens from PROMPT on."""
        start = 0.0
        for i in range(TOKENS + 1):
            if i == 1:  # the first one warms up
                start = time.perf_counter()
            at = PROMPT + max(i - 1, 0)
            self.binding.bind_cpu_input("ids", np.array([[i * 7919 % VOCABULARY]], np.int64))
            self.binding.bind_cpu_input("position", np.array([[at]], np.int64))
            self.binding.bind_cpu_input("last", np.array([at], np.int32))
            self.binding.bind_cpu_input("total", np.array(at + 1, np.int32))
            self.session.run_with_iobinding(self.binding)
        return (time.perf_counter() - start) / TOKENS


def program_seconds(program: str, threads: int) -> float:
    """Seconds that a compiled program takes for a token."""
    done = subprocess.run([program, "bench", "--json", "-t", str(threads), "-p", str(PROMPT), "-n",
                           str(TOKENS)], check=True, capture_output=True, text=True)
    decode = json.loads(done.stdout)["decode"][0]
    return decode["seconds"] / decode["tokens"]


def main() -> None:
    """Prints a line for each number of threads."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program", nargs="+")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        paths = {bits: pathlib.Path(name) / f"gpt2-{bits}.onnx" for bits in (4, 32)}
        for bits, path in paths.items():
            onnx.save(Gpt2(bits).model(), path)
            print(f"onnxruntime {bits} bits: a file of {path.stat().st_size} bytes")
        for program in options.program:
            print(f"{program}: a file of {pathlib.Path(program).stat().st_size} bytes")
        for threads in options.threads:
            candidates = {program: lambda p=program, t=threads: program_seconds(p, t)
                          for program in options.program}
            for bits, path in paths.items():
                session = OnnxRuntime(path, threads)
                candidates[f"onnxruntime {bits} bits"] = session.seconds_per_token
            times = {label: [] for label in candidates}
            for _ in range(options.rounds):
                for label, seconds in candidates.items():
                    times[label].append(seconds())
            medians = {label: statistics.median(t) for label, t in times.items()}
            first = medians[options.program[0]]
            print(f"{threads} thread(s): " + "; ".join(
                f"{label} {1 / s:.0f} tokens/s ({s / first:.2f} x)"
                for label, s in medians.items()), flush=True)


if __name__ == "__main__":
    main()
