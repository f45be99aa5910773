"""The Python module: what it computes and how it fails, against onnxruntime and the program."""

import os
import pathlib
import re
import subprocess
import sys
import threading

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ECOLM_BUILD", ROOT / "build")).absolute()
MODELS = ROOT / "test" / "Models"
SHAKESPEARE = MODELS / "ecolm-shakespeare.onnx"
COMPILER = BUILD / "bin" / "ecolm-compile"

if not list((BUILD / "python/ecolm").glob("_core*")):
    pytest.skip("the extension is not built", allow_module_level=True)
import ecolm  # noqa: E402

# Other tests may have imported the package before the extension was on the path.
if str(BUILD / "python/ecolm") not in ecolm.__path__:
    ecolm.__path__.append(str(BUILD / "python/ecolm"))


def save(path, nodes, inputs, outputs, constants=()):
    """A model; inputs and outputs map names to (type, dims)."""
    def values(wanted):
        return [helper.make_tensor_value_info(n, k, d) for n, (k, d) in wanted.items()]
    graph = helper.make_graph(nodes, "case", values(inputs), values(outputs),
                              [numpy_helper.from_array(v, n) for n, v in dict(constants).items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11), path)
    return path


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A model of two inputs and two outputs, of four types, and no parallel loop."""
    nodes = [helper.make_node("Cast", ["flags"], ["f"], to=TensorProto.FLOAT),
             helper.make_node("Mul", ["x", "f"], ["y"], name="masked"),
             helper.make_node("ReduceSum", ["flags_i", "axes"], ["count"], keepdims=0),
             helper.make_node("Cast", ["flags"], ["flags_i"], to=TensorProto.INT64)]
    nodes[2], nodes[3] = nodes[3], nodes[2]
    return save(tmp_path_factory.mktemp("mixed") / "mixed.onnx", nodes,
                {"x": (TensorProto.FLOAT, ["n", 3]), "flags": (TensorProto.BOOL, ["n", 3])},
                {"y": (TensorProto.FLOAT, ["n", 3]), "count": (TensorProto.INT64, ["n"])},
                {"axes": np.array([1])})


@pytest.fixture(scope="module")
def shakespeare():
    return ecolm.compile(SHAKESPEARE)


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = tmp_path_factory.mktemp("program") / "shakespeare"
    subprocess.run([COMPILER, SHAKESPEARE, "-o", path], check=True)
    return path


def test_run_agrees_with_onnxruntime(mixed):
    onnxruntime = pytest.importorskip("onnxruntime")
    model = ecolm.compile(mixed)
    assert model.name == "mixed" and "mixed" in repr(model)
    assert model.inputs == [("x", "float32", (None, 3)), ("flags", "bool", (None, 3))]
    assert model.outputs == [("y", "float32", (None, 3)), ("count", "int64", (None,))]
    draw = np.random.default_rng(0)
    session = onnxruntime.InferenceSession(str(mixed))
    for rows in (1, 4, 0):
        inputs = {"x": draw.standard_normal((rows, 3), np.float32),
                  "flags": draw.integers(0, 2, (rows, 3)).astype(bool)}
        found = model.run(inputs)
        for name, expected in zip(("y", "count"), session.run(None, inputs)):
            np.testing.assert_array_equal(found[name], expected)
            assert found[name].dtype == expected.dtype and found[name].shape == expected.shape


def test_arrays_of_any_layout(mixed):
    """Strided and transposed arrays are taken, and results outlive the model."""
    model = ecolm.compile(mixed)
    x = np.asfortranarray(np.arange(12, dtype="f4").reshape(4, 3))
    flags = np.ones((8, 3), bool)[::2]
    y = model.run({"x": x, "flags": flags})["y"]
    del model
    np.testing.assert_array_equal(y, x)


@pytest.mark.parametrize("inputs, words", [
    ({}, "input 'x' is missing"),
    ({"z": 0}, "no input 'z'; it takes ['x', 'flags']"),
    ({"x": np.zeros((2, 3))}, "float32, but the array holds float64; convert it with numpy's astype"),
    ({"x": np.zeros((2, 4), "f4")}, "shape (?, 3), but the array has (2, 4)"),
    ({"x": np.zeros(3, "f4")}, "shape (?, 3), but the array has (3,)"),
    ({"x": "text"}, "float32, but the array holds <U4"),
    ({"x": np.zeros((3, 3), "f4")}, "dimension 0 of input 'flags' and the dimension 'n' of input 'x' differ")])
def test_inputs_are_refused(inputs, words, mixed):
    model = ecolm.compile(mixed)
    good = {"x": np.zeros((2, 3), "f4"), "flags": np.zeros((2, 3), bool)}
    with pytest.raises(ValueError, match=re.escape(words)):
        model.run({**good, **inputs} if inputs else {})
    model.run(good)


def test_logits_agree_with_onnxruntime(shakespeare):
    onnxruntime = pytest.importorskip("onnxruntime")
    ids = np.random.default_rng(1).integers(0, 65, (1, 100))
    expected = onnxruntime.InferenceSession(str(SHAKESPEARE)).run(None, {"input_ids": ids})[0]
    found = shakespeare.run({"input_ids": ids})["logits"]
    assert found.shape == expected.shape == (1, 100, 65)
    # Rows where a last bit flips a quantizer differ; most do not.
    assert np.median(np.abs(found - expected).max(-1)) < 1e-4
    assert (found.argmax(-1) == expected.argmax(-1)).mean() > 0.95


@pytest.mark.parametrize("options", [{}, {"seed": 7, "temperature": 0.5, "top_k": 8},
                                     {"seed": 2**64 - 1, "top_p": 0.7}, {"temperature": 0}])
def test_generates_what_the_program_prints(options, shakespeare, program):
    text = shakespeare.generate("To be", max_tokens=80, **options)
    assert text == shakespeare.generate("To be", max_tokens=80, **options)
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    printed = subprocess.run([program, "--prompt", "To be", "-n", "80", *flags], capture_output=True,
                             check=True, text=True).stdout
    assert text == printed and text.startswith("To be") and len(text) == 85


def test_generation_depends_on_seed_and_not_on_threads(shakespeare):
    text = shakespeare.generate("To be", max_tokens=80, seed=1)
    assert text != shakespeare.generate("To be", max_tokens=80, seed=2)
    assert shakespeare.set_threads(3) == 3
    assert text == shakespeare.generate("To be", max_tokens=80, seed=1)
    # The context ends generation.
    assert len(shakespeare.generate("To be", max_tokens=1000)) == 512


@pytest.mark.parametrize("arguments, error, words", [
    ({"prompt": ""}, ValueError, "the prompt is empty"),
    ({"prompt": "\u00e9"}, ValueError, "character '\u00e9' (U+00E9) at byte offset 0"),
    ({"prompt": "a" * 513}, ValueError, "513 tokens and the model's context holds 512"),
    ({"prompt": 3}, TypeError, "incompatible function arguments"),
    ({"prompt": "a", "max_tokens": -1}, ValueError, "max_tokens is -1"),
    ({"prompt": "a", "max_tokens": 1.5}, TypeError, "integer"),
    ({"prompt": "a", "temperature": float("nan")}, ValueError, "temperature is nan"),
    ({"prompt": "a", "top_p": 2}, ValueError, "top_p is 2.0"),
    ({"prompt": "a", "seed": 2**64}, ValueError, "seed is 18446744073709551616")])
def test_generation_is_refused(arguments, error, words, shakespeare):
    with pytest.raises(error, match=re.escape(words)):
        shakespeare.generate(**arguments)


@pytest.mark.parametrize("ids, words", [
    ([[0, 70]], "token id 70 at index 1; ids run from 0 to 64"), ([[-1]], "token id -1"),
    (np.zeros((1, 0), int), "empty"), (np.zeros((1, 600), int), "context holds 512"),
    (np.zeros((2, 3), int), "(1, ?)"), ([0, 1], "(1, ?)")])
def test_tokens_are_refused(ids, words, shakespeare):
    with pytest.raises(ValueError, match=re.escape(words)):
        shakespeare.run({"input_ids": np.asarray(ids, np.int64)})


def test_general_models_generate_nothing(mixed):
    with pytest.raises(ValueError, match="needs a language model"):
        ecolm.compile(mixed).generate("To be")


def unknown_operator(folder):
    return save(folder / "bad.onnx", [helper.make_node("Frobnicate", ["x"], ["y"], name="layers.0.frob")],
                {"x": (TensorProto.FLOAT, [2])}, {"y": (TensorProto.FLOAT, [2])})


def truncated(folder):
    path = folder / "bad.onnx"
    path.write_bytes(SHAKESPEARE.read_bytes()[:200_000])
    return path


@pytest.mark.parametrize("make", [unknown_operator, truncated, lambda folder: folder / "none.onnx"])
@pytest.mark.parametrize("action", [ecolm.compile, ecolm.import_onnx])
def test_errors_are_those_of_the_compiler(make, action, tmp_path):
    path = make(tmp_path)
    if make is unknown_operator and action is ecolm.import_onnx:
        assert "Frobnicate" in str(action(path))
        return
    with pytest.raises(ecolm.CompileError) as raised:
        action(path)
    said = subprocess.run([COMPILER, path, "-o", tmp_path / "out"], capture_output=True, text=True).stderr
    assert str(raised.value) == said.strip().replace("ecolm-compile: ", "")
    assert "error: " in said and str(path) in said


@pytest.mark.parametrize("options, error, words", [
    ({"target_cpu": "skylark"}, ecolm.CompileError, "unknown CPU 'skylark'"),
    ({"linker": "/missing/ld"}, ecolm.CompileError, "cannot find the linker driver '/missing/ld'"),
    ({"optimization_level": 7}, ValueError, "optimization_level is 7"),
    ({"lower_mul_to_shift": "maybe"}, ValueError, "auto, shift, exponent, native"),
    ({"cache": "f8"}, ValueError, "f32, f16, int8"),
    ({"max_chunk": 0}, ValueError, "max_chunk is 0"), ({"cake": 1}, TypeError, "cake")])
def test_options_are_refused(options, error, words, mixed):
    with pytest.raises(error, match=re.escape(words)):
        ecolm.compile(mixed, **options)


def test_caches_may_be_smaller():
    sizes = [ecolm.compile(SHAKESPEARE, cache=cache).info["key/value cache bytes"] for cache in ("f32", "f16", "int8")]
    assert sizes[0] == 2 * sizes[1] > 2 * sizes[2]


def test_compilation_leaves_no_file(mixed, tmp_path):
    script = f"import sys; sys.path[:0] = {[str(ROOT / 'python'), str(BUILD / 'python')]!r}\n" \
             f"import ecolm; ecolm.compile({str(mixed)!r})\n"
    subprocess.run([sys.executable, "-c", script], check=True, env=dict(os.environ, TMPDIR=str(tmp_path)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("phase, words", [
    ("import", "onnx.node"), ("recognize", "ecolm.butterfly_factor"), ("optimize", "ecolm.butterfly"),
    ("lower", "llvm.func @ecolm_run")])
def test_phases_are_printed(phase, words):
    module = ecolm.import_onnx(MODELS / "butterfly.onnx", phase=phase)
    assert words in str(module) and module.phase == phase and phase in repr(module)
    assert len(str(module)) < 100_000  # weights are left out


def test_unknown_phases_are_refused():
    with pytest.raises(ValueError, match="import, recognize, optimize, lower"):
        ecolm.import_onnx(MODELS / "butterfly.onnx", phase="cake")


def test_libraries_are_loaded(mixed, tmp_path):
    subprocess.run([COMPILER, mixed, "--emit=so", "-o", tmp_path / "mixed.so"], check=True)
    model = ecolm.load(tmp_path / "mixed.so")
    assert model.info["name"] == "mixed"
    for path in (mixed, tmp_path / "none.so"):
        with pytest.raises(ValueError, match="cannot load the model"):
            ecolm.load(path)


def test_info_is_that_of_the_program(shakespeare):
    info = shakespeare.info
    properties = {p.key: p.value for p in onnx.load(SHAKESPEARE).metadata_props}
    assert info["name"] == properties["ecolm.name"] and info["recognition"]["layers"]
    assert info["inputs"] == [{"name": "input_ids", "type": "int64 (1, ?)"}]


def test_threads_of_python_share_a_model(shakespeare):
    expected = shakespeare.generate("To be", max_tokens=40)
    results = []
    threads = [threading.Thread(target=lambda: results.append(shakespeare.generate("To be", max_tokens=40)))
               for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4
