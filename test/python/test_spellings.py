"""Every spelling of a family in ONNX: onnxruntime's logits are PyTorch's."""

import logging

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from ecolm.nn.low_bit_linear import low_bit_layers
from ecolm.onnx_functions import DOMAIN
from ecolm.spellings import NARROW, WRITERS, computed_module, narrow_initializers, spell
from ecolm.spellings.linear_writers import pack_bits
from ecolm.spellings.weights import integer_weights, layer_weights
from onnx import TensorProto, numpy_helper
from test_families import perturbed, small_family

VOCABULARY = list("abcdefghijk")
WRITTEN = [
    ("ternarylm-paper", "qdq", {}), ("ternarylm-paper", "nbits", {}),
    ("ternarylm-paper", "functions", {}), ("ternarylm", "qdq", {}),
    ("ternarylm", "nbits-float-zero", {}), ("ternarylm", "functions", {}),
    ("bitnet", "functions", {}), ("bitnet", "nbits", {}), ("pot-llm", "functions", {}),
    ("pot-llm", "qdq", {"emin": -6}), ("pot-llm", "nbits", {"emin": -6}),
    ("pot-llm", "functions", {"group": 8}), ("pot-gpt2", "functions", {}),
    ("potptq", "qdq", {"group": 8}), ("potptq", "functions", {"group": 8}),
    ("n-hot", "functions", {}), ("apot", "functions", {}), ("uniform", "qdq", {"bits": 8}),
    ("uniform", "nbits", {"bits": 4, "group": 24}), ("hadamard", "functions", {"group": 8}),
    ("butterflyquant", "qdq", {"group": 8}), ("butterflyquant", "nbits", {"group": 24}),
    ("butterflyquant", "functions", {"group": 8}), ("paroquant", "qdq", {"group": 8}),
    ("paroquant", "functions", {"group": 8}), ("butterfly-moe", "functions", {}),
    ("pot-butterfly", "functions", {})]
TORCH_EXPORTED = [
    ("ternarylm-paper", "plain-f16"), ("ternarylm", "chain"), ("bitnet", "plain"),
    ("bitnet", "chain-training"), ("ternarylm", "plain-bf16"), ("pot-llm", "chain"),
    ("pot-gpt2", "chain-training"), ("butterflyquant", "decomposed"),
    ("butterflyquant", "folded"), ("butterfly-moe", "chain"), ("pot-butterfly", "decomposed")]
DYNAMO = [("ternarylm", "chain-dynamo"), ("paroquant", "decomposed-dynamo")]


