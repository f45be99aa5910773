"""The same bits from every thread count, chunk, optimization level, CPU and build."""

import hashlib
import json

import numpy as np
import onnx
import pytest

from programs import MODELS, compile_model

NAMES = ("tiny-ecolm", "ecolm-shakespeare")


def token_ids(name: str) -> np.ndarray:
    """As many random ids as the model's context holds."""
    properties = {p.key: p.value for p in onnx.load(MODELS / f"{name}.onnx").metadata_props}
    vocabulary = json.loads(properties["ecolm.tokenizer"])["vocab"]
    length = int(properties["ecolm.context_length"])
    return np.random.default_rng(length).integers(0, len(vocabulary), (1, length))


def digest(program, name: str, *options) -> str:
    """SHA-256 of the logits."""
    logits = program.logits(token_ids(name), *options)
    assert np.isfinite(logits).all() and np.unique(logits).size > 1000
    return hashlib.sha256(logits.tobytes()).hexdigest()


@pytest.fixture(scope="module", params=NAMES)
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def expected(name, shipped_program) -> str:
    return digest(shipped_program(name), name, "-t", 1)


@pytest.mark.parametrize("threads", [2, 3, 4])
def test_threads(name, shipped_program, expected, threads):
    assert digest(shipped_program(name), name, "-t", threads) == expected


@pytest.mark.parametrize("chunk", [1, 5, 64])
def test_prefill_and_steps(name, shipped_program, expected, chunk):
    """One token at a time is what decoding does."""
    for threads in (1, 2):
        assert digest(shipped_program(name), name, "--chunk", chunk, "-t", threads) == expected


@pytest.mark.parametrize("option", ["-O0", "-O1", "-O2", "--mcpu=x86-64", "--mcpu=x86-64-v3",
                                    "--max-chunk=3", "--lower-mul-to-shift=shift"])
def test_code_generation(name, expected, option, tmp_path):
    """The shipped programs are compiled with -O3 for the machine at hand."""
    program = compile_model(MODELS / f"{name}.onnx", tmp_path / name, option)
    assert digest(program, name, "-t", 2) == expected


def test_other_weights_give_other_bits(expected, name, tmp_path):
    # Planted: the last bit of one number of the final norm.
    model = onnx.load(MODELS / f"{name}.onnx")
    tensor = next(t for t in model.graph.initializer if t.name == "final_norm.weight")
    values = onnx.numpy_helper.to_array(tensor).copy()
    values.view(np.int32)[0] += 1
    tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
    program = compile_model(model, tmp_path / name)
    assert digest(program, name, "-t", 1) != expected


def test_builds_are_reproducible(shipped_program, tmp_path):
    """The same file, copied elsewhere, gives the same executable byte for byte."""
    name = NAMES[0]
    copy = tmp_path / "elsewhere" / f"{name}.onnx"
    copy.parent.mkdir()
    copy.write_bytes((MODELS / f"{name}.onnx").read_bytes())
    rebuilt = compile_model(copy, copy.with_suffix(""))
    assert rebuilt.path.read_bytes() == shipped_program(name).path.read_bytes()
