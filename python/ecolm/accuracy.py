"""The accuracy tables of docs/Families.md: what formats and rotations cost a trained model.

    python -m ecolm.accuracy pot TEXT TWIN OUT        power-of-two formats on a nanogpt twin
    python -m ecolm.accuracy rotations TEXT TWIN OUT  2-bit weights on a llama twin
    python -m ecolm.accuracy formats TEXT TWIN OUT    the other formats without training

TWIN is the best.pt of a trained FP32 twin. Rows go to OUT/TABLE.json as they come, and a
row that is there already is kept; the table is printed in the end.
"""

import argparse
import dataclasses
import json
import pathlib
from collections.abc import Callable, Iterator

import torch

from .calibration import calibrate_bases
from .checkpoints import load_model, start_from
from .nn.families import build_family
from .nn.freezing import frozen
from .nn.low_bit_linear import low_bit_layers
from .nn.transformer import Transformer
from .spellings.weights import bits_per_weight
from .text import CharacterText
from .train import TrainConfig, train, validation_loss

# Quantization-aware training after the twin.
QAT = TrainConfig(minutes=240, batch=12, rate=5e-4)
# Power-of-two formats to train in: bits, terms, group.
TRAINED = {(4, 1, 0), (5, 1, 0), (6, 1, 0), (4, 1, 32), (4, 2, 0)}
# Sequences of training text that rotations are learned on.
CALIBRATION_ROWS = 128


class Study:
    """A text, a twin, and the rows found so far."""

    def __init__(self, text: pathlib.Path, twin: pathlib.Path, out: pathlib.Path, table: str,
                 tokens: int, steps: int):
        self.steps = steps
        self.training = dataclasses.replace(QAT, tokens=tokens, evaluate_every=tokens)
        self.text, self.twin_file, self.out = CharacterText(text), twin, out
        self.twin = load_model(twin)[0]
        self.file = out / f"{table}.json"
        out.mkdir(parents=True, exist_ok=True)
        self.rows = json.loads(self.file.read_text()) if self.file.exists() else {}

    def model(self, family: str, **options) -> Transformer:
        """A model of the twin's shape and weights."""
        shape = {name: getattr(self.twin.config, name) for name in
                 ("vocabulary", "context", "layers", "width", "heads", "kv_heads", "hidden")}
        model = build_family(family, options=options, **shape)
        start_from(model, self.twin_file)
        return model.eval()

    def row(self, name: str, measure: Callable[[], dict]) -> None:
        """Measure one row unless it is known."""
        if name not in self.rows:
            self.rows[name] = measure()
            self.file.write_text(json.dumps(self.rows, indent=1) + "\n")
            print(name, self.rows[name], flush=True)

    def measured(self, model: Transformer) -> dict:
        """Loss and size of a model as it is stored."""
        layers = low_bit_layers(model)
        bits = {name: bits_per_weight(layer) for name, layer in layers.items()}
        sizes = {name: layer.weight.numel() for name, layer in layers.items()}
        total = sum(bits[name] * sizes[name] for name in layers)
        return {"loss": validation_loss(frozen(model), self.text),
                "bits": total / sum(sizes.values()) if layers else 32}

    def trained(self, name: str, family: str, options: dict) -> dict:
        """The same after quantization-aware training from the twin."""
        train(self.model(family, **options).train(), self.text, self.training, self.out / name,
              progress_bar=False)
        return self.measured(load_model(self.out / name / "best.pt")[0])


