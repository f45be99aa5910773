"""The exporter: onnxruntime agrees with PyTorch, and what breaks the contract is refused."""

import dataclasses

import numpy as np
import onnx
import pytest
import torch
from ecolm import export, nn, train
from ecolm.onnx_functions import DOMAIN
from ecolm.onnx_model import LinearWeights, language_model, largest_sum, linear_model
from ecolm.text import CharacterText
from test_training import small_model

VOCABULARY = list("abcdefghijk")


@pytest.fixture()
def exported(tmp_path):
    """A small model with perturbed scales, and its ONNX file."""
    model = small_model().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(("exponent", "alpha")):
                parameter.add_(torch.randn_like(parameter) * 0.5)
    weights = export.model_weights(model, VOCABULARY, "small")
    path = tmp_path / "small.onnx"
    onnx.save(language_model(weights), path)
    return model, weights, path


def test_onnxruntime_agrees(exported):
    model, _, path = exported
    ids = np.random.default_rng(0).integers(0, 11, (3, 16))
    comparison = export.compare(model, path, ids)
    assert comparison.median_row < 1e-5 and comparison.rows_within > 0.8


def test_validation_loss_is_pytorchs(exported, tmp_path):
    model, _, path = exported
    (tmp_path / "text.txt").write_text("".join(VOCABULARY) * 60)
    text = CharacterText(tmp_path / "text.txt")
    assert text.vocabulary == VOCABULARY
    expected = train.validation_loss(model, text)
    assert export.validation_loss(path, text, 16) == pytest.approx(expected, abs=2e-3)
    # A longer context than the model's would fail; a shorter one has another loss.
    assert export.validation_loss(path, text, 5) != pytest.approx(expected, abs=2e-3)


def test_comparison_catches_one_wrong_code(exported):
    model, weights, path = exported
    factor = weights.blocks[0].up.factors[0]
    factor[0, 0, 0, 0] = 1 if factor[0, 0, 0, 0] <= 0 else -1
    onnx.save(language_model(weights), path)
    comparison = export.compare(model, path, np.random.default_rng(0).integers(0, 11, (3, 16)))
    assert comparison.rows_within < 0.8


def test_file_follows_the_contract(exported):
    _, _, path = exported
    model = onnx.load(path)
    assert model.ir_version == 11
    assert {(o.domain, o.version) for o in model.opset_import} == {("", 23), (DOMAIN, 1)}
    assert {f.name for f in model.functions} == {
        "LogQuantize", "LogQuantizedAttention", "ButterflyFactor", "UnpackTernary"}
    assert {p.key: p.value for p in model.metadata_props} == {
        "ecolm.tokenizer": '{"type": "char", "vocab": ["' + '", "'.join(VOCABULARY) + '"]}',
        "ecolm.context_length": "16", "ecolm.name": "small"}
    kinds = {node.name: node.op_type for node in model.graph.node}
    assert kinds["layers.0.attention.query.factor_1"] == "ButterflyFactor"
    assert kinds["layers.1.attention"] == "LogQuantizedAttention"
    assert [o.name for o in model.graph.output] == ["logits"]


def test_statistics_count_what_is_stored(exported):
    model, weights, _ = exported
    report = export.statistics(weights)
    latents = sum(p.numel() for n, p in model.named_parameters() if ".latents." in n)
    scales = sum(p.numel() for n, p in model.named_parameters() if n.endswith("exponent"))
    total = sum(p.numel() for p in model.parameters())
    assert report["ternary_weights"] == latents
    assert report["power_of_two_scales"] == scales
    assert report["float_parameters"] == total - latents - scales


def test_largest_sum_is_reached():
    factors = [np.ones((1, 2, 2, 1), np.int8), np.ones((1, 2, 2, 1), np.int8)]
    assert largest_sum(factors, -2, 1) == 4 * 8


@pytest.mark.parametrize("weights, message", [
    (LinearWeights([np.ones((1, 4096, 4096, 1), np.int8), np.ones((1, 1, 4096, 1), np.int8)],
                   np.float32(1)), "beyond exact f32"),
    (LinearWeights([np.ones((1, 2, 2, 1), np.int8)], np.float32(1)), "at least two factors"),
    (LinearWeights([np.ones((1, 2, 2, 1), np.int8)] * 2, np.float32(3)), "is not a power of two"),
    (LinearWeights([np.full((1, 2, 2, 1), 2, np.int8)] * 2, np.float32(1)), "are not all in"),
])
def test_what_breaks_the_contract_is_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        linear_model(weights, -6, 3, "bad")


def test_float_twin_is_refused():
    model = nn.EcoLM(dataclasses.replace(small_model().config, fp32=True))
    with pytest.raises(ValueError, match="no ternary factors"):
        export.model_weights(model, VOCABULARY, "twin")