def logits_of(proto: onnx.ModelProto, ids: np.ndarray) -> np.ndarray:
    """onnxruntime's logits as the file says them: its fusions may quantize activations."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options)
    return session.run(None, {"input_ids": ids})[0]


def check(model: torch.nn.Module, spelling: str) -> onnx.ModelProto:
    """Spell `model` and compare for sequences of one token, a few, and the whole context."""
    proto = spell(model, spelling, VOCABULARY, "small")
    module = computed_module(model, spelling)
    for length in (1, 5, 12):
        ids = np.random.default_rng(length).integers(0, 11, (1, length))
        with torch.no_grad():
            expected = module(torch.from_numpy(ids)).numpy()
        actual = logits_of(proto, ids)
        assert actual.shape == (1, length, 11)
        np.testing.assert_allclose(actual, expected, atol=2e-5, rtol=1e-4)
    # Planted: the logits of other tokens are not these.
    assert np.abs(logits_of(proto, (ids + 1) % 11) - expected).max() > 0.01
    assert {p.key for p in proto.metadata_props} == {
        "ecolm.tokenizer", "ecolm.context_length", "ecolm.name"}
    return proto


@pytest.mark.parametrize("family, spelling, options", WRITTEN)
def test_written_graphs(family, spelling, options):
    model = perturbed(small_family(family, **options))
    proto = check(model, spelling)
    domains = {node.domain for node in proto.graph.node}
    assert domains <= ({"", DOMAIN} if spelling == "functions" else
                       {"", "com.microsoft"} if "nbits" in spelling else {""})


@pytest.mark.parametrize("family, spelling", TORCH_EXPORTED)
def test_exports_of_torchscript(family, spelling):
    options = {"group": 8} if family == "butterflyquant" else {}
    check(perturbed(small_family(family, **options)), spelling)


@pytest.mark.parametrize("family, spelling", DYNAMO)
def test_exports_of_dynamo(family, spelling):
    pytest.importorskip("onnxscript")
    logging.disable(logging.WARNING)
    options = {"group": 8} if family == "paroquant" else {}
    proto = check(perturbed(small_family(family, **options)), spelling)
    kinds = [node.op_type for node in proto.graph.node]
    # Unlike the exporter by itself, a chain keeps the quantizers of constant weights.
    assert kinds.count("Round") == (14 if spelling == "chain-dynamo" else 0)


def test_a_wrong_code_is_caught():
    proto = spell(perturbed(small_family("ternarylm")), "functions", VOCABULARY, "small")
    ids = np.arange(11)[None]
    before = logits_of(proto, ids)
    codes = next(t for t in proto.graph.initializer if t.name.endswith("down.weight.codes"))
    codes.raw_data = bytes([codes.raw_data[0] ^ 1]) + codes.raw_data[1:]
    assert np.abs(logits_of(proto, ids) - before).max() > 1e-3


def test_plain_weights_are_exactly_of_the_format():
    """{-s, 0, s}, and s 2^e: dividing by s leaves integers and powers of two."""
    for family, emin in (("ternarylm-paper", 0), ("pot-llm", -7)):
        model = perturbed(small_family(family))
        proto = spell(model, "plain", VOCABULARY, "small")
        shapes = [layer.weight.shape for layer in low_bit_layers(model).values()]
        found = 0
        for tensor in proto.graph.initializer:
            values = numpy_helper.to_array(tensor)
            if values.ndim != 2 or values.shape[::-1] not in shapes or "embedding" in tensor.name:
                continue
            found += 1
            ratio = np.abs(values[values != 0]) / np.abs(values).max()
            mantissa, exponent = np.frexp(ratio)
            assert np.all(mantissa == 0.5) and exponent.min() > emin
        assert found >= 4


def test_narrow_storage_is_exact_or_refused():
    model = small_family("ternarylm")
    for spelling, (_, kind) in NARROW.items():
        proto = spell(model, spelling, VOCABULARY, "small")
        assert any(t.data_type == kind for t in proto.graph.initializer)
    with pytest.raises(ValueError, match="has values that the narrower type has not"):
        narrow_initializers(spell(model, "plain", VOCABULARY, "small"), TensorProto.FLOAT16)


def test_what_a_spelling_cannot_say_is_refused():
    layer = next(iter(low_bit_layers(small_family("pot-llm")).values()))
    with pytest.raises(ValueError, match=r"2\^-7 ... 2\^0 are no int8 multiples of one unit"):
        integer_weights(layer_weights(layer))
    with pytest.raises(ValueError, match="groups of 8 are no blocks of MatMulNBits"):
        spell(small_family("butterflyquant", group=8), "nbits", VOCABULARY, "small")


def test_codes_are_packed_lowest_bits_first():
    assert pack_bits(np.array([[1, 2, 3, 0, 1]]), 2).tolist() == [[1 + 2 * 4 + 3 * 16, 1]]
    assert pack_bits(np.array([[1, 15, 3]]), 4).tolist() == [[1 + 15 * 16, 3]]


def test_the_opset_is_what_the_types_need():
    for spelling, writer in WRITERS.items():
        proto = spell(small_family("uniform", group=24), spelling, VOCABULARY, "small")
        assert {o.version for o in proto.opset_import if not o.domain} == {writer.opset}
