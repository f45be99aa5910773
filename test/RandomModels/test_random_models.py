"""A few random models, exported before, against onnxruntime."""

import pathlib

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from compare import compare
from ties import FARTHEST, ULP, Verdict, excuse, settle

MODELS = sorted((pathlib.Path(__file__).parent / "Models").glob("*.onnx"))


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_random_model(path):
    result = compare(path)
    assert not result["problems"], result
    assert np.isfinite(result["difference"])


@pytest.mark.parametrize("family", ["bert", "bitnet"])
def test_a_wrong_weight_is_seen(family, tmp_path):
    """Planted: the program has another weight than the file that onnxruntime runs."""
    path = next(path for path in MODELS if path.stem.startswith(family))
    model = onnx.load(path)
    weight = max((tensor for tensor in model.graph.initializer if "norm" in tensor.name or family == "bert"),
                 key=lambda tensor: len(tensor.raw_data))
    weight.CopyFrom(numpy_helper.from_array(np.float32(1.01) * numpy_helper.to_array(weight), weight.name))
    onnx.save(model, tmp_path / "wrong.onnx")
    result = compare(path, compiled=tmp_path / "wrong.onnx")
    assert any("differ by" in problem for problem in result["problems"]), result


ROW = np.array([[127, 10.5, 3]], np.float32)


@pytest.mark.parametrize("ulps, explained", [(1, True), (FARTHEST + 1, False)])
def test_a_code_far_from_a_tie_is_no_excuse(ulps, explained):
    """Planted: a number that is rounded up at a distance of some ulp below the tie, where it is rounded down."""
    theirs, own = ROW.copy(), ROW.copy()
    theirs[0, 1] -= ulps * ULP
    own[0, 1] += ULP
    verdict = Verdict()
    verdict.flips = excuse(verdict, own, theirs, theirs, theirs.astype(np.float64))
    assert verdict.flips == 1
    assert verdict.explains(1e-4) == explained


def test_onnxruntime_farther_from_the_exact_number_is_an_excuse():
    """A row of rounding noise, of which the program makes zeros."""
    theirs, zeros = np.float32(1e-7) * ROW, np.zeros_like(ROW)
    for exact, farthest in ((zeros, 0), (theirs, 2**16)):
        verdict = Verdict(flips=1)
        excuse(verdict, zeros, theirs, ROW, exact.astype(np.float64))
        assert verdict.farthest == farthest


def test_tensors_settle_on_the_codes_of_onnxruntime():
    """A number at a tie moves to where the definition gives the code that the graph's own spelling gave."""
    scaled = ROW.copy()
    scaled[0, 1] = np.nextafter(np.float32(10.5), np.float32(11))
    moved = settle(Verdict(), ROW, scaled)
    assert moved[0, 1] > ROW[0, 1] and moved[0, 1] - ROW[0, 1] < ULP
