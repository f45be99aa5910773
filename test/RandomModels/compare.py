#!/usr/bin/env python3
"""Compile one random model and hold it against onnxruntime.

Prints one line of JSON: what was compared, the largest difference, what is wrong, and
what explains a difference that is no mistake: codes at ties (ties.py), an operator that
onnxruntime does not run, or f16 that it rounds at other places than the graph, where
ONNX's reference evaluator stands in.
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
from onnx.reference import ReferenceEvaluator
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "Conformance"))

from libraries import evaluate  # noqa: E402

from configurations import Configuration  # noqa: E402
from ties import FARTHEST, Pieces, open_session  # noqa: E402

BUILD = pathlib.Path(os.environ.get("ECOLM_BUILD", ROOT / "build"))
COMPILER = pathlib.Path(os.environ.get("ECOLM_COMPILE", BUILD / "bin" / "ecolm-compile"))
GREEDY_TOKENS = 256
# onnxruntime computes f16 models in f32 and rounds at other places than the graph says.
INVALID_MODEL = 4  # The compiler's exit status, docs/Errors.md.
TOLERANCE = {"float32": 1e-4, "float16": 2e-2}


def read_configuration(path: pathlib.Path) -> Configuration:
    """What export.py wrote into the file."""
    text = next(p.value for p in onnx.load(path).metadata_props if p.key == "configuration")
    return Configuration(**json.loads(text))


class Comparison:
    """One model, compiled and in onnxruntime."""

    def __init__(self, path: pathlib.Path, library: pathlib.Path):
        self.c, self.path, self.compiled = read_configuration(path), path, library
        self.session = open_session(onnx.load(path))
        self.names = [value.name for value in self.session.get_inputs()]
        self.draw = np.random.default_rng(self.c.seed)
        self.pieces: Pieces | None = None
        self.reference: ReferenceEvaluator | None = None
        self.worst, self.steps, self.ties, self.flips, self.nearer = 0.0, 0, 0, 0, 0
        self.problems: list[str] = []
        self.notes: list[str] = []

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

    def note(self, text: str) -> None:
        """Remembers what explains a difference, once."""
        if text not in self.notes:
            self.notes.append(text)

    def evaluate_reference(self, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        """Outputs of ONNX's own evaluator, which follows the graph node by node."""
        self.reference = self.reference or ReferenceEvaluator(onnx.load(self.path))
        return [np.asarray(value) for value in self.reference.run(None, inputs)]

    def find_expected(self, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        """onnxruntime's outputs, or those of ONNX's evaluator where it does not run the model."""
        try:
            return self.session.run(None, inputs)
        except Fail as error:
            self.note(f"held against ONNX's reference evaluator: onnxruntime fails: {str(error).splitlines()[0][-200:]}")
            return self.evaluate_reference(inputs)

    def measure(self, found: list[np.ndarray], expected: list[np.ndarray]) -> float:
        """The largest difference of outputs that have the same types and shapes."""
        differences = [np.abs(a.astype(np.float64) - b.astype(np.float64)).max(initial=0.0)
                       if a.shape == b.shape and a.dtype == b.dtype else np.inf for a, b in zip(found, expected)]
        worst = max(differences)
        return worst if np.isfinite(worst) else np.inf

    def explain(self, inputs: dict[str, np.ndarray], found: list[np.ndarray]) -> bool:
        """Whether it is proven that a difference is no mistake of the program."""
        tolerance = TOLERANCE[self.c.dtype]
        if self.c.dtype == "float16":
            self.note("held against ONNX's reference evaluator, too: onnxruntime rounds f16 at other places")
            return self.measure(found, self.evaluate_reference(inputs)) <= tolerance
        if self.c.family != "bitnet":
            return False
        self.pieces = self.pieces or Pieces(self.path, COMPILER, self.compiled.parent, inputs)
        verdict = self.pieces.judge(inputs, found)
        self.flips, self.nearer = self.flips + verdict.flips, self.nearer + verdict.nearer
        if not verdict.explains(tolerance):
            self.problems.append(str(verdict))
        return verdict.explains(tolerance)

    def run(self, inputs: dict[str, np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray], bool]:
        """Outputs of the program and of onnxruntime, compared, and whether they are equal within the tolerance."""
        expected, found = self.find_expected(inputs), evaluate(self.compiled, inputs)
        difference = self.measure(found, expected)
        self.worst = max(self.worst, difference)
        equal = difference <= TOLERANCE[self.c.dtype]
        if not equal and not self.explain(inputs, found):
            sizes = {name: list(value.shape) for name, value in inputs.items() if name in ("ids", "past_key_0")}
            types = [f"{a.dtype}{a.shape}" for a in found], [f"{b.dtype}{b.shape}" for b in expected]
            wrong = f"outputs {types[0]}, expected {types[1]}" if types[0] != types[1] else "outputs"
            self.problems.append(f"{wrong} for {sizes}: differ by {difference:.3g}")
        return found, expected, equal

    def take_step(self, inputs, at: int) -> tuple[np.ndarray, list[np.ndarray]]:
        """onnxruntime's next tokens [B] and its outputs; the program's must be the same tokens.

        Where outputs differ by more than the tolerance, that was explained, or is a problem already.
        """
        found, expected, equal = self.run(inputs)
        ours, theirs = found[0][:, at].argmax(-1), expected[0][:, at].argmax(-1)
        rows = np.arange(len(theirs))
        margin = (expected[0][rows, at, theirs] - expected[0][rows, at, ours]).max()
        if (ours != theirs).any():
            self.ties += 1
            if equal and margin > 2 * TOLERANCE[self.c.dtype]:
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


def refuses(path: pathlib.Path) -> str:
    """Why onnxruntime does not load a model, or nothing."""
    try:
        open_session(onnx.load(path))
    except (Fail, InvalidGraph) as error:
        return str(error)
    return ""


def compare(path: pathlib.Path, compiled: pathlib.Path | None = None) -> dict:
    """The result of one model; `compiled` is compiled in its place."""
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder) / "model.so"
        done = subprocess.run([COMPILER, compiled or path, "--emit=so", "-o", library],
                              capture_output=True, text=True)
        if done.returncode:
            text = f"does not compile: {done.stderr.replace(f'{path.parent}/', '')[:2000]}"
            # An invalid model is one that both call invalid.
            both = done.returncode == INVALID_MODEL and refuses(path)
            return {"model": path.stem, "problems": [] if both else [text],
                    "notes": [f"no valid model; onnxruntime refuses it as well: {both[:300]}"] if both else []}
        comparison = Comparison(path, library)
        comparison.compare()
    if comparison.flips:
        comparison.note(f"{comparison.flips} int8 codes differ first, all within {FARTHEST} ulp of a tie"
                        + (f" but {comparison.nearer}, where onnxruntime is farther from the exact number"
                           if comparison.nearer else ""))
    return {"model": path.stem, "difference": float(comparison.worst), "greedy": comparison.steps,
            "ties": comparison.ties, "problems": comparison.problems[:5], "notes": comparison.notes}


def main() -> int:
    """Compares the model that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=pathlib.Path)
    result = compare(parser.parse_args().model)
    print(json.dumps(result))
    return 1 if result["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
