"""The committed small models: all are listed, run, and say the same in every spelling."""

import json
import pathlib

import numpy as np
import onnx
import onnxruntime
import pytest

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "Models" / "families"
MANIFEST = json.loads((FOLDER / "manifest.json").read_text())
MODELS = sorted({line["file"].split(".")[0] for line in MANIFEST})
TOLERANCE = {"plain-f16": 0.05, "plain-bf16": 0.3}


def logits_of(file: str, ids: np.ndarray) -> np.ndarray:
    """onnxruntime's logits, unfused and with one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(FOLDER / file, options)
    return session.run(None, {"input_ids": ids})[0][0]


def test_the_manifest_lists_what_is_there():
    assert {line["file"] for line in MANIFEST} == {f.name for f in FOLDER.glob("*.onnx")}
    sizes = {f.name: f.stat().st_size for f in FOLDER.glob("*.onnx")}
    assert max(sizes.values()) < 340_000 and sum(sizes.values()) < 6_500_000


@pytest.mark.parametrize("name", MODELS)
def test_spellings_agree(name):
    files = [line for line in MANIFEST if line["file"].split(".")[0] == name]
    for length in (1, 40):
        ids = np.random.default_rng(length).integers(0, 65, (1, length))
        first = logits_of(files[-1]["file"], ids)
        assert np.abs(first).max() > 0.3  # a trained model has opinions
        for line in files:
            np.testing.assert_allclose(logits_of(line["file"], ids), first,
                                       atol=TOLERANCE.get(line["spelling"], 1e-4))


@pytest.mark.parametrize("line", [line for line in MANIFEST if line["spelling"] == "functions"],
                         ids=lambda line: line["file"])
def test_functions_are_what_the_manifest_counts(line):
    kinds = [node.op_type for node in onnx.load(FOLDER / line["file"]).graph.node]
    products = sum(kinds.count(kind) for kind in (
        "TernaryMatMul", "TernaryGroupMatMul", "PotMatMul", "PotGroupMatMul",
        "DequantizeLinear"))
    if line["kind"] == "butterfly":
        assert kinds.count("ButterflyFactor") == line["factors"] and products == 0
    else:
        assert products == line["linear_layers"] * line["terms"]
        assert kinds.count("ButterflyFactor") == line.get("rotation_factors", 0)
    assert kinds.count("QuantizeInt8") == (
        line["linear_layers"] if line["activations"] == "i8" else 0)
