"""Train a small model of each family and write it in every spelling that applies:

    python test/Models/families/make_families.py tinyshakespeare.txt [MODEL ...]

The files, and manifest.json, which says what a compiler should find in them, go to this
folder or to --out. Training is not the same bit for bit on every machine; the committed files come from
one run.
"""

import argparse
import dataclasses
import json
import logging
import pathlib
import sys
import tempfile
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "python"))

import onnx  # noqa: E402
import torch  # noqa: E402
from ecolm.calibration import calibrate_bases  # noqa: E402
from ecolm.checkpoints import load_model, start_from  # noqa: E402
from ecolm.nn.basis import Basis  # noqa: E402
from ecolm.nn.families import FAMILIES, build_family  # noqa: E402
from ecolm.nn.low_bit_linear import TokenInt8, low_bit_layers  # noqa: E402
from ecolm.nn.pair_rotation import PairRotation  # noqa: E402
from ecolm.nn.pot_butterfly import PotButterflyLinear  # noqa: E402
from ecolm.nn.transformer import Transformer  # noqa: E402
from ecolm.spellings import WRITERS, spell  # noqa: E402
from ecolm.spellings.bases import basis_factors  # noqa: E402
from ecolm.spellings.weights import layer_weights  # noqa: E402
from ecolm.text import CharacterText  # noqa: E402
from ecolm.train import TrainConfig, train  # noqa: E402

SHAPE = {"layers": 1, "width": 32, "context": 64}
GPT = {**SHAPE, "hidden": 128}
LLAMA = {**SHAPE, "hidden": 96}  # 3 x 32: a companion and a butterfly
TERNARYLM = {**SHAPE, "hidden": 85}  # int(2.67 width), which no tile divides



@dataclasses.dataclass(frozen=True)
class Small:
    """A model to make. `twin` says that the weights are trained in f32, then quantized."""

    family: str
    shape: dict
    options: dict
    spellings: list[str]
    twin: bool = False


