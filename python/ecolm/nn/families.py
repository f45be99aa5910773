"""The model families: an architecture each, and what its linear layers are made of."""

import dataclasses
from collections.abc import Callable

from torch import Tensor, nn

from .basis import FreeBasis
from .butterfly_rotation import ButterflyRotation, Hadamard
from .low_bit_linear import LowBitLinear, TokenInt8, low_bit_layers
from .pair_rotation import PairRotation
from .pot import AdditivePowers, PowerOfTwo
from .pot_butterfly import PotButterflyLinear
from .ternary import AbsmeanTernary, HalfStdTernary
from .transformer import LinearFactory, TableFactory, Transformer, TransformerConfig
from .uniform import Uniform

NANOGPT: dict = {}
GPT2 = {"bias": True, "fused": True, "activation": "gelu_tanh"}
LLAMA = {"norm": "rms", "epsilon": 1e-6, "rotary": True, "activation": "silu", "gated": True,
         "tied": False, "hidden": 384}
TERNARYLM = {**LLAMA, "hidden": 341, "head_bias": True}  # int(2.67 width)
BITNET = {"norm": "rms", "rotary": True, "activation": "relu2", "gated": True,
          "sub_norms": True, "kv_heads": 2, "hidden": 384}


@dataclasses.dataclass(frozen=True)
class Family:
    """`linear` and `table` take the options of a model and make its parts; `twin` is the
    family of the same architecture in f32."""

    architecture: dict
    twin: str
    linear: Callable[..., LinearFactory]
    table: Callable[..., TableFactory] = lambda **options: nn.Identity


def plain_linear() -> LinearFactory:
    """f32 layers."""
    return lambda n_in, n_out, bias: nn.Linear(n_in, n_out, bias=bias)


def quantized_linear(make_format: Callable[..., nn.Module], activation: type | None = None,
                     basis: Callable[[int], nn.Module] | None = None,
                     after: Callable[[int], nn.Module] | None = None, **defaults):
    """Layers whose weight format takes `defaults` overridden by a model's options."""
    def with_options(**options) -> LinearFactory:
        def linear(n_in: int, n_out: int, bias: bool) -> nn.Module:
            return LowBitLinear(
                n_in, n_out, bias, make_format(**{**defaults, **options}),
                activation() if activation else None, basis(n_in) if basis else None,
                after(n_out) if after else None)
        return linear
    return with_options


def pot_table(**options) -> TableFactory:
    """Embedding tables in the format of the linear layers."""
    return lambda: PowerOfTwo(**{**POT_LLM, **options})


def pot_butterfly(**options) -> LinearFactory:
    """Butterfly layers."""
    return lambda n_in, n_out, bias: PotButterflyLinear(n_in, n_out, bias, **options)


# 17 codes: zero and +-2^-7 ... +-1 times max|W|, rounded to integers of 2^-7 first.
POT_LLM = {"emin": -7, "emax": 0, "integers": True}
# n bits are a sign and an exponent from 0 to 2^(n-1) - 1: here 3 bits.
POTPTQ = {"emin": 0, "emax": 3, "group": 128, "zero": False, "search": True, "half": True}

FAMILIES = {
    "nanogpt": Family(NANOGPT, "nanogpt", plain_linear),
    "gpt2": Family(GPT2, "gpt2", plain_linear),
    "llama": Family(LLAMA, "llama", plain_linear),
    "ternarylm-fp32": Family(TERNARYLM, "ternarylm-fp32", plain_linear),
    "bitnet-fp32": Family(BITNET, "bitnet-fp32", plain_linear),
    "ternarylm-paper": Family(TERNARYLM, "ternarylm-fp32", quantized_linear(HalfStdTernary)),
    "ternarylm": Family(TERNARYLM, "ternarylm-fp32",
                        quantized_linear(AbsmeanTernary, TokenInt8)),
    "bitnet": Family(BITNET, "bitnet-fp32", quantized_linear(AbsmeanTernary, TokenInt8)),
    "pot-llm": Family(NANOGPT, "nanogpt", quantized_linear(PowerOfTwo, **POT_LLM), pot_table),
    "pot-gpt2": Family(GPT2, "gpt2", quantized_linear(PowerOfTwo, **POT_LLM), pot_table),
    "potptq": Family(NANOGPT, "nanogpt", quantized_linear(PowerOfTwo, **POTPTQ)),
    "n-hot": Family(NANOGPT, "nanogpt", quantized_linear(PowerOfTwo, emin=-7, emax=0, terms=2)),
    "apot": Family(NANOGPT, "nanogpt", quantized_linear(AdditivePowers)),
    "uniform": Family(LLAMA, "llama", quantized_linear(Uniform, bits=2, group=64)),
    "hadamard": Family(LLAMA, "llama", quantized_linear(
        Uniform, basis=Hadamard, bits=2, group=64)),
    "butterflyquant": Family(LLAMA, "llama", quantized_linear(
        Uniform, basis=ButterflyRotation, bits=2, group=64)),
    "paroquant": Family(LLAMA, "llama", quantized_linear(
        Uniform, basis=PairRotation, bits=4, group=128)),
    "butterfly-moe": Family(LLAMA, "llama", quantized_linear(
        AbsmeanTernary, basis=lambda n: FreeBasis(ButterflyRotation(n)),
        after=ButterflyRotation)),
    "pot-butterfly": Family(NANOGPT, "nanogpt", pot_butterfly),
}


def calibrate(model: nn.Module) -> None:
    """Set the learned scales of all layers from their weights."""
    for layer in low_bit_layers(model).values():
        if hasattr(layer.weight_format, "calibrate"):
            layer.weight_format.calibrate(layer.latent().detach())


def build_family(name: str, **changes) -> Transformer:
    """The model of a family; `changes` are fields of TransformerConfig."""
    family = FAMILIES[name]
    config = TransformerConfig(**{**family.architecture, **changes, "family": name})
    model = Transformer(config, family.linear(**config.options), family.table(**config.options))
    calibrate(model)
    return model


def penalty(model: nn.Module) -> Tensor | float:
    """What the layers of a model add to the training loss: distances from orthogonality."""
    return sum(layer.penalty() for layer in model.modules() if hasattr(layer, "penalty"))

