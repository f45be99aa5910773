"""Measure a language model's loss on a text, as it is and as recipes quantize it.

    python -m ecolm.evaluate model.onnx --text text.txt --quantize int4 pot4:terms=2

compiles the file once for each recipe and prints a line for each: mean cross entropy in
nats for each token, what it is above that of the file, and bits for each quantized weight.
"""

import argparse
import dataclasses
import json
import pathlib

import numpy as np

from . import compiler
from .metadata import encode, read_metadata


@dataclasses.dataclass
class Evaluation:
    """What one recipe made of a model; an empty recipe is the model itself."""

    recipe: str
    loss: float  # mean cross entropy, nats for each token
    tokens: int
    bits_per_weight: float | None  # codes and scales of the quantized matrices
    quantized_weights: int


def cross_entropy(logits: np.ndarray, targets: np.ndarray) -> float:
    """Sum over positions of -log softmax(logits)[target]; logits (T, V), targets (T,)."""
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    return float((np.log(np.exp(shifted).sum(axis=-1))
                  - shifted[np.arange(len(targets)), targets]).sum())


def mean_loss(model: compiler.Model, ids: np.ndarray, context: int) -> float:
    """Mean cross entropy over consecutive windows that predict every token but the first."""
    name = model.inputs[0].name
    total = 0.0
    for start in range(0, len(ids) - 1, context):
        stop = min(start + context, len(ids) - 1)
        logits = model.run({name: ids[None, start:stop]})[model.outputs[0].name]
        total += cross_entropy(logits[0], ids[start + 1:stop + 1])
    return total / (len(ids) - 1)


def evaluate(path: pathlib.Path, ids: np.ndarray, context: int, recipe: str,
             **options) -> Evaluation:
    """Compiles the file with one recipe and measures it; options are those of compile."""
    model = compiler.compile(path, quantize=recipe, **(options if recipe else {}))
    model.set_threads(1)
    matrices = model.info["recognition"].get("quantized", [])
    weights = sum(m["inputs"] * m["outputs"] for m in matrices)
    bits = sum(m["inputs"] * m["outputs"] * m["bits_per_weight"] for m in matrices)
    return Evaluation(recipe, mean_loss(model, ids, context), len(ids) - 1,
                      bits / weights if weights else None, weights)


def print_table(rows: list[Evaluation]) -> None:
    """One line for each recipe, the file itself first."""
    print(f"{'recipe':34} {'loss':>8} {'above':>8} {'perplexity':>11} {'bits/weight':>12}")
    for row in rows:
        bits = f"{row.bits_per_weight:.2f}" if row.bits_per_weight else "as in file"
        print(f"{row.recipe or '(none)':34} {row.loss:8.4f} {row.loss - rows[0].loss:+8.4f} "
              f"{np.exp(row.loss):11.4f} {bits:>12}")


def main() -> None:
    """Command line of `python -m ecolm.evaluate`."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--text", type=pathlib.Path, help="for a tokenizer of characters")
    source.add_argument("--ids", type=pathlib.Path, help="a .npy file of token ids")
    parser.add_argument("--quantize", nargs="*", default=[], metavar="RECIPE")
    parser.add_argument("--quantize-include", default=".*", metavar="REGEX")
    parser.add_argument("--quantize-exclude", default="", metavar="REGEX")
    parser.add_argument("--calibration", default="", metavar="FILE",
                        help="inputs of the matrices, from ecolm.matrix_inputs")
    parser.add_argument("--context", type=int, help="tokens of a window (default: the model's)")
    parser.add_argument("--tokens", type=int, help="take only so many from the end of the text")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    metadata = read_metadata(arguments.model)
    context = arguments.context or int(metadata.get("ecolm.context_length", 0))
    if context < 1:
        parser.error("the model does not state its context; give --context")
    try:
        ids = (np.load(arguments.ids).reshape(-1).astype(np.int64) if arguments.ids else
               encode(arguments.text.read_text(encoding="utf-8"), metadata))
    except (ValueError, OSError) as error:
        parser.error(str(error))
    ids = ids[-(arguments.tokens + 1):] if arguments.tokens else ids
    if len(ids) < 2:
        parser.error("there is no token to predict; give a longer text")
    rows = [evaluate(arguments.model, ids, context, recipe,
                     quantize_include=arguments.quantize_include,
                     quantize_exclude=arguments.quantize_exclude,
                     calibration=arguments.calibration)
            for recipe in ["", *arguments.quantize]]
    if arguments.json:
        print(json.dumps([dataclasses.asdict(row) for row in rows], indent=1))
    else:
        print_table(rows)


if __name__ == "__main__":
    main()
