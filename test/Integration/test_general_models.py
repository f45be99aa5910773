"""Models of every kind, not only language models: programs against onnxruntime, and what info says."""

import json
import re
import subprocess

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from programs import MODELS, compile_model

KINDS = {"f4": TensorProto.FLOAT, "f8": TensorProto.DOUBLE, "i8": TensorProto.INT64, "i4": TensorProto.INT32,
         "i2": TensorProto.INT16, "i1": TensorProto.INT8, "?": TensorProto.BOOL}
DRAW = np.random.default_rng(3)


def floats(*shape):
    return DRAW.standard_normal(shape).astype("f4")


def node(operator, inputs, output="y", **attributes):
    return helper.make_node(operator, inputs.split(), output.split(), **attributes)


def make_model(nodes, inputs, outputs, constants=None):
    """A model; inputs and outputs map names to (type, dims)."""
    def values(wanted):
        return [helper.make_tensor_value_info(n, KINDS[k], d) for n, (k, d) in wanted.items()]
    graph = helper.make_graph(nodes, "general", values(inputs), values(outputs),
                              [numpy_helper.from_array(np.asarray(v), n) for n, v in (constants or {}).items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11)


def make_perceptron():
    nodes = [node("Gemm", "x w1 b1", "a"), node("Relu", "a", "b"), node("Gemm", "b w2 b2", "c"),
             node("Softmax", "c", "p")]
    return make_model(nodes, {"x": ("f4", ["batch", 4])}, {"p": ("f4", ["batch", 3])},
                      {"w1": floats(4, 8), "b1": floats(8), "w2": floats(8, 3), "b2": floats(3)})


def make_block(width=16):
    """A transformer block of separate operators, without a cache."""
    nodes = [node("LayerNormalization", "x gain bias", "n", axis=-1),
             *(node("MatMul", f"n w{letter}", letter) for letter in "qkv"),
             node("Transpose", "k", "kt", perm=[0, 2, 1]), node("MatMul", "q kt", "scores"),
             node("Mul", "scores quarter", "scaled"), node("Softmax", "scaled", "shares", axis=-1),
             node("MatMul", "shares v", "mixed"), node("Add", "x mixed", "r"), node("MatMul", "r up", "u"),
             node("Gelu", "u", "g"), node("MatMul", "g down", "d"), node("Add", "r d")]
    square = {f"w{letter}": floats(width, width) / 4 for letter in "qkv"}
    return make_model(nodes, {"x": ("f4", ["b", "t", width])}, {"y": ("f4", ["b", "t", width])},
                      {"gain": floats(width), "bias": floats(width), "quarter": np.float32(0.25), **square,
                       "up": floats(width, 4 * width) / 4, "down": floats(4 * width, width) / 8})


def make_mixed():
    nodes = [node("Add", "a b", "s"), node("Cast", "c", "d", to=TensorProto.FLOAT), node("Mul", "s d", "y"),
             node("Greater", "s d", "g"), node("Abs", "z", "w")]
    return make_model(nodes, {"a": ("f4", ["n", 3]), "b": ("f4", [3]), "c": ("i1", ["n", 3]), "z": ("f8", [])},
                      {"y": ("f4", ["n", 3]), "g": ("?", ["n", 3]), "w": ("f8", [])})


def check(model, inputs, folder, tolerance=1e-5):
    """The program gives what onnxruntime gives."""
    program = compile_model(model, folder / "program")
    found = program.evaluate(inputs)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    expected = session.run(None, inputs)
    assert list(found) == [output.name for output in session.get_outputs()]
    for (name, value), wanted in zip(found.items(), expected):
        assert value.dtype == wanted.dtype and value.shape == wanted.shape, name
        np.testing.assert_allclose(value, wanted, rtol=tolerance, atol=tolerance, err_msg=name)
    return program


@pytest.mark.parametrize("batch", [1, 7])
def test_perceptron(batch, tmp_path):
    check(make_perceptron(), {"x": floats(batch, 4)}, tmp_path)


def test_transformer_block(tmp_path):
    check(make_block(), {"x": floats(2, 5, 16)}, tmp_path, tolerance=1e-4)


def test_many_types(tmp_path):
    program = check(make_mixed(), {"a": floats(5, 3), "b": floats(3), "z": np.array(-0.1),
                         "c": DRAW.integers(-128, 128, (5, 3)).astype("i1")}, tmp_path)
    assert "recognized: no linear layers" in program.run("info").splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_goes_through(kind, tmp_path):
    model = make_model([node("Identity", "x")], {"x": (kind, ["n", 2])}, {"y": (kind, ["n", 2])})
    check(model, {"x": DRAW.integers(0, 100, (6, 2)).astype(kind)}, tmp_path)


@pytest.mark.parametrize("shape", [(), (0, 3), (1,) * 8])
def test_shapes_at_the_edge(shape, tmp_path):
    model = make_model([node("Neg", "x")], {"x": ("f4", shape)}, {"y": ("f4", shape)})
    check(model, {"x": np.asarray(floats(*shape), "f4")}, tmp_path)


def test_outputs_that_no_node_computes(tmp_path):
    """An input, a constant, and a model without inputs."""
    constant = floats(3)
    model = make_model([node("Relu", "x")], {"x": ("f4", [3])},
                       {"y": ("f4", [3]), "c": ("f4", [3]), "x": ("f4", [3])}, {"c": constant})
    program = compile_model(model, tmp_path / "program")
    found = program.evaluate({"x": constant})
    np.testing.assert_array_equal(found["c"], constant)
    np.testing.assert_array_equal(found["x"], constant)
    alone = compile_model(make_model([node("Relu", "c")], {}, {"y": ("f4", [3])}, {"c": constant}), tmp_path / "alone")
    alone.run("--output", tmp_path / "y.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), np.maximum(constant, 0))


def test_names_that_try_things(tmp_path):
    model = make_model([node("Relu", "x", "r"), node("Relu", "r", "s")], {"x": ("f4", [3])}, {"s": ("f4", [3])})
    for old, new in (("x", "in put/x:0*/\n\x1b[2J"), ("s", "out=y")):
        for proto in (model.graph.input[0], model.graph.output[0]):
            proto.name = proto.name.replace(old, new) if proto.name == old else proto.name
        for item in model.graph.node:
            item.input[:] = [new if name == old else name for name in item.input]
            item.output[:] = [new if name == old else name for name in item.output]
    program = compile_model(model, tmp_path / "program")
    np.save(tmp_path / "x.npy", np.array([-1, 2, 3], "f4"))
    program.run("--input", tmp_path / "x.npy", "--output", f"out=y={tmp_path / 'y.npy'}")
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), [0, 2, 3])
    lines = program.run("info").splitlines()
    assert r"input: in put/x:0*/\x0A\x1B[2J float32 (3,)" in lines and "output: out=y float32 (3,)" in lines
    compile_model(model, tmp_path / "library.so", "--emit=so")
    header = (tmp_path / "library.h").read_text()
    assert header.count("*/") == 1 and "x:0* /" in header, header