SMALL = {
    "llama": Small("llama", LLAMA, {}, ["plain"]),
    "ternarylm-paper": Small("ternarylm-paper", TERNARYLM, {}, [
        "plain", "plain-dynamo", "plain-f16", "chain", "chain-dynamo", "qdq", "nbits",
        "functions"]),
    "ternarylm": Small("ternarylm", TERNARYLM, {}, [
        "plain", "plain-bf16", "chain", "chain-dynamo", "qdq", "nbits", "nbits-float-zero",
        "functions"]),
    "bitnet": Small("bitnet", LLAMA, {}, [
        "plain-dynamo", "chain", "chain-training", "qdq", "nbits", "functions"]),
    # 4 bits in truth: 15 codes, integers of int8 at most 64.
    "pot-llm": Small("pot-llm", GPT, {"emin": -6}, [
        "plain", "chain", "chain-dynamo", "qdq", "nbits", "functions"]),
    "pot-gpt2": Small("pot-gpt2", GPT, {}, ["plain", "plain-dynamo", "chain", "functions"]),
    "potptq": Small("potptq", {**GPT, "hidden": 256}, {}, [
        "plain", "qdq", "nbits", "functions"], True),
    "n-hot": Small("n-hot", GPT, {}, ["plain", "functions"], True),
    "apot": Small("apot", GPT, {}, ["plain", "qdq", "nbits", "functions"], True),
    "uniform-4": Small("uniform", LLAMA, {"bits": 4, "group": 16}, ["qdq", "nbits"], True),
    "uniform-8": Small("uniform", LLAMA, {"bits": 8, "group": 96}, ["qdq", "nbits"], True),
    "butterflyquant": Small("butterflyquant", LLAMA, {"group": 32}, [
        "chain", "decomposed", "decomposed-dynamo", "folded", "qdq", "nbits",
        "nbits-float-zero", "functions"], True),
    "paroquant": Small("paroquant", LLAMA, {"group": 32}, [
        "chain-dynamo", "decomposed-dynamo", "folded-dynamo", "qdq", "nbits", "functions"], True),
    "butterfly-moe": Small("butterfly-moe", LLAMA, {}, [
        "chain-dynamo", "decomposed-dynamo", "folded-dynamo", "qdq", "nbits", "functions"]),
    "pot-butterfly": Small("pot-butterfly", GPT, {}, [
        "chain", "decomposed", "decomposed-dynamo", "functions"]),
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
    if not layers:
        count = sum(isinstance(m, torch.nn.Linear) for m in model.modules())
        return {"linear_layers": count, "kind": "matmul", "weights": "f32", "activations": "f32"}
    first = next(iter(layers.values()))
    weights = layer_weights(first)
    head = model.config.tied and hasattr(model.token_format, "kind")
    formats = {"ternary": "ternary", "uniform": f"i{weights.bits}",
               "pot": f"pot[{weights.emin}, {weights.emax}]"}
    terms = len(weights.terms)
    if weights.kind == "pot" and spelling in ("qdq", "nbits"):
        formats["pot"], terms = "i8", 1  # by its type; by its values still powers of two
    elif terms > 1 and spelling == "plain":
        formats["pot"] = "pot[-7, 0]"  # values do not say which powers were added
    result = {"linear_layers": len(layers) + head, "kind": "matmul",
              "weights": formats[weights.kind], "terms": terms,
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


def with_short_names(proto: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph, its nodes nameless and its values numbered: the exporters' names are
    most of a small file. Parameters, inputs and outputs keep theirs."""
    graph = proto.graph
    kept = {info.name for info in (*graph.input, *graph.output)}
    names: dict[str, str] = {"": ""}
    for value in (name for node in graph.node for name in node.output):
        names.setdefault(value, value if value in kept else f"v{len(names)}")
    for tensor in graph.initializer:
        if tensor.name.startswith(("onnx::", "/", "val_")):
            tensor.name = names.setdefault(tensor.name, f"v{len(names)}")
    for node in graph.node:
        node.name = ""
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names[name] for name in node.output]
    del graph.value_info[:]
    onnx.checker.check_model(proto, full_check=True)
    return proto


def trained(small: Small, text: CharacterText, tokens: int) -> Transformer:
    """A small model, trained in its format or as its twin, and then its rotations."""
    config = TrainConfig(tokens=tokens, batch=12, rate=4e-3, evaluate_every=tokens)
    torch.manual_seed(config.seed)

    def build(family: str, options: dict) -> Transformer:
        return build_family(family, vocabulary=len(text.vocabulary), options=options,
                            **small.shape)

    model = build(small.family, small.options)
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder)
        first = build(FAMILIES[small.family].twin, {}) if small.twin else model
        train(first, text, config, out, progress_bar=False)
        best = load_model(out / "best.pt")[0]
        if not small.twin:
            return best
        start_from(model, out / "best.pt")
    if any(layer.basis is not None for layer in low_bit_layers(model).values()):
        ids, _ = text.batch(64, model.config.context, torch.Generator().manual_seed(0))
        calibrate_bases(model, best, ids)
    return model.eval()


def main() -> None:
    """Trains, writes the files, and updates their lines of the manifest."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("models", nargs="*", metavar="MODEL", help="default: all")
    parser.add_argument("--tokens", type=int, default=200_000)
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="default: this folder")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    text = CharacterText(arguments.data)
    path = arguments.out / "manifest.json"
    manifest = json.loads(path.read_text()) if path.exists() else []
    for name in arguments.models or SMALL:
        small = SMALL[name]
        model = trained(small, text, arguments.tokens)
        manifest = [line for line in manifest if line["file"].split(".")[0] != name]
        for old in arguments.out.glob(f"{name}.*.onnx"):
            old.unlink()
        for spelling in small.spellings:
            file = arguments.out / f"{name}.{spelling}.onnx"
            proto = spell(model, spelling, text.vocabulary, f"{name}-small")
            if spelling not in WRITERS:
                proto = with_short_names(proto)
            file.write_bytes(proto.SerializeToString(deterministic=True))
            manifest.append({"file": file.name, "family": small.family, "spelling": spelling,
                             **expected(model, spelling)})
            print(f"{file.name}: {file.stat().st_size} bytes", flush=True)
        manifest.sort(key=lambda line: line["file"])
        lines = ",\n".join(json.dumps(line) for line in manifest)
        path.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
