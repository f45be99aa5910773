"""Reports count what numpy counts in the model file, and profiles add up."""

import html.parser
import json
import math
import subprocess

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from programs import MODELS, compile_model, run_compiler

LANES = 16


def report_of(model, folder, *options) -> dict:
    compile_model(model, folder / "program", f"--report={folder / 'report.json'}", *options)
    return json.loads((folder / "report.json").read_text())


def layers_of(report: dict, kind: str) -> dict:
    return {layer["name"]: layer for layer in report["layers"] if layer["kind"] == kind}


def product_model(weight: np.ndarray, rows: int) -> onnx.ModelProto:
    """y = x @ W of int8 rows, written as QDQ with a ternary W [K, N]."""
    inputs, outputs = weight.shape
    nodes = [helper.make_node("MatMul", ["x", "w"], ["y"], name="block.up")]
    tensors = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [rows, inputs]),
               helper.make_tensor_value_info("y", TensorProto.FLOAT, [rows, outputs])]
    graph = helper.make_graph(nodes, "product", tensors[:1], tensors[1:],
                              [numpy_helper.from_array(weight.astype(np.float32), "w")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


@pytest.mark.parametrize("rows, inputs, outputs", [(1, 64, 48), (5, 97, 33), (2, 16, 2050)])
def test_products_are_counted(rows, inputs, outputs, tmp_path):
    random = np.random.default_rng(inputs)
    weight = random.integers(-1, 2, (inputs, outputs))
    weight[:, 0] = 1  # Nearly ternary would be something else.
    report = report_of(product_model(weight, rows), tmp_path)
    layer = layers_of(report, "matmul")["block.up"]
    padded = math.ceil(outputs / LANES) * LANES
    assert layer["format"] == "ternary" and layer["input_format"] == "f32"
    assert layer["kernel"] == "lanes of bitplanes"
    assert (layer["inputs"], layer["outputs"]) == (inputs, outputs)
    assert layer["weights"] == weight.size
    assert layer["zeros"] == np.count_nonzero(weight == 0)
    assert layer["sparsity"] == pytest.approx(np.mean(weight == 0))
    assert layer["bytes"] == inputs * padded * 2 // 8
    assert layer["bits_per_weight"] == pytest.approx(8 * layer["bytes"] / weight.size)
    assert layer["additions"] == layer["multiplications_removed"] == rows * weight.size
    assert layer["multiplications"] == 0
    assert layer["dense_multiplications"] == rows * weight.size
    table = report["energy_table"]
    assert layer["arithmetic_energy_pj"] == pytest.approx(layer["additions"] * table["add_f32"])
    assert layer["memory_energy_pj"] == pytest.approx(
        layer["bytes"] / 8 * table["read_64_bits_of_cache"])
    assert "quantized to i8" in layer["missed"]


def test_floats_are_counted(tmp_path):
    """Zeros of either sign, and what rows of 16 outputs take."""
    weight = np.random.default_rng(0).standard_normal((24, 20)).astype(np.float32)
    weight[3], weight[4, :5] = 0.0, -0.0
    layer = layers_of(report_of(product_model(weight, 3), tmp_path), "matmul")["block.up"]
    assert layer["format"] == "f32" and layer["zeros"] == 25
    assert layer["bytes"] == 24 * 32 * 4 and layer["source_bytes"] == 24 * 20 * 4
    assert layer["additions"] == layer["multiplications"] == 3 * weight.size
    assert layer["multiplications_removed"] == 0


def ternary_codes(model: onnx.ModelProto, prefix: str) -> np.ndarray:
    """The codes of every factor under `prefix`, two bits each, as -1, 0 and 1."""
    packed = [numpy_helper.to_array(t) for t in model.graph.initializer
              if t.name.startswith(prefix) and t.name.endswith(".codes")]
    bits = np.concatenate([p.view(np.uint8) for p in packed])
    return (bits[:, None] >> np.arange(0, 8, 2) & 3).astype(int).ravel() - 1


def test_a_language_model_is_counted(tmp_path):
    file = MODELS / "tiny-ecolm.onnx"
    model = onnx.load(file)
    report = report_of(file, tmp_path)
    context = report["context_length"]
    assert (context, report["decode_position"], report["prefill_tokens"]) == (64, 32, 64)
    butterflies = layers_of(report, "butterfly")
    assert len(butterflies) == 12
    for name, layer in butterflies.items():
        codes = ternary_codes(model, name + ".")
        assert layer["weights"] == codes.size, name
        assert layer["zeros"] == np.count_nonzero(codes == 0), name
        assert layer["additions"] == layer["multiplications_removed"] == codes.size
        assert layer["dense_multiplications"] == layer["inputs"] * layer["outputs"]
    # Scores and values: a product and a sum for each feature of a query.
    for layer in layers_of(report, "attention").values():
        assert layer["additions_per_pair"] == layer["multiplications_per_pair"] == 2 * 64
    floats = sum(np.prod(t.dims, dtype=int) for t in model.graph.initializer
                 if t.data_type == TensorProto.FLOAT and ".scale" not in t.name)
    ternary = sum(layer["weights"] for layer in butterflies.values())
    assert report["totals"]["weights"] <= floats + ternary
    assert report["totals"]["weights"] == sum(layer["weights"] for layer in report["layers"])
    for share in ("expected_decode_share", "expected_prefill_share"):
        assert sum(layer[share] for layer in report["layers"]) == pytest.approx(1)


@pytest.mark.parametrize("cpu, kernel", [("x86-64", "widened"), ("x86-64-v3", "avx2"),
                                         ("znver4", "vnni")])
def test_kernels_are_those_of_the_processor(cpu, kernel, tmp_path):
    report = report_of(MODELS / "families" / "bitnet.qdq.onnx", tmp_path, f"--mcpu={cpu}")
    kernels = {layer["kernel"] for layer in report["layers"] if layer["format"] == "ternary"}
    assert kernels == {f"byte products ({kernel})"}
    shifts = report_of(MODELS / "families" / "bitnet.qdq.onnx", tmp_path, f"--mcpu={cpu}",
                       "--lower-mul-to-shift=shift")
    for layer in shifts["layers"]:
        if layer["format"] == "ternary":
            assert layer["multiplications"] == 0 and layer["multiplications_removed"] > 0


class Page(html.parser.HTMLParser):
    """Collects the tags and the cells of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.cells, self.inside = set(), [], False

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not {"src", "href", "onload", "onerror"} & {name for name, _ in attrs}
        if tag in ("tr", "td", "th"):
            self.cells.append("")

    def handle_data(self, data):
        if self.cells:
            self.cells[-1] += data


def test_the_page_holds_the_numbers_and_loads_nothing(tmp_path):
    report = report_of(MODELS / "tiny-ecolm.onnx", tmp_path)
    compile_model(MODELS / "tiny-ecolm.onnx", tmp_path / "page",
                  f"--report={tmp_path / 'page.html'}")
    page = Page()
    page.feed((tmp_path / "page.html").read_text())
    assert not page.tags & {"script", "img", "link", "iframe", "object"}
    for layer in report["layers"]:
        assert layer["name"] in page.cells
        assert str(layer["additions"]) in page.cells or layer["additions_per_pair"]


def profile_of(program, *options) -> dict:
    return json.loads(program.run("bench", "--profile", "--json", *options))


def test_a_profile_adds_up(tmp_path):
    model = MODELS / "ecolm-shakespeare.onnx"
    program = compile_model(model, tmp_path / "program", "--profile",
                            f"--report={tmp_path / 'report.json'}")
    report = json.loads((tmp_path / "report.json").read_text())
    profile = profile_of(program, "-t", "1", "-p", "64", "-n", "32")
    layers = profile["profile"]
    assert [layer["name"] for layer in layers] == [r["name"] for r in report["layers"]]
    assert [layer["kernel"] for layer in layers] == [r["kernel"] for r in report["layers"]]
    for column, tokens in (("prefill", 1), ("decode", profile["decode"][0]["tokens"])):
        seconds = sum(layer[column]["seconds"] for layer in layers)
        # All of a call is some layer's; the machine may be busy in one of the two.
        assert 0.4 < seconds * tokens / profile[column][0]["seconds"] < 2.5
        for key in ("share", "expected_share"):
            assert sum(layer[column][key] for layer in layers) == pytest.approx(1, abs=1e-3)
    attention = [layer["decode"]["seconds"] for layer in layers if layer["kind"] == "attention"]
    assert min(attention) > 0


def test_a_profiled_program_computes_the_same(tmp_path):
    ids = np.random.default_rng(0).integers(0, 65, (1, 40))
    plain = compile_model(MODELS / "tiny-ecolm.onnx", tmp_path / "plain")
    timed = compile_model(MODELS / "tiny-ecolm.onnx", tmp_path / "timed", "--profile")
    np.testing.assert_array_equal(plain.logits(ids), timed.logits(ids))
    symbols = subprocess.run(["nm", plain.path], capture_output=True, text=True, check=True).stdout
    assert "ecolm_profile_mark" not in symbols and "ecolm_layer_times" not in symbols
    result = subprocess.run([plain.path, "bench", "--profile"], capture_output=True, text=True)
    assert result.returncode == 2
    assert ("this program does not time its layers; compile it with ecolm-compile --profile"
            in result.stderr)


def test_a_general_model_is_profiled(tmp_path):
    program = compile_model(MODELS / "butterfly.onnx", tmp_path / "program", "--profile")
    layers = profile_of(program)["profile"]
    assert [layer["name"] for layer in layers] == ["linear", "the rest"]
    assert layers[0]["run"]["seconds"] > 0
    table = program.run("bench", "--profile")
    assert "run us measured expected\nlinear" in table


def test_a_failed_report_costs_no_program(tmp_path):
    (tmp_path / "report.txt").symlink_to("/dev/full")
    result = run_compiler(MODELS / "butterfly.onnx", "-o", tmp_path / "program",
                          f"--report={tmp_path / 'report.txt'}")
    assert result.returncode == 6 and "No space left on device" in result.stderr
    assert subprocess.run([tmp_path / "program", "selftest"]).returncode == 0