def pot_rows(study: Study, trained: bool) -> Iterator[tuple[str, Callable[[], dict]]]:
    """4, 5, 6 bits; per tensor and per group; one and two terms; PTQ and QAT."""
    yield "FP32", lambda: study.measured(study.twin)
    yield "paper [-2^5, 2^5]", lambda: study.measured(study.model("pot-llm", emin=-5))
    yield "paper [-2^7, 2^7]", lambda: study.measured(study.model("pot-llm", emin=-7))
    variants = [(bits, terms, group) for terms in (1, 2) for group in (0, 128, 32)
                for bits in (4, 5, 6)]
    for bits, terms, group in variants:
        # A sign and an exponent code, one code being zero.
        options = {"emin": 2 - 2 ** (bits - 1), "group": group, "terms": terms}
        name = f"{bits} bits, {terms} term{'s' * (terms > 1)}, " + (
            f"group {group}" if group else "tensor")
        yield f"PTQ {name}", lambda o=options: study.measured(study.model("pot-llm", **o))
        if trained and (bits, terms, group) in TRAINED:
            yield f"QAT {name}", lambda n=name, o=options: study.trained(
                n.replace(", ", "-").replace(" ", "-"), "pot-llm", o)


    for group in (0, 128, 32):  # a scale that fits the weights, not their largest
        options = {"emin": -6, "group": group, "search": True}
        yield (f"PTQ 4 bits, 1 term, {f'group {group}' if group else 'tensor'}, fitted scale",
               lambda o=options: study.measured(study.model("pot-llm", **o)))


def format_rows(study: Study, trained: bool) -> Iterator[tuple[str, Callable[[], dict]]]:
    """PoTPTQ, n-hot and APoT after training; embeddings stay f32."""
    yield "FP32", lambda: study.measured(study.twin)
    for bits in (2, 3, 4):
        yield f"PoTPTQ {bits} bits", lambda b=bits: study.measured(
            study.model("potptq", emax=2 ** (b - 1) - 1))
    yield "n-hot, two terms", lambda: study.measured(study.model("n-hot"))
    for bits in (3, 4, 5):
        yield f"APoT {bits} bits", lambda b=bits: study.measured(study.model("apot", bits=b))


def rotation_rows(study: Study, trained: bool) -> Iterator[tuple[str, Callable[[], dict]]]:
    """2-bit weights without a rotation, behind Hadamard's, behind learned ones."""
    generator = torch.Generator().manual_seed(0)
    ids, _ = study.text.batch(CALIBRATION_ROWS, study.twin.config.context, generator)

    def learned(family: str, steps: int, **options) -> dict:
        model = study.model(family, **options)
        errors = calibrate_bases(model, study.twin, ids, steps)
        before, after = (sum(e[i] for e in errors.values()) / len(errors) for i in (0, 1))
        return {**study.measured(model), "error_before": before, "error_after": after}

    yield "FP32", lambda: study.measured(study.twin)
    for group in (128, 32):
        for family in ("uniform", "hadamard"):
            yield f"{family}, 2 bits, group {group}", lambda f=family, g=group: study.measured(
                study.model(f, bits=2, group=g))
        yield f"butterflyquant, 2 bits, group {group}", lambda g=group: learned(
            "butterflyquant", study.steps, bits=2, group=g)
    yield "uniform, 4 bits, group 128", lambda: study.measured(
        study.model("uniform", bits=4, group=128))
    yield "paroquant, 4 bits, group 128", lambda: learned(
        "paroquant", study.steps // 4, bits=4, group=128)


TABLES = {"pot": pot_rows, "formats": format_rows, "rotations": rotation_rows}


def main() -> None:
    """Command line of `python -m ecolm.accuracy`."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", choices=list(TABLES))
    parser.add_argument("text", type=pathlib.Path)
    parser.add_argument("twin", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--tokens", type=int, default=153_600, help="of a row that trains")
    parser.add_argument("--steps", type=int, default=200, help="of calibration of a rotation")
    parser.add_argument("--no-training", action="store_true", help="leave out the rows that train")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    study = Study(arguments.text, arguments.twin, arguments.out, arguments.table,
                  arguments.tokens, arguments.steps)
    for name, measure in TABLES[arguments.table](study, not arguments.no_training):
        study.row(name, measure)
    reference = study.rows["FP32"]["loss"]
    print("\n| model | bits per weight | loss | above FP32 |\n|---|---|---|---|")
    for name, row in study.rows.items():
        above = row["loss"] - reference
        print(f"| {name} | {row['bits']:.2f} | {row['loss']:.3f} | {above:+.3f} |")


if __name__ == "__main__":
    main()
