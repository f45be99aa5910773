"""Whole-sequence exports: the programs that take them token by token, against onnxruntime.

The graphs have no past keys and values, so a program that decodes them in less than the whole text
a token has derived its cache itself.
"""

import json

import numpy as np
import onnx
import pytest

from layer_comparison import open_session
from programs import MODELS, ROOT, Program, run_compiler

TOLERANCE = 1e-4
FALLBACK = "every new token will take an evaluation of the whole text so far"
FAMILIES = ("bitnet.chain", "bitnet.plain-dynamo", "n-hot.plain", "pot-gpt2.plain", "pot-gpt2.plain-dynamo",
            "pot-llm.chain-dynamo", "ternarylm.chain-dynamo", "ternarylm-paper.chain-dynamo", "ternarylm-paper.plain")
# Their activations are rounded to 8 bits, where two right orders of additions may give two codes.
ROUNDED = ("bitnet", "ternarylm.")
LONGEST = "ecolm.context_length"


def read_metadata(model: onnx.ModelProto) -> dict[str, str]:
    return {p.key: p.value for p in model.metadata_props}


def random_models() -> list:
    """The causal ones that have no past and take texts of any length."""
    files = sorted((ROOT / "test" / "RandomModels" / "Models").glob("*.onnx"))
    configurations = {file: json.loads(read_metadata(onnx.load(file))["configuration"]) for file in files}
    return [file for file, c in configurations.items()
            if c["family"] != "bert" and c["dynamic"] and not c["past"] and c["dtype"] == "float32"]


FILES = [*random_models(), *(MODELS / "families" / f"{name}.onnx" for name in FAMILIES)]


def load(file, more=0) -> tuple[onnx.ModelProto, int]:
    """A model that says how long its texts may be, `more` tokens longer than it knows, and that length."""
    model = onnx.load(file)
    found = read_metadata(model)
    length = (int(found[LONGEST]) if LONGEST in found else json.loads(found["configuration"])["context"]) + more
    onnx.helper.set_model_props(model, {**found, LONGEST: str(length)})
    return model, length


def compile_with_warnings(model: onnx.ModelProto, folder) -> tuple[Program, str]:
    onnx.save(model, folder / "model.onnx")
    result = run_compiler(folder / "model.onnx", "-o", folder / "program")
    assert result.returncode == 0, result.stderr
    return Program(folder / "program"), result.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_steps_give_the_bits_of_the_whole(file, tmp_path):
    """However many tokens come at once."""
    model, length = load(file)
    program, warnings = compile_with_warnings(model, tmp_path)
    assert FALLBACK not in warnings, warnings
    vocabulary = model.graph.output[0].type.tensor_type.shape.dim[-1].dim_value
    ids = np.random.default_rng(length).integers(0, vocabulary, (1, length))
    whole = program.logits(ids, "--chunk", length)
    assert np.isfinite(whole).all()
    for chunk in (1, 5):
        assert program.logits(ids, "--chunk", chunk).tobytes() == whole.tobytes()


@pytest.mark.parametrize("file", [file for file in FILES if not file.stem.startswith(ROUNDED)],
                         ids=lambda file: file.stem)
def test_steps_continue_as_onnxruntime(file, tmp_path):
    """The same logits and the same tokens, which onnxruntime takes the whole text for."""
    model, length = load(file)
    program, _ = compile_with_warnings(model, tmp_path)
    session = open_session(tmp_path / "model.onnx")
    vocabulary, half = session.get_outputs()[0].shape[-1], length // 2
    ids = np.random.default_rng(length).integers(0, vocabulary, (1, length))

    def expect(tokens: np.ndarray) -> np.ndarray:
        return session.run(None, {session.get_inputs()[0].name: tokens})[0]

    for at in range(half, length):
        ids[0, at] = expect(ids[:, :at])[0, -1].argmax()
    found = program.logits(ids, "--chunk", 1)
    for tokens in (1, 2, half, length):
        np.testing.assert_allclose(found[:, :tokens], expect(ids[:, :tokens]), rtol=0, atol=TOLERANCE)
    np.testing.assert_array_equal(found[0, half - 1:-1].argmax(-1), ids[0, half:])


@pytest.mark.parametrize("name", ["n-hot.plain", "pot-gpt2.plain-dynamo"])
def test_a_fallback_is_seen(name, tmp_path):
    """Planted: a context of one token more than the model has positions for."""
    model, length = load(MODELS / "families" / f"{name}.onnx", more=1)
    program, warnings = compile_with_warnings(model, tmp_path)
    assert FALLBACK in warnings and "node 'Slice'" in warnings
    assert f"nothing shows that its table has a row for each of the {length} tokens" in warnings
    ids = np.random.default_rng(0).integers(0, 10, (1, length - 1))
    expected = open_session(tmp_path / "model.onnx").run(None, {"input_ids": ids})[0]
    np.testing.assert_allclose(program.logits(ids), expected, rtol=0, atol=TOLERANCE)


def test_any_batch_is_one(tmp_path):
    """What is exported for batches of any size continues one text."""
    model, length = load(MODELS / "families" / "pot-gpt2.plain.onnx")
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    program, warnings = compile_with_warnings(model, tmp_path)
    assert FALLBACK not in warnings, warnings
    ids = np.random.default_rng(1).integers(0, 10, (1, length))
    expected = open_session(tmp_path / "model.onnx").run(None, {"input_ids": ids})[0]
    np.testing.assert_allclose(program.logits(ids, "--chunk", 1), expected, rtol=0, atol=TOLERANCE)


def take_last(model: onnx.ModelProto, way: str) -> None:
    """The logits of the last token only, as exporters write them."""
    graph = model.graph
    head = next(node for node in graph.node if graph.output[0].name in node.output)
    constants = {"last": np.int64(-1), "lasts": np.array([-1]), "end": np.array([2 ** 63 - 1]), "one": np.array([1])}
    for name, value in constants.items():
        graph.initializer.append(onnx.numpy_helper.from_array(value, name))
    inputs = {"index": ["last"], "indices": ["lasts"], "slice": ["lasts", "end", "one"]}[way]
    node = onnx.helper.make_node("Slice" if way == "slice" else "Gather", [head.input[0], *inputs], ["newest"],
                                 **({} if way == "slice" else {"axis": 1}))
    graph.node.insert(list(graph.node).index(head), node)
    head.input[0] = "newest"
    dims = graph.output[0].type.tensor_type.shape.dim
    dims[1].Clear()
    dims[1].dim_value = 1
    if way == "index":
        del dims[1]


@pytest.mark.parametrize("way", ["index", "indices", "slice"])
def test_the_last_token_alone(way, tmp_path):
    """What gives one token's logits gives those of every token, which steps need."""
    model, length = load(MODELS / "families" / "pot-gpt2.plain.onnx")
    whole = open_session(model)
    take_last(model, way)
    program, warnings = compile_with_warnings(model, tmp_path)
    assert "warning" not in warnings, warnings
    ids = np.random.default_rng(2).integers(0, 10, (1, length))
    found = program.logits(ids, "--chunk", 1)
    np.testing.assert_allclose(found, whole.run(None, {"input_ids": ids})[0], rtol=0, atol=TOLERANCE)
    newest = open_session(tmp_path / "model.onnx").run(None, {"input_ids": ids[:, :9]})[0]
    np.testing.assert_allclose(found[0, 8], newest.reshape(-1), rtol=0, atol=TOLERANCE)
