"""The compiler as a library: a model file in, a model to call out."""

import json
import math
import operator
import os
import typing

try:
    from ecolm import _core
except ImportError as error:
    raise ImportError(
        "ecolm's compiler is not built, or not on the path: run "
        "`cmake --build build --target EcoLMPython` and put build/python on PYTHONPATH "
        f"({error})") from error

PHASES = ("import", "recognize", "optimize", "lower")
CACHES = ("f32", "f16", "int8")
MULTIPLICATIONS = ("auto", "shift", "exponent", "native")


class CompileError(Exception):
    """What the compiler said about a model that it cannot compile."""


class TensorSpec(typing.NamedTuple):
    """One input or output; a dimension of None takes any size."""
    name: str
    dtype: str
    shape: tuple[int | None, ...]


def _choice(name, value, choices):
    if value not in choices:
        raise ValueError(f"{name} is {value!r}; give one of {', '.join(choices)}")
    return value


def _integer(name, value, low, high):
    value = operator.index(value)
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}; give a whole number from {low} to {high}")
    return value


def _real(name, value, low, high):
    value = float(value)
    if not low <= value <= high or math.isinf(value):
        raise ValueError(f"{name} is {value}; give a number from {low} to {high}")
    return value


class Model:
    """A compiled model; its weights and code live until the last reference goes."""

    def __init__(self, loaded):
        self._loaded = loaded

    @property
    def name(self) -> str:
        return self._loaded.name

    @property
    def info(self) -> dict:
        """What the compiled program's `info --json` says."""
        return json.loads(self._loaded.info_json)

    @property
    def inputs(self) -> list[TensorSpec]:
        return [TensorSpec(*spec) for spec in self._loaded.inputs]

    @property
    def outputs(self) -> list[TensorSpec]:
        return [TensorSpec(*spec) for spec in self._loaded.outputs]

    def set_threads(self, threads: int) -> int:
        """Computes with so many threads from here on; returns how many there are."""
        return self._loaded.set_threads(_integer("threads", threads, 1, 256))

    def run(self, inputs: dict) -> dict:
        """Evaluates the model: arrays by input name in, numpy arrays by output name out."""
        names = [spec.name for spec in self.inputs]
        for name in names:
            if name not in inputs:
                raise ValueError(f"input {name!r} is missing; the model takes {names}")
        for name in inputs:
            if name not in names:
                raise ValueError(f"the model has no input {name!r}; it takes {names}")
        results = self._loaded.run([inputs[name] for name in names])
        return dict(zip((spec.name for spec in self.outputs), results))

    def generate(self, prompt: str, max_tokens: int = 200, temperature: float = 0.8,
                 top_k: int = 0, top_p: float = 1.0, seed: int = 0) -> str:
        """The prompt and its continuation, as the compiled program prints them: the same
        tokens for the same options. Ends early when the model's context is full."""
        return self._loaded.generate(
            prompt, _integer("max_tokens", max_tokens, 0, 2**62),
            _real("temperature", temperature, 0, 1e6), _integer("top_k", top_k, 0, 2**62),
            _real("top_p", top_p, 0, 1), _integer("seed", seed, 0, 2**64 - 1))

    def tokenize(self, text: str | bytes, add_special_tokens: bool = True) -> list[int]:
        """The token ids of a text, as PyPI's `tokenizers` gives them for the same tokenizer.json;
        bytes that are not UTF-8 count as U+FFFD, as with errors="replace"."""
        return self._loaded.tokenize(text, add_special_tokens)

    def detokenize(self, ids, skip_special_tokens: bool = True) -> str:
        """The text of token ids."""
        return self._loaded.detokenize(list(ids), skip_special_tokens)

    def __repr__(self):
        return f"<ecolm.Model {self.name!r}>"


class Module:
    """A model in the middle of the compiler; str() is its IR."""

    def __init__(self, text: str, phase: str):
        self._text, self.phase = text, phase

    def __str__(self):
        return self._text

    def __repr__(self):
        return f"<ecolm.Module after {self.phase}, {len(self._text)} characters>"


def _request(path, tokenizer="", target_cpu="native", target_features="", optimization_level=3,
             lower_mul_to_shift="auto", multiplier_free=False, max_chunk=64, data_dir="",
             linker="", runtime="", quantize="", quantize_include=".*", quantize_exclude="",
             calibration="", cache="f32"):
    request = _core.Request()
    request.path, request.tokenizer = os.fspath(path), os.fspath(tokenizer)
    request.cpu, request.features = target_cpu, target_features
    request.optimization_level = _integer("optimization_level", optimization_level, 0, 3)
    request.multiplications = _choice("lower_mul_to_shift", lower_mul_to_shift, MULTIPLICATIONS)
    request.quantize = quantize
    request.quantize_include, request.quantize_exclude = quantize_include, quantize_exclude
    request.calibration = os.fspath(calibration)
    request.multiplier_free = multiplier_free
    request.cache = _choice("cache", cache, CACHES)
    request.max_chunk = _integer("max_chunk", max_chunk, 1, 2**20)
    request.data_directory = os.fspath(data_dir)
    request.linker, request.runtime = os.fspath(linker), os.fspath(runtime)
    return request


def compile(path, *, tokenizer="", target_cpu="native", target_features="", optimization_level=3,
            lower_mul_to_shift="auto", multiplier_free=False, max_chunk=64, data_dir="",
            linker="", runtime="", quantize="", quantize_include=".*",
            quantize_exclude="", calibration="", cache="f32") -> Model:
    """Compiles an ONNX file for this machine; the options are those of `ecolm-compile`.
    Raises CompileError with all that the compiler said."""
    return Model(_core.compile(_request(
        path, tokenizer, target_cpu, target_features, optimization_level, lower_mul_to_shift,
        multiplier_free, max_chunk, data_dir, linker, runtime, quantize, quantize_include,
        quantize_exclude, calibration, cache)))


def import_onnx(path, phase="import", **options) -> Module:
    """The IR of a model after a phase: import, recognize, optimize or lower. Weights are
    left out of the text. Takes the options of compile."""
    request = _request(path, **options)
    return Module(_core.print_ir(request, _choice("phase", phase, PHASES)), phase)


def load(path) -> Model:
    """A model from a library that `ecolm-compile --emit=so` wrote."""
    return Model(_core.load(os.path.abspath(path)))
