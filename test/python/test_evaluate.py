"""ecolm.evaluate: its loss is onnxruntime's, and quantizing moves it as it should."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import onnxruntime
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ECOLM_BUILD", ROOT / "build")).absolute()
MODEL = ROOT / "test" / "Models" / "tiny-ecolm.onnx"

if not list((BUILD / "python/ecolm").glob("_core*")):
    pytest.skip("the extension is not built", allow_module_level=True)
import ecolm  # noqa: E402

# Other tests may have imported the package before the extension was on the path.
if str(BUILD / "python/ecolm") not in ecolm.__path__:
    ecolm.__path__.append(str(BUILD / "python/ecolm"))
from ecolm import evaluate  # noqa: E402

CONTEXT = 32


@pytest.fixture(scope="module")
def ids():
    """Tokens that the model has; what they say does not matter."""
    return np.random.default_rng(0).integers(0, 65, 150)


def onnxruntime_loss(ids: np.ndarray) -> float:
    """Mean cross entropy with onnxruntime's logits, by softmax as it is written."""
    session = onnxruntime.InferenceSession(MODEL, None, ["CPUExecutionProvider"])
    losses = []
    for start in range(0, len(ids) - 1, CONTEXT):
        window = ids[start:start + CONTEXT + 1]
        logits = session.run(None, {"input_ids": window[None, :-1]})[0][0].astype(np.float64)
        p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
        losses += list(-np.log(p[np.arange(len(window) - 1), window[1:]]))
    assert len(losses) == len(ids) - 1
    return float(np.mean(losses))


def test_loss_is_that_of_the_model(ids):
    row = evaluate.evaluate(MODEL, ids, CONTEXT, "")
    assert row.loss == pytest.approx(onnxruntime_loss(ids), abs=1e-4)
    assert (row.tokens, row.quantized_weights, row.bits_per_weight) == (149, 0, None)


def test_quantizing_the_head(ids):
    """Eight bits cost next to nothing, two bits more."""
    losses = {recipe: evaluate.evaluate(MODEL, ids, CONTEXT, recipe, quantize_include="lm_head")
              for recipe in ("", "int8", "int2")}
    assert losses["int8"].quantized_weights == 64 * 65
    assert losses["int8"].bits_per_weight == pytest.approx(8 + 32 / 64)
    assert losses["int2"].bits_per_weight == pytest.approx(2 + 64 / 32)
    moved = {recipe: abs(losses[recipe].loss - losses[""].loss) for recipe in ("int8", "int2")}
    assert 0 < moved["int8"] < 0.01 < moved["int2"]


def test_command(ids, tmp_path):
    np.save(tmp_path / "ids.npy", ids)
    command = [sys.executable, "-m", "ecolm.evaluate", MODEL, "--ids", tmp_path / "ids.npy",
               "--context", str(CONTEXT), "--tokens", "40", "--quantize", "int8"]
    path = os.pathsep.join([str(ROOT / "python"), str(BUILD / "python")])
    settings = {"check": True, "capture_output": True, "env": dict(os.environ, PYTHONPATH=path)}
    rows = json.loads(subprocess.run([*command, "--json"], **settings).stdout)
    assert [(row["recipe"], row["tokens"]) for row in rows] == [("", 40), ("int8", 40)]
    table = subprocess.run(command, text=True, **settings).stdout
    assert table.splitlines()[0].split() == ["recipe", "loss", "above", "perplexity", "bits/weight"]
    assert table.splitlines()[2].startswith("int8 ")


def test_text_is_encoded():
    metadata = {"ecolm.tokenizer": json.dumps({"type": "char", "vocab": ["a", "b"]})}
    np.testing.assert_array_equal(evaluate.encode("abxa", metadata), [0, 1, 0])
    with pytest.raises(ValueError, match="no tokenizer of characters; give its tokens with --ids"):
        evaluate.encode("ab", {})
