"""Butterflies and rotations in models that PyTorch exported, recognized by structure.

One model holds all modules of butterfly_modules.py, each with an input and an output of its
own. TorchScript's exporter is fast and runs here; what the dynamo exporter makes of the same
modules is Inputs/butterflies-dynamo.onnx, written by `python test_butterfly_modules.py`.
"""

import json
import pathlib
import re
import warnings

import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch")

import butterfly_modules as modules  # noqa: E402
import ordinary_modules as ordinary  # noqa: E402
from layer_comparison import open_session  # noqa: E402
from programs import compile_model, run_compiler  # noqa: E402

DYNAMO = pathlib.Path(__file__).parent / "Inputs" / "butterflies-dynamo.onnx"
N = modules.N
SHAPE = (2, 3, N)

# A module, the shape of its input, and the factors that it is made of.
BUTTERFLIES = {
    "torch_butterfly": (modules.TorchButterfly, SHAPE, [4]),
    "torch_butterfly_padded": (lambda: modules.TorchButterfly(12, 40), (2, 3, 12), [4]),
    "torch_butterfly_blocks": (lambda: modules.TorchButterfly(blocks=2, increasing=False),
                               SHAPE, [8]),
    "view_stack_flatten": (modules.ViewStackFlatten, SHAPE, [4]),
    "view_stack_decreasing": (lambda: modules.ViewStackFlatten(decreasing=True), SHAPE, [4]),
    "even_odd_slices": (modules.EvenOddSlices, SHAPE, [4]),
    "chunk_cat": (modules.ChunkCat, SHAPE, [4]),
    "einsum_blocks": (modules.EinsumBlocks, SHAPE, [4]),
    "matmul_blocks": (modules.MatmulBlocks, SHAPE, [4]),
    "partner_gather": (modules.PartnerGather, SHAPE, [4]),
    "roll_stages": (modules.RollStages, (3, N), [4]),
    "recursive_fft": (modules.RecursiveFFT, SHAPE, [4]),
    "walsh_hadamard": (modules.WalshHadamard, SHAPE, [4]),
    "normalized_hadamard": (modules.NormalizedHadamard, SHAPE, [1, 1, 1, 1]),
    "ternary_stages": (modules.TernaryStages, (3, N), [4]),
    "givens_rotations": (modules.GivensRotations, SHAPE, [4]),
    "kronecker_companion": (modules.KroneckerCompanion, (2, 3, 48), [4]),
    "explicit_pairs": (modules.ExplicitPairs, SHAPE, [4]),
    "monarch": (modules.Monarch, SHAPE, [2]),
    "channels_first": (modules.ChannelsFirst, (2, N, 3), [4]),
    "log_quantized_stages": (modules.LogQuantizedStages, SHAPE, [1, 1, 1, 1]),
}
# MatMul and Einsum, in which onnxruntime fuses products with additions.
FUSED = {"kronecker_companion", "monarch", "einsum_blocks", "matmul_blocks"}
# Weights that are sines and cosines, which TorchScript leaves to be computed.
ANGLES = {"givens_rotations", "explicit_pairs"}
OTHERS = {
    "mlp": (ordinary.Mlp, SHAPE), "gated_halves": (ordinary.GatedHalves, SHAPE),
    "self_attention": (ordinary.SelfAttention, SHAPE),
    "rotary_positions": (ordinary.RotaryPositions, (2, 5, N)),
    "decomposed_layer_norm": (ordinary.DecomposedLayerNorm, SHAPE),
    "pixel_shuffle": (ordinary.PixelShuffle, SHAPE),
    "unfolded_convolution": (ordinary.UnfoldedConvolution, SHAPE),
    "grouped_linear": (ordinary.GroupedLinear, SHAPE),
    "residual_sums": (ordinary.ResidualSums, SHAPE),
    "feature_pooling": (ordinary.FeaturePooling, SHAPE),
    "left_over_element": (ordinary.LeftOverElement, SHAPE),
    "data_dependent_pairs": (ordinary.DataDependentPairs, SHAPE),
}


class Gallery(torch.nn.Module):
    """All modules side by side."""

    def __init__(self, names):
        super().__init__()
        torch.manual_seed(0)
        table = {**BUTTERFLIES, **OTHERS}
        self.parts = torch.nn.ModuleDict({name: table[name][0]() for name in names})

    def forward(self, *inputs):
        return tuple(part(x) for part, x in zip(self.parts.values(), inputs))


def make_inputs(names) -> list:
    """One tensor for each module."""
    g = np.random.default_rng(5)
    table = {**BUTTERFLIES, **OTHERS}
    return [torch.from_numpy(g.standard_normal(table[name][1]).astype(np.float32))
            for name in names]


