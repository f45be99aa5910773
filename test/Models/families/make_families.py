"""Train a small model of each family and write it in every spelling that applies:

    python test/Models/families/make_families.py tinyshakespeare.txt [FAMILY ...]

The files, and manifest.json, which says what a compiler should find in them, go to this
folder. Training is not the same bit for bit on every machine; the committed files come from
one run.
"""

import argparse
import json
import logging
import pathlib
import sys
import tempfile
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "python"))

import torch  # noqa: E402
from ecolm.checkpoints import load_model  # noqa: E402
from ecolm.nn.families import build_family  # noqa: E402
from ecolm.nn.low_bit_linear import TokenInt8, low_bit_layers  # noqa: E402
from ecolm.nn.pot_butterfly import PotButterflyLinear  # noqa: E402
from ecolm.nn.rotations import Basis, PairRotation  # noqa: E402
from ecolm.nn.transformer import Transformer  # noqa: E402
from ecolm.spellings import spell  # noqa: E402
from ecolm.spellings.bases import basis_factors  # noqa: E402
from ecolm.spellings.weights import layer_weights  # noqa: E402
from ecolm.text import CharacterText  # noqa: E402
from ecolm.train import TrainConfig, train  # noqa: E402

SHAPE = {"layers": 1, "width": 32, "context": 64}
GPT = {**SHAPE, "hidden": 128}
LLAMA = {**SHAPE, "hidden": 96}  # 3 x 32: a companion and a butterfly
TERNARYLM = {**SHAPE, "hidden": 85}  # int(2.67 width), which no tile divides

# Family: shape, options and spellings.
SMALL: dict[str, tuple[dict, dict, list[str]]] = {
    "ternarylm-paper": (TERNARYLM, {}, ["plain", "plain-dynamo", "plain-f16", "chain",
                                        "chain-dynamo", "qdq", "nbits", "functions"]),
    "ternarylm": (TERNARYLM, {}, ["plain", "plain-bf16", "chain", "chain-dynamo", "qdq", "nbits",
                                  "nbits-float-zero", "functions"]),
    "bitnet": (LLAMA, {}, ["plain-dynamo", "chain", "chain-training", "qdq", "nbits",
                           "functions"]),
    # 4 bits in truth: 15 codes, integers of int8 at most 64.
    "pot-llm": (GPT, {"emin": -6}, ["plain", "chain", "chain-dynamo", "qdq", "nbits",
                                    "functions"]),
    "pot-gpt2": (GPT, {}, ["plain", "plain-dynamo", "chain", "functions"]),
}


def expected(model: Transformer, spelling: str) -> dict:
    """What a compiler should find: layers, their kind, formats, rotations."""
    butterflies = [m for m in model.modules() if isinstance(m, PotButterflyLinear)]
    if butterflies:
        form = butterflies[0].weight_format
        return {"linear_layers": len(butterflies), "kind": "butterfly",
                "factors": sum(len(layer.factors) for layer in butterflies),
                "weights": f"pot[{form.emin}, {form.emax}]", "activations": "f32"}
    layers = low_bit_layers(model)
    first = next(iter(layers.values()))
    weights = layer_weights(first)
    head = model.config.tied and hasattr(model.token_format, "kind")
    formats = {"ternary": "ternary", "uniform": f"i{weights.bits}",
               "pot": f"pot[{weights.emin}, {weights.emax}]"}
    if weights.kind == "pot" and spelling in ("qdq", "nbits"):
        formats["pot"] = "i8"  # by its type; by its values still powers of two
    result = {"linear_layers": len(layers) + head, "kind": "matmul",
              "weights": formats[weights.kind], "terms": len(weights.terms),
              "scales": "group" if weights.groups > 1 else "row" if weights.groups else "tensor",
              "activations": "i8" if isinstance(first.activation, TokenInt8) else "f32"}
    bases = [m for layer in layers.values() for m in (layer.basis, layer.after)
             if isinstance(m, Basis)]
    if bases:
        pairs = isinstance(bases[0], PairRotation)
        result["rotations"] = len(bases)
        result["rotation_factors"] = sum(
            len(basis.order) if pairs else len(basis_factors(basis)) for basis in bases)
    return result


def trained(family: str, shape: dict, options: dict, text: CharacterText,
            tokens: int) -> Transformer:
    """A small model of the family, trained from the start or from its trained twin."""
    config = TrainConfig(tokens=tokens, batch=12, rate=4e-3, evaluate_every=tokens)
    torch.manual_seed(config.seed)
    model = build_family(family, vocabulary=len(text.vocabulary), options=options, **shape)
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder)
        train(model, text, config, out, progress_bar=False)
        return load_model(out / "best.pt")[0]


def main() -> None:
    """Trains, writes the files, and updates their lines of the manifest."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("families", nargs="*", help="default: all")
    parser.add_argument("--tokens", type=int, default=400_000)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    text = CharacterText(arguments.data)
    path = HERE / "manifest.json"
    manifest = json.loads(path.read_text()) if path.exists() else []
    for family in arguments.families or SMALL:
        shape, options, spellings = SMALL[family]
        model = trained(family, shape, options, text, arguments.tokens)
        manifest = [line for line in manifest if line["family"] != family]
        for old in HERE.glob(f"{family}.*.onnx"):
            old.unlink()
        for spelling in spellings:
            file = HERE / f"{family}.{spelling}.onnx"
            proto = spell(model, spelling, text.vocabulary, f"{family}-small")
            file.write_bytes(proto.SerializeToString(deterministic=True))
            manifest.append({"file": file.name, "family": family, "spelling": spelling,
                             **expected(model, spelling)})
            print(f"{file.name}: {file.stat().st_size} bytes", flush=True)
        manifest.sort(key=lambda line: line["file"])
        lines = ",\n".join(json.dumps(line) for line in manifest)
        path.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
