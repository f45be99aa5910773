#!/usr/bin/env python3
"""Compile one random model and hold it against onnxruntime.

Prints one line of JSON: what was compared, the largest difference, and what is wrong.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "Conformance"))

from libraries import evaluate  # noqa: E402

from configurations import Configuration  # noqa: E402

BUILD = pathlib.Path(os.environ.get("ECOLM_BUILD", ROOT / "build"))
COMPILER = pathlib.Path(os.environ.get("ECOLM_COMPILE", BUILD / "bin" / "ecolm-compile"))
GREEDY_TOKENS = 256
# onnxruntime computes f16 models in f32 and rounds at other places than the graph says.
TOLERANCE = {"float32": 1e-4, "float16": 2e-2}


def read_configuration(path: pathlib.Path) -> Configuration:
    """What export.py wrote into the file."""
    text = next(p.value for p in onnx.load(path).metadata_props if p.key == "configuration")
    return Configuration(**json.loads(text))


class Comparison:
    """One model, compiled and in onnxruntime."""

    def __init__(self, path: pathlib.Path, library: pathlib.Path):
        self.c = read_configuration(path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
        self.compiled = library
        self.names = [value.name for value in self.session.get_inputs()]
        self.draw = np.random.default_rng(self.c.seed)
        self.worst, self.steps, self.ties = 0.0, 0, 0
        self.problems: list[str] = []

    def make_inputs(self, tokens: int, past: int) -> dict[str, np.ndarray]:
        """Random inputs of these sizes."""
        c, inputs = self.c, {}
        for name in self.names:
            if name == "ids":
                inputs[name] = self.draw.integers(0, c.vocabulary, (c.batch, tokens))
            elif name == "mask":
                inputs[name] = (self.draw.random((c.batch, tokens)) < 0.7).astype(np.int64)
                inputs[name][:, 0] = 1
            elif name == "kinds":
                inputs[name] = self.draw.integers(0, 2, (c.batch, tokens))
            else:
                heads = c.heads if c.family == "gpt2" else c.key_heads
                shape = (c.batch, heads, past, c.head_size)
                inputs[name] = self.draw.standard_normal(shape).astype(c.dtype)
        return inputs

    def run(self, inputs: dict[str, np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Outputs of the program and of onnxruntime, compared."""
        expected, found = self.session.run(None, inputs), evaluate(self.compiled, inputs)
        sizes = {name: list(value.shape) for name, value in inputs.items() if name in ("ids", "past_key_0")}
        for output, a, b in zip(self.session.get_outputs(), found, expected):
            if a.shape != b.shape or a.dtype != b.dtype:
                self.problems.append(f"{output.name} for {sizes}: {a.dtype}{a.shape}, expected {b.dtype}{b.shape}")
                continue
            difference = np.abs(a.astype(np.float64) - b.astype(np.float64)).max(initial=0.0)
            self.worst = max(self.worst, difference if np.isfinite(difference) else np.inf)
            if not difference <= TOLERANCE[self.c.dtype]:
                self.problems.append(f"{output.name} for {sizes}: differs by {difference:.3g}")
        return found, expected

    def take_step(self, inputs, at: int) -> tuple[np.ndarray, list[np.ndarray]]:
        """onnxruntime's next tokens [B] and its outputs; the program's must be the same tokens."""
        found, expected = self.run(inputs)
        ours, theirs = found[0][:, at].argmax(-1), expected[0][:, at].argmax(-1)
        rows = np.arange(len(theirs))
        margin = (expected[0][rows, at, theirs] - expected[0][rows, at, ours]).max()
        if (ours != theirs).any():
            self.ties += 1
            if margin > 2 * TOLERANCE[self.c.dtype]:
                self.problems.append(f"greedy token {self.steps} is {ours}, expected {theirs}")
        self.steps += 1
        return theirs, expected

    def generate(self) -> None:
        """Greedy tokens, as far as the context reaches. Both continue onnxruntime's tokens."""
        c = self.c
        if c.past:
            inputs = self.make_inputs(2, 1)
            for _ in range(min(GREEDY_TOKENS, c.context - 3)):
                tokens, outputs = self.take_step(inputs, -1)
                inputs = dict(zip(self.names, [tokens[:, None], *outputs[1:]]))
            return
        length = c.context if c.dynamic else c.tokens
        ids = self.make_inputs(length, 0)["ids"]
        for at in range(min(GREEDY_TOKENS, length - 1)):
            shown = ids[:, :at + 1] if c.dynamic else ids
            ids[:, at + 1], _ = self.take_step({"ids": shown}, at)

    def compare(self) -> None:
        """Logits for several sizes, then greedy tokens."""
        c = self.c
        sizes = [(c.tokens, 3)]
        if c.dynamic:
            sizes += [(1, 5), (min(7, c.context - 1), 1), (c.context // 2, c.context // 2)]
        for tokens, past in sizes:
            self.run(self.make_inputs(tokens, past))
        if c.family != "bert" and (c.dynamic or not c.past):
            self.generate()


def compare(path: pathlib.Path, compiled: pathlib.Path | None = None) -> dict:
    """The result of one model; `compiled` is compiled in its place."""
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder) / "model.so"
        done = subprocess.run([COMPILER, compiled or path, "--emit=so", "-o", library],
                              capture_output=True, text=True)
        if done.returncode:
            return {"model": path.stem, "problems": [f"does not compile: {done.stderr.replace(f'{path.parent}/', '')[:2000]}"]}
        comparison = Comparison(path, library)
        comparison.compare()
    return {"model": path.stem, "difference": float(comparison.worst), "greedy": comparison.steps,
            "ties": comparison.ties, "problems": comparison.problems[:5]}


def main() -> int:
    """Compares the model that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=pathlib.Path)
    result = compare(parser.parse_args().model)
    print(json.dumps(result))
    return 1 if result["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
