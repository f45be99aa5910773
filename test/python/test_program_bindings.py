"""The stub models in Python's hands: what the compiled extension refuses, and how."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import stub_programs as stub
from test_program_tensors import general_inputs

BUILD = pathlib.Path(os.environ.get("ECOLM_BUILD", stub.ROOT / "build"))
sys.path.insert(0, str(BUILD / "python"))
core = pytest.importorskip("ecolm._core")
import ecolm  # noqa: E402  (needs the path)

IDS = np.zeros((1, 5), "i8")


def load(name):
    return ecolm.load(stub.FOLDER / f"{name}.so")


def test_sound_models_work():
    assert load("language").run({"input_ids": IDS})["logits"].shape == (1, 5, 33)
    found = load("general").run(general_inputs())
    assert np.array_equal(found["y"], 2 * general_inputs()["x"])
    assert core.__doc__ == "The EcoLM compiler; use it through the package ecolm."


@pytest.mark.parametrize("status, error, words", [
    (1, ValueError, "the dimension that it selects from; check the index tensors"),
    (2, ValueError, "two dimensions that must agree do not; check their shapes"),
    (3, RuntimeError, "not enough memory to evaluate the model; make the inputs smaller"),
    (257, ValueError, "the model refused its inputs: node 'b': a size is negative; check"),
    (77, RuntimeError, "the model ended with the unknown status 77; compile it again")])
def test_models_that_fail(status, error, words):
    inputs = general_inputs()
    inputs["x"][0, 0] = 1000 + status
    with pytest.raises(error, match=words):
        load("general").run(inputs)


@pytest.mark.parametrize("value, words", [
    (IDS.astype("f4"), "input 'input_ids' is int64, but the array holds float32; convert it with"),
    (np.zeros((1,) * 9, "i8"), "input 'input_ids' has more than 8 dimensions"),
    (IDS[0], r"has shape \(1, \?\), but the array has \(5,\); reshape it"),
    (np.zeros((1, 0), "i8"), "input 'input_ids' is empty"),
    ([[1, 2], [3]], "input 'input_ids' is no array"),
    (np.full((1, 1), 33), "holds the token id 33 at index 0")])
def test_arrays_that_are_refused(value, words):
    with pytest.raises(ValueError, match=words):
        load("language").run({"input_ids": value})


def test_sequences_and_counts_that_are_refused():
    words = r"takes one sequence at a time, as shape \(1, length\)"
    with pytest.raises(ValueError, match=words):
        load("any-batch").run({"input_ids": np.zeros((2, 5), "i8")})
    # The package looks at names; whoever goes past it is told too.
    with pytest.raises(ValueError, match="the number of arrays is not that of inputs"):
        core.load(str(stub.FOLDER / "language.so")).run([])


def test_arguments_that_are_refused():
    model = load("general")
    with pytest.raises(ValueError, match="input 'x' is missing; the model takes "):
        model.run({})
    with pytest.raises(ValueError, match="the model has no input 'z'; it takes "):
        model.run({**general_inputs(), "z": IDS})
    with pytest.raises(ValueError, match="threads is 0; give a whole number from 1 to 256"):
        model.set_threads(0)
    with pytest.raises(ValueError, match="top_p is 1.5; give a number from 0 to 1"):
        model.generate("a", top_p=1.5)
    words = "phase is 'sing'; give one of import, recognize, optimize, lower"
    with pytest.raises(ValueError, match=words):
        ecolm.import_onnx("model.onnx", phase="sing")


def test_the_extension_is_missed_with_advice():
    done = subprocess.run([sys.executable, "-c", "import ecolm; ecolm.compile"], text=True,
                          env={**os.environ, "PYTHONPATH": str(stub.ROOT / "python")},
                          capture_output=True)
    assert "ecolm's compiler is not built, or not on the path: run `cmake --build" in done.stderr


def test_texts_that_are_refused():
    with pytest.raises(ValueError, match="generating text needs a language model; evaluate this"):
        load("general").generate("a")
    with pytest.raises(ValueError, match="this model holds no tokenizer; evaluate token ids"):
        load("no-tokenizer").generate("a")
    with pytest.raises(RuntimeError, match="logits at position 1 are not finite, so no token can"):
        load("not-finite").generate("ab")
    with pytest.raises(ValueError, match="which this model does not know; remove or replace it"):
        load("language").generate("X")


def test_libraries_that_are_refused(tmp_path):
    with pytest.raises(ValueError, match="error: cannot load the model: .*none.so"):
        ecolm.load(tmp_path / "none.so")
    with pytest.raises(ValueError, match="' holds no model; name a library that ecolm-compile"):
        ecolm.load(core.__file__)
    with pytest.raises(ValueError, match="speaks version 99 of the model interface"):
        load("wrong-abi")


def test_no_place_to_compile():
    code = f"import ecolm; ecolm.compile({str(stub.ROOT / 'test/Models/pot-matmul.onnx')!r})"
    path = os.pathsep.join(map(str, (stub.ROOT / "python", BUILD / "python")))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          env={**os.environ, "TMPDIR": "/none", "PYTHONPATH": path})
    assert "CompileError: error: cannot create a temporary folder: No such file" in done.stderr
