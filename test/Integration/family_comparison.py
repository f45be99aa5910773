"""Families in their spellings: what the compiler recognizes, and whether onnxruntime agrees.

usage: family_comparison.py [--markdown FILE]

Compiles every model of test/Models/families, compares the report with what the
manifest expects, the logits with onnxruntime's, and 256 greedy tokens; prints a line
for each model, and writes the tables of families and spellings into a page.

onnxruntime runs without graph optimizations: with them it quantizes the activations of
DequantizeLinear and MatMul to int8, which the model does not ask for.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

import numpy as np
import onnxruntime

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))

import ecolm  # noqa: E402
from programs import BUILD, COMPILER, MODELS  # noqa: E402

# The extension lies in the build, the package in the source tree.
ecolm.__path__.append(str(BUILD / "python" / "ecolm"))

FAMILIES = MODELS / "families"
TOLERANCE = 1e-4
LENGTHS = (1, 2, 7, 31, 64)
CONTEXT = 64
GREEDY_TOKENS = 256
VOCABULARY = 65


# The six ways in which models arrive, and their spellings.
WAYS = {"plain": "stored values", "chain": "quantizers", "decomposed": "rotations in operators",
        "qdq": "DequantizeLinear", "nbits": "MatMulNBits", "functions": "`ai.ecolm`"}
PLAIN_MATRIX = "its matrices carry no rotation"
ROTATED = "what is low-bit stands behind a rotation, without which a matrix is dense"
SEARCHED = "its scale is searched once, after training, and not by what is exported"
FACTORS = "factors are no matrices of products, which is what tools quantize"
NO_INT8 = "its codes, in units of the smallest, do not fit a byte"
# Why a family is not written in some way.
INAPPLICABLE = {
    **{(family, "decomposed"): PLAIN_MATRIX for family in (
        "ternarylm-paper", "ternarylm", "bitnet", "pot-llm", "pot-gpt2", "potptq", "n-hot", "apot",
        "uniform")},
    **{(family, "plain"): ROTATED for family in (
        "butterflyquant", "paroquant", "butterfly-moe", "pot-butterfly")},
    **{(family, "chain"): SEARCHED for family in ("potptq", "apot")},
    **{("pot-butterfly", way): FACTORS for way in ("qdq", "nbits")},
    **{(family, way): NO_INT8 for family in ("pot-gpt2", "n-hot") for way in ("qdq", "nbits")},
    ("n-hot", "chain"): "it rounds with frexp, which no exporter of PyTorch writes",
    **{("llama", way): "it is the twin in f32 of others" for way in (
        "chain", "decomposed", "qdq", "nbits", "functions")},
    **{("uniform", way): "16 numbers that share a scale of 16 levels show no grid" for way in (
        "plain", "chain")},
    ("uniform", "functions"): "DequantizeLinear is what there is for integers"}


def way_of(spelling: str) -> str:
    """Which of the six ways a spelling is."""
    first = spelling.split("-")[0]
    return "decomposed" if first == "folded" else first


def write_ways(lines: dict[tuple[str, str], list[str]]) -> str:
    """Markdown: a row a family, a column a way; `lines` has what was measured."""
    families = sorted({family for family, _ in [*lines, *INAPPLICABLE]})
    reasons = list(dict.fromkeys(INAPPLICABLE.values()))
    head = ["family", *WAYS.values()]
    table = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for family in families:
        cells = ["; ".join(lines[family, way]) if (family, way) in lines else
                 f"no ({reasons.index(INAPPLICABLE[family, way]) + 1})" for way in WAYS]
        table.append(f"| {family} | " + " | ".join(cells) + " |")
    return "\n".join([*table, "", *(f"{i}. {reason}" for i, reason in enumerate(reasons, 1))])


def manifest() -> list[dict]:
    """The entries of manifest.json; see make_families.py."""
    return json.loads((FAMILIES / "manifest.json").read_text())


def fits(found: str, expected: str) -> bool:
    """Whether a number format is the expected one.

    Of powers of two a scale may take any, and a trained weight may not use them all:
    pot[-3, 0] is one of pot[0, 3] and of pot[-6, 0].
    """
    ranges = [re.fullmatch(r"pot\[(-?\d+), (-?\d+)\]", name) for name in (found, expected)]
    if not all(ranges):
        return found == expected
    counts = [int(powers[2]) - int(powers[1]) for powers in ranges]
    return counts[0] <= counts[1]


def report(path: pathlib.Path) -> dict:
    """The compiler's report on `path`.

    Exporters fold a rotation of constants into a dense matrix, whose factors multiply to
    it but for rounding: the compiler takes them because this asks for it.
    """
    result = subprocess.run([COMPILER, path, "--emit=report-json", "--factor-matrices=1e-5",
                             "-o", "-"],
                            capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def count_recognized(entry: dict, found: dict) -> int:
    """How many layers of `found`, a report, are what `entry` expects."""
    count = sum(layer["kind"] == entry["kind"] and layer["input"] == entry["activations"]
                and fits(layer["format"], entry["weights"]) for layer in found["layers"])
    return count // entry.get("terms", 1)


class Pair:
    """One model, compiled and in onnxruntime."""

    def __init__(self, path: pathlib.Path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        self.session = onnxruntime.InferenceSession(path, options)
        self.model = ecolm.compile(path)

    def expected(self, ids: np.ndarray) -> np.ndarray:
        return self.session.run(None, {"input_ids": ids})[0]

    def actual(self, ids: np.ndarray) -> np.ndarray:
        return self.model.run({"input_ids": ids})["logits"]

    def largest_difference(self) -> float:
        """Between the logits of random ids of every length."""
        random = np.random.default_rng(0)
        batches = [random.integers(0, VOCABULARY, (1, length)) for length in LENGTHS]
        return max(np.abs(self.expected(ids) - self.actual(ids)).max() for ids in batches)

    def greedy(self, logits, count: int) -> list[int]:
        """The most likely tokens one after the other, from the last CONTEXT of them."""
        tokens = [0]
        for _ in range(count):
            ids = np.array([tokens[-CONTEXT:]], np.int64)
            tokens.append(int(logits(ids)[0, -1].argmax()))
        return tokens[1:]

    def count_equal(self, count: int) -> int:
        """How many greedy tokens agree before one differs."""
        pairs = zip(self.greedy(self.expected, count), self.greedy(self.actual, count))
        return next((i for i, (a, b) in enumerate(pairs) if a != b), count)


def describe(entry: dict) -> tuple[str, bool]:
    """`7 of 7, 1e-6, 256` for a model, and whether all of it is as expected."""
    path = FAMILIES / entry["file"]
    recognized = count_recognized(entry, report(path))
    pair = Pair(path)
    difference, equal = pair.largest_difference(), pair.count_equal(GREEDY_TOKENS)
    good = (recognized == entry["linear_layers"] and difference <= TOLERANCE
            and equal == GREEDY_TOKENS)
    return f"{recognized} of {entry['linear_layers']}, {difference:.0e}, {equal}", good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--markdown", type=pathlib.Path, help="a page whose tables to write anew")
    arguments = parser.parse_args()
    if arguments.markdown and not arguments.markdown.is_file():
        sys.exit(f"{arguments.markdown}: expected a page, whose tables are written anew")
    lines, ways, failures = [], {}, 0
    for entry in manifest():
        text, good = describe(entry)
        failures += not good
        line = f"| {entry['family']} | {entry['spelling']} | {entry['weights']} {entry['kind']} " \
               f"| {entry['activations']} | {text.replace(', ', ' | ')} |"
        print(line, "" if good else "DIFFERS", flush=True)
        lines.append(line)
        spelling = entry["spelling"].removeprefix(way_of(entry["spelling"])).removeprefix("-")
        ways.setdefault((entry["family"], way_of(entry["spelling"])), []).append(
            f"{text} ({spelling})" if spelling else text)
    if arguments.markdown:
        page = arguments.markdown.read_text().split("| family |")[0] + write_ways(ways)
        page += "\n\n## What was found\n\n"
        head = ("| family | spelling | weights | activations | layers recognized "
                "| largest difference of logits | equal greedy tokens |\n"
                "|---|---|---|---|---|---|---|\n")
        arguments.markdown.write_text(page + head + "\n".join(lines) + "\n")
    print(f"{len(lines) - failures} of {len(lines)} as expected")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
