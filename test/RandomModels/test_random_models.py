"""A few random models, exported before, against onnxruntime."""

import pathlib

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from compare import compare

MODELS = sorted((pathlib.Path(__file__).parent / "Models").glob("*.onnx"))


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_random_model(path):
    result = compare(path)
    assert not result["problems"], result
    assert np.isfinite(result["difference"])


def test_a_wrong_weight_is_seen(tmp_path):
    """Planted: the program has another weight than the file that onnxruntime runs."""
    model = onnx.load(MODELS[0])
    weight = max(model.graph.initializer, key=lambda tensor: len(tensor.raw_data))
    weight.CopyFrom(numpy_helper.from_array(1.01 * numpy_helper.to_array(weight), weight.name))
    onnx.save(model, tmp_path / "wrong.onnx")
    result = compare(MODELS[0], compiled=tmp_path / "wrong.onnx")
    assert any("differs by" in problem for problem in result["problems"]), result