def test_many_layers_fit_the_stack(tmp_path):
    """Buffers of 32 KiB for each of 400 nodes are more than the stack holds."""
    weight, bias = floats(64, 64) / 10, floats(64)
    nodes = [node("Gemm", f"h{i} w b", f"h{i + 1}") for i in range(400)]
    model = make_model(nodes, {"h0": ("f4", [128, 64])}, {"h400": ("f4", [128, 64])}, {"w": weight, "b": bias})
    check(model, {"h0": floats(128, 64)}, tmp_path, tolerance=1e-3)


def test_info_of_a_general_model(tmp_path):
    onnx.save(make_perceptron(), tmp_path / "perceptron.onnx")
    program = compile_model(tmp_path / "perceptron.onnx", tmp_path / "program")
    text = program.run("info")
    for line in ("name: perceptron", "input: x float32 (?, 4)", "output: p float32 (?, 3)",
                 "recognized: 2 f32 matmul", "quantized linear layers: 0", "weights: 56"):
        assert line in text.splitlines(), text
    assert program.run("--version").startswith("perceptron (EcoLM ")


def test_info_of_a_language_model(shipped_program):
    """Everything that info promises, against the files themselves."""
    import hashlib
    path = MODELS / "ecolm-shakespeare.onnx"
    program = shipped_program("ecolm-shakespeare")
    facts = dict(line.split(": ", 1) for line in program.run("info").splitlines())
    assert facts["model sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    version = subprocess.run([program.path, "--version"], capture_output=True, text=True).stdout
    assert facts["compiler"].split()[1] in version
    assert facts["target"].split("-")[0] == "x86_64" and facts["target cpu"] != "native"
    assert facts["recognized"] == "1 f32 matmul, 24 ternary butterfly"
    assert facts["ternary weights"] == "851968, 2.00 bits each"
    assert facts["vocabulary"] == "65" and facts["context length"] == "512"
    measured = json.loads(program.run("bench", "--json", "-n", "1", "-p", "1"))["memory"]
    assert int(facts["key/value cache bytes"]) == measured["cache_bytes"]
    assert int(facts["workspace bytes"]) == measured["workspace_bytes"]
    # The constants of the model, as the file has them and as they are packed.
    packed, stated = re.fullmatch(r"(\S+) as this program packs them, (\S+) in the model", facts["bits per weight"]).groups()
    assert float(packed) == pytest.approx(8 * int(facts["weight bytes"]) / int(facts["weights"]), abs=0.005)
    floats_in_model = int(facts["f32 weights"].split(",")[0])
    assert float(stated) == pytest.approx((851968 * 2 + floats_in_model * 32) / (851968 + floats_in_model), abs=0.005)
    assert facts["tokens in one call"] == "64"
    document = json.loads(program.run("info", "--json"))
    assert document["bits per weight in the model"] == pytest.approx(float(stated), abs=0.005)
    assert document["model sha256"] == facts["model sha256"] and len(document["recognition"]["layers"]) == 25
    assert document["inputs"] == [{"name": "input_ids", "type": "int64 (1, ?)"}]


@pytest.mark.parametrize("context", [1, 7, 50])
def test_contexts_that_are_no_multiple_of_vectors(context, shipped_program, tmp_path):
    """A shorter context gives the same logits, and ends where it says."""
    model = onnx.load(MODELS / "tiny-ecolm.onnx")
    next(p for p in model.metadata_props if p.key == "ecolm.context_length").value = str(context)
    program = compile_model(model, tmp_path / "short")
    ids = DRAW.integers(0, 65, (1, context))
    np.testing.assert_array_equal(program.logits(ids), shipped_program("tiny-ecolm").logits(ids))
    assert "checks passed" in program.run("selftest")
    assert len(program.run("--prompt", "a", "-n", "100", "--tokens").split()) == context
    np.save(tmp_path / "long.npy", np.zeros((1, context + 1), np.int64))
    done = subprocess.run([program.path, "--input", tmp_path / "long.npy", "--output", tmp_path / "l.npy"],
                          capture_output=True, text=True)
    assert done.returncode == 3 and f"context holds {context};" in done.stderr
