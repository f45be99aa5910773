"""Writes a language model of a size with random weights, to measure programs with.

    python3 test/Benchmark/make_model.py bitnet model.onnx --layers 12 --width 768 --hidden 3072

The weights are those that PyTorch initializes, in the format of the family; what the
model writes is nonsense at the speed of sense."""

import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))

import onnx  # noqa: E402
import torch  # noqa: E402
from ecolm.export import model_weights  # noqa: E402
from ecolm.nn import EcoLM, EcoLMConfig  # noqa: E402
from ecolm.nn.families import FAMILIES, build_family  # noqa: E402
from ecolm.onnx_model import language_model  # noqa: E402
from ecolm.spellings import WRITERS, spell  # noqa: E402


def random_model(family: str, spelling: str, alphabet: list[str], sizes: dict) -> onnx.ModelProto:
    """A model of `family` as PyTorch initializes it; EcoLM has one spelling."""
    torch.manual_seed(0)
    if family == "ecolm":
        weights = model_weights(EcoLM(EcoLMConfig(**sizes)).eval(), alphabet, family)
        return language_model(weights)
    return spell(build_family(family, **sizes).eval(), spelling, alphabet, family)


def main() -> None:
    """Writes the file."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("family", choices=sorted([*FAMILIES, "ecolm"]))
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--spelling", choices=sorted(WRITERS), default="functions")
    parser.add_argument("--vocabulary", type=int, default=1024)
    parser.add_argument("--options", type=json.loads, help="of the weight format, JSON")
    parser.add_argument("--stages", type=json.loads, help="of EcoLM's factors, JSON")
    for name in ("layers", "width", "hidden", "heads", "kv_heads", "context"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int)
    options = parser.parse_args()
    sizes = {name: value for name, value in vars(options).items()
             if name not in ("family", "model", "spelling") and value is not None}
    # Beyond the surrogates, which are no characters.
    alphabet = [chr(0x10000 + i) for i in range(options.vocabulary)]
    onnx.save(random_model(options.family, options.spelling, alphabet, sizes), options.model)


if __name__ == "__main__":
    main()
