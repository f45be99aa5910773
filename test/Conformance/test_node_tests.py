"""A few of ONNX's node tests through the harness, and faults that it must find."""

import os
import pathlib

import numpy as np
import onnx
import pytest
from backend_cases import MODES, generate
from node_tests import Result, compare, count, difference, test_case, write_table
from onnx import helper, numpy_helper

test_case.__test__ = False
ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ECOLM_BUILD", ROOT / "build"))
COMPILER = pathlib.Path(os.environ.get("ECOLM_COMPILE", BUILD / "bin" / "ecolm-compile"))
CASES = ["test_add_uint8", "test_and2d", "test_argmax_keepdims_example", "test_attention_3d_causal",
         "test_bitshift_left_uint16", "test_cumsum_2d_axis_0", "test_einsum_transpose",
         "test_gathernd_example_int32", "test_nonzero_example", "test_pow_types_int32_int32",
         "test_reduce_sum_keepdims_random", "test_scatternd", "test_slice", "test_top_k",
         "test_unsqueeze_negative_axes"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return generate(tmp_path_factory.mktemp("node"), CASES)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", CASES)
def test_passes(folder, name, mode):
    result = test_case(folder / name, mode, COMPILER, 60)
    assert result.outcome == "passed", result.message


def plant(folder: pathlib.Path, name: str, **changes) -> pathlib.Path:
    """A case of one node: y = kind(x), with outputs that may not be its own."""
    case = {"kind": "Abs", "x": np.array([-1, 2], np.float32),
            "y": np.array([1, 2], np.float32)} | changes
    infos = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(case[n].dtype),
                                           case[n].shape) for n in "xy"]
    graph = helper.make_graph([helper.make_node(case["kind"], ["x"], ["y"])], name, infos[:1],
                              infos[1:])
    data = folder / name / "test_data_set_0"
    data.mkdir(parents=True)
    onnx.save(helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 20)]),
              folder / name / "model.onnx")
    for file, value in (("input_0.pb", case["x"]), ("output_0.pb", case["y"])):
        (data / file).write_bytes(numpy_helper.from_array(value).SerializeToString())
    return folder / name


def test_outcomes(tmp_path):
    right = plant(tmp_path, "right")
    assert test_case(right, "static", COMPILER, 60).outcome == "passed"
    planted = plant(tmp_path, "planted", y=np.array([1, 2.001], np.float32))
    wrong = test_case(planted, "static", COMPILER, 60)
    assert wrong.outcome == "wrong" and "1 of 2 elements, first at [1]" in wrong.message
    refused = test_case(plant(tmp_path, "refused", kind="Hardmax"), "static", COMPILER, 60)
    assert refused.outcome == "refused" and "the operator is not supported" in refused.message
    crasher = tmp_path / "crasher"
    crasher.write_text("#!/bin/sh\nkill -SEGV $$\n")
    crasher.chmod(0o755)
    assert test_case(right, "static", crasher, 60).outcome == "crashed"
    crasher.write_text("#!/bin/sh\nexec sleep 60\n")
    assert test_case(right, "static", crasher, 0.2).outcome == "timed out"


def test_differences():
    ones = np.ones(2, np.float32)
    assert not difference(ones, ones + np.float32(1e-6))
    assert difference(ones, ones.astype(np.float64)).startswith("float32[2], expected float64[2]")
    assert difference(np.array([3]), np.array([4])) == "1 of 1 elements, first at [0]: 3, expected 4"
    assert compare([], [ones]) == ("wrong", "0 outputs, expected 1")


def test_table():
    results = [Result("a", "static", ["Add"], "passed"), Result("b", "static", ["Add"], "wrong")]
    assert count(results) == {"passed": 1, "refused": 0, "wrong": 1, "crashed": 0, "timed out": 0}
    assert "| Add | 1 of 2 | 1 wrong |" in write_table(results)