def export(names, path: pathlib.Path, dynamo: bool) -> None:
    """The gallery of `names` with unknown batch sizes."""
    inputs = tuple(make_inputs(names))
    settings = {"input_names": [f"{n}.in" for n in names], "output_names": list(names)}
    if dynamo:
        shapes = (tuple({0: torch.export.Dim.DYNAMIC} for _ in names),)
        settings |= {"dynamic_shapes": shapes, "external_data": False, "verbose": False}
    else:
        settings["dynamic_axes"] = {f"{n}.in": {0: f"{n}_batch"} for n in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(Gallery(names).eval(), inputs, path, dynamo=dynamo, **settings)


def strip(path: pathlib.Path) -> None:
    """Takes out what the exporter says of itself and of the source."""
    model = onnx.load(path)
    model.ClearField("metadata_props")
    for text in ("metadata_props", "doc_string", "value_info"):
        model.graph.ClearField(text)
    for part in [*model.graph.node, *model.graph.initializer]:
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    onnx.save(model, path)


def owners(model: onnx.ModelProto) -> dict[str, str]:
    """The module that each node belongs to: the one whose input it reads."""
    module = {i.name: i.name.removesuffix(".in") for i in model.graph.input}
    found = {}
    for node in model.graph.node:
        for name in filter(module.get, node.input):
            found[node.name] = module[name]
            module |= {output: module[name] for output in node.output}
    return found


def plant(model: onnx.ModelProto, module: str, kind: str, change) -> onnx.ModelProto:
    """A copy of `model` with the first constant that a node `kind` of `module` reads changed."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    owner = owners(model)
    tensors = {tensor.name: tensor for tensor in copy.graph.initializer}
    for node in copy.graph.node:
        if node.op_type == kind and owner.get(node.name) == module:
            tensor = next(tensors[name] for name in node.input if name in tensors)
            value = change(onnx.numpy_helper.to_array(tensor).copy())
            # A constant of its own: others may read the same one.
            copy.graph.initializer.append(onnx.numpy_helper.from_array(value, "planted"))
            node.input[list(node.input).index(tensor.name)] = "planted"
            return copy
    raise AssertionError(f"{module} has no {kind} of a constant")


class Case:
    """One exported gallery, what the compiler says of it, and what the program computes."""

    def __init__(self, path: pathlib.Path, folder: pathlib.Path):
        self.is_dynamo = path == DYNAMO
        self.model = onnx.load(path)
        result = run_compiler(path, "--emit=report-json", "-o", "-")
        assert result.returncode == 0, result.stderr
        self.report = json.loads(result.stdout)
        names = [output.name for output in self.model.graph.output]
        self.inputs = {f"{n}.in": x.numpy() for n, x in zip(names, make_inputs(names))}
        expected = open_session(self.model).run(None, self.inputs)
        self.expected = dict(zip(names, expected))
        self.actual = compile_model(path, folder / "gallery").evaluate(self.inputs)

    def factors(self, name: str) -> list[int]:
        """The lengths of the chains that were found in a module."""
        owner = owners(self.model)
        return [int(re.match(r"(\d+) factors? ", note["evidence"])[1])
                for note in self.report["recognized"]
                if note["idea"] == "butterfly" and owner[note["name"]] == name]


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """A function from the name of an exporter to its gallery."""
    made = {}

    def get(exporter: str) -> Case:
        if exporter not in made:
            folder = tmp_path_factory.mktemp(exporter)
            path = DYNAMO
            if exporter == "torchscript":
                path = folder / "gallery.onnx"
                export([*BUTTERFLIES, *OTHERS], path, dynamo=False)
            made[exporter] = Case(path, folder)
        return made[exporter]

    return get


@pytest.fixture(params=["torchscript", "dynamo"])
def case(request, cases):
    """The gallery of either exporter."""
    return cases(request.param)


@pytest.mark.parametrize("name", BUTTERFLIES)
def test_butterfly_is_recognized(case, name):
    assert case.factors(name) == BUTTERFLIES[name][2]


@pytest.mark.parametrize("name", BUTTERFLIES)
def test_butterfly_computes_the_same(case, name):
    if name in FUSED or (name in ANGLES and not case.is_dynamo):
        np.testing.assert_allclose(case.actual[name], case.expected[name], rtol=1e-5, atol=1e-5)
    else:
        np.testing.assert_array_equal(case.actual[name], case.expected[name])


@pytest.mark.parametrize("name", OTHERS)
def test_other_module_is_no_butterfly(case, name):
    assert not case.factors(name)
    np.testing.assert_allclose(case.actual[name], case.expected[name], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name, strides, exactness", [
    ("view_stack_flatten", "8x2x2x1, 4x2x2x2, 2x2x2x4, 1x2x2x8", "the same bits"),
    ("view_stack_decreasing", "1x2x2x8, 2x2x2x4, 4x2x2x2, 8x2x2x1", "the same bits"),
    ("monarch", "4x4x4x1, 1x5x4x4", "sums of 4 in the canonical order")])
def test_strides_are_those_of_the_author(case, name, strides, exactness):
    owner = owners(case.model)
    evidence, = [note["evidence"] for note in case.report["recognized"]
                 if owner.get(note["name"]) == name]
    assert strides in evidence and evidence.endswith(f"; {exactness}")


def scale_first(value: np.ndarray) -> np.ndarray:
    """One weight is a thousandth larger."""
    value.flat[0] *= 1.001
    return value


def test_planted_weight_is_seen(cases, tmp_path):
    case = cases("dynamo")
    model = plant(case.model, "even_odd_slices", "Mul", scale_first)
    actual = compile_model(model, tmp_path / "planted").evaluate(case.inputs)
    changed = [n for n in case.actual if not np.array_equal(case.actual[n], actual[n])]
    assert changed == ["even_odd_slices"]


def test_planted_stride_is_seen(cases, tmp_path):
    case = cases("dynamo")
    model = plant(case.model, "partner_gather", "GatherND",
                  lambda index: np.roll(index, 1, axis=0))
    onnx.save(model, tmp_path / "planted.onnx")
    result = run_compiler(tmp_path / "planted.onnx", "--check")
    assert result.returncode == 0, result.stderr
    name = next(n for n in case.report["recognized"]
                if owners(case.model)[n["name"]] == "partner_gather")["name"]
    recognized = result.stdout.split("almost recognized:")[0]
    # The stage with the wrong partners is no factor; the three after it are.
    assert f"{name}: butterfly: 3 factors" in recognized


if __name__ == "__main__":
    export([*BUTTERFLIES, *OTHERS], DYNAMO, dynamo=True)
    strip(DYNAMO)
