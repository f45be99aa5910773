"""What a style of the corpus is, and what a graph of it should be recognized to be."""

import dataclasses
from collections.abc import Callable

import numpy as np
import onnx

# What may be intended. Layers are counted by the format of their weights and their kind; a dense
# float matrix is no idea. The others are the operations of the report, but for `rotary` and
# `almost`, which are notes.
LAYERS = ("ternary", "pot", "uniform", "butterfly", "ternary_butterfly", "pot_butterfly")
OPERATIONS = {"attention": "attention", "rms_norm": "rms_norm", "layer_norm": "layer_norm",
              "int8": "quantize_int8", "log": "log_quantize", "rotate": "rotate"}
IDEAS = (*LAYERS, *OPERATIONS, "rotary", "almost")


@dataclasses.dataclass(frozen=True)
class Input:
    """An input of a module: normal floats, or integers below `high`."""

    shape: tuple[int, ...]
    high: int = 0
    half: bool = False

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        """Values of this input."""
        if self.high:
            return generator.integers(0, self.high, self.shape)
        values = generator.standard_normal(self.shape)
        return values.astype(np.float16 if self.half else np.float32)


def floats(*shape: int, half: bool = False) -> Input:
    """An input of f32, or of f16 when `half`."""
    return Input(shape, half=half)


def ids(*shape: int, high: int) -> Input:
    """An input of token ids below `high`."""
    return Input(shape, high=high)


@dataclasses.dataclass(frozen=True)
class Style:
    """A way to write a layer, and what it means.

    `build` makes the module, after the random generator was seeded with the name. `intent` counts
    ideas of `IDEAS`; what it does not name should not be found. An ordinary model (`ordinary`) may
    be recognized as less than its intention, never as more. `rewrite` is what a tool does to the
    exported graph. `free` names axes of the first input whose size is left to the run.
    """

    name: str
    build: Callable
    inputs: tuple[Input, ...]
    intent: dict[str, int]
    ordinary: bool = False
    rewrite: Callable[[onnx.ModelProto], onnx.ModelProto] | None = None
    free: tuple[int, ...] = ()


def style(name: str, build: Callable, *inputs: Input, rewrite=None, free: tuple[int, ...] = (),
          **intent: int) -> Style:
    """A style that should be recognized as `intent`."""
    assert not set(intent) - set(IDEAS), f"{name}: unknown idea"
    return Style(name, build, inputs, intent, rewrite=rewrite, free=free)


def ordinary(name: str, build: Callable, *inputs: Input, free: tuple[int, ...] = (),
             **intent: int) -> Style:
    """An ordinary model, in which nothing beyond `intent` may be found."""
    return dataclasses.replace(style(name, build, *inputs, free=free, **intent), ordinary=True)


def describe(counts: dict[str, int]) -> str:
    """Ideas and their counts in words."""
    return ", ".join(f"{counts[idea]} {idea}" for idea in IDEAS if counts.get(idea)) or "nothing"


def matches(wanted: Style, found: dict[str, int]) -> bool:
    """Whether a graph was recognized as intended. Notes of what was almost recognized are wanted
    where intended, and harmless elsewhere."""
    for idea in IDEAS:
        want, have = wanted.intent.get(idea, 0), found.get(idea, 0)
        if idea == "almost":
            if have < want:
                return False
        elif have > want or (have < want and not wanted.ordinary):
            return False
    return True
