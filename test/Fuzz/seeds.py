"""The models that fuzzing starts from, in groups: files, test helpers' and ONNX's node tests."""

import importlib.util
import pathlib
import sys
import warnings

import onnx

TESTS = pathlib.Path(__file__).resolve().parents[1]
# What a short run takes of ONNX's node tests.
FEW_CASES = ["test_attention_3d_causal", "test_cumsum_2d_axis_0", "test_einsum_transpose",
             "test_gathernd_example_int32", "test_quantizelinear_axis", "test_reshape_extended_dims",
             "test_rotary_embedding", "test_scatternd", "test_slice", "test_split_equal_parts_2d",
             "test_top_k", "test_unsqueeze_negative_axes", "test_constant_pad", "test_range_int32_type_negative_delta"]
LARGEST = 100_000


def load(path: pathlib.Path):
    """The module at `path`, which may import what lies beside it."""
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def files() -> list[bytes]:
    """Every model that lies in test: shipped ones, families of low-bit models, random ones."""
    return [path.read_bytes() for path in sorted(TESTS.rglob("*.onnx"))]


def helpers() -> list[bytes]:
    """What the importer's tests write, broken models among them."""
    kinds = load(TESTS / "Frontend" / "ONNX" / "Inputs" / "models.py").KINDS
    return [make().SerializeToString() for _, make in sorted(kinds.items())]


def backend_cases(names: list[str] | None, folder: pathlib.Path) -> list[bytes]:
    """ONNX's node tests in every form, or those in `names`."""
    warnings.simplefilter("ignore")  # The cases divide by zero on purpose.
    cases = load(TESTS / "Conformance" / "backend_cases.py")
    cases.generate(folder, names)
    return [cases.in_mode(cases.read_case(case), mode).model.SerializeToString()
            for case in sorted(folder.iterdir()) for mode in cases.MODES]


def all_groups(folder: pathlib.Path, few: bool) -> list[list[bytes]]:
    """Every model that is small enough to be worth damaging, in a fixed order."""
    groups = [files(), helpers(), backend_cases(FEW_CASES if few else None, folder / "node")]
    return [[seed for seed in group if len(seed) <= LARGEST or not few] for group in groups]


def operators_of(groups: list[list[bytes]]) -> set[str]:
    """The operators in `groups`."""
    return {node.op_type for group in groups for seed in group for node in onnx.ModelProto.FromString(seed).graph.node}
