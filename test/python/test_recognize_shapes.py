"""Operators that move elements or compute shapes, against onnxruntime."""

import numpy as np
import pytest
from onnx import helper
from run_recognized import check_model, make_model, pytestmark  # noqa: F401
from test_recognize_operators import LOOSE, TIGHT, X, Y, node


def ints(*values):
    return np.array(values, np.int64)


@pytest.mark.parametrize("shape", [[0, -1], [2, 3, 2, 2], [-1], [0, 0, 2, 2], [-1, 6], [1, -1, 4]])
@pytest.mark.parametrize("dims", [LOOSE, TIGHT])
def test_reshape(tmp_path, shape, dims):
    model = make_model([node("Reshape", "x s")], {"x": ("f", dims)}, ["y"], {"s": ints(*shape)})
    check_model(tmp_path, model, [X])


def test_reshape_to_computed_shape(tmp_path):
    nodes = [node("Shape", "x", "s"), node("Gather", "s zero", "b"), node("Gather", "s one", "n"),
             node("Unsqueeze", "b axis", "b1"), node("Mul", "n four", "w"),
             node("Unsqueeze", "w axis", "w1"), node("Concat", "b1 w1", "t", axis=0),
             node("Reshape", "x t")]
    model = make_model(nodes, {"x": ("f", LOOSE)}, ["y"], {
        "zero": np.int64(0), "one": np.int64(1), "axis": ints(0), "four": np.int64(4)})
    check_model(tmp_path, model, [X])


@pytest.mark.parametrize("perm", [[2, 0, 1], None, [0, 2, 1]])
def test_transpose(tmp_path, perm):
    attributes = {} if perm is None else {"perm": perm}
    model = make_model([node("Transpose", "x", **attributes)], {"x": ("f", LOOSE)}, ["y"])
    check_model(tmp_path, model, [X])


@pytest.mark.parametrize("axes", [[0], [1, 3], [-1], [0, 1, 4]])
def test_unsqueeze_and_squeeze(tmp_path, axes):
    nodes = [node("Unsqueeze", "x a", "u"), node("Squeeze", "u a")]
    model = make_model(nodes, {"x": ("f", LOOSE)}, ["u", "y"], {"a": ints(*axes)})
    check_model(tmp_path, model, [X])


@pytest.mark.parametrize("axis", [0, 1, 2, 3, -1])
@pytest.mark.parametrize("dims", [LOOSE, TIGHT])
def test_flatten(tmp_path, axis, dims):
    model = make_model([node("Flatten", "x", axis=axis)], {"x": ("f", dims)}, ["y"])
    check_model(tmp_path, model, [X])


@pytest.mark.parametrize("starts, ends, axes, steps", [
    ([1], [3], [1], [1]), ([-2], [9], [2], [1]), ([0, 1], [1, 9], [0, 2], [1, 2]),
    ([-1], [-99], [1], [-1]), ([3], [0], [2], [-2]), ([2], [1], [1], [1])])
@pytest.mark.parametrize("dims", [LOOSE, TIGHT])
def test_slice(tmp_path, starts, ends, axes, steps, dims):
    model = make_model([node("Slice", "x s e a t")], {"x": ("f", dims)}, ["y"], {
        "s": ints(*starts), "e": ints(*ends), "a": ints(*axes), "t": ints(*steps)})
    check_model(tmp_path, model, [X])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_concat(tmp_path, axis):
    model = make_model([node("Concat", "x x x", axis=axis)], {"x": ("f", LOOSE)}, ["y"])
    check_model(tmp_path, model, [X])


def test_split(tmp_path):
    nodes = [node("Split", "x sizes", "p q", axis=2), node("Split", "x", "r s", axis=1, num_outputs=2)]
    model = make_model(nodes, {"x": ("f", [2, 3, 4])}, ["p", "q", "r", "s"], {"sizes": ints(1, 3)})
    check_model(tmp_path, model, [X])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_gather(tmp_path, axis):
    inputs = {"x": ("f", LOOSE), "i": ("i", ["p", 2])}
    model = make_model([node("Gather", "x i", axis=axis)], inputs, ["y"])
    check_model(tmp_path, model, [X, ints(0, -1, 1, -2, 0, 1).reshape(3, 2)])


def test_gather_outside_stops(tmp_path):
    inputs = {"x": ("f", LOOSE), "i": ("i", ["p"])}
    model = make_model([node("Gather", "x i")], inputs, ["y"])
    with pytest.raises(Exception, match="an index lies outside|Non-zero status"):
        check_model(tmp_path, model, [X, ints(2)])


@pytest.mark.parametrize("start, limit, delta", [(0, 5, 1), (7, -4, -3), (2, 2, 1), (-3, 8, 4)])
def test_range(tmp_path, start, limit, delta):
    inputs = {name: ("i", []) for name in ("s", "l", "d")}
    model = make_model([node("Range", "s l d")], inputs, ["y"])
    check_model(tmp_path, model, [np.array(v, np.int64) for v in (start, limit, delta)])


def test_constant_of_shape_and_expand(tmp_path):
    nodes = [node("Shape", "x", "s"),
             node("ConstantOfShape", "s", "c", value=helper.make_tensor("v", 1, [1], [2.5])),
             node("Expand", "z s", "e"), node("Add", "c e")]
    model = make_model(nodes, {"x": ("f", LOOSE), "z": ("f", [4])}, ["y"])
    check_model(tmp_path, model, [X, Y[0].copy()])


def test_size(tmp_path):
    check_model(tmp_path, make_model([node("Size", "x")], {"x": ("f", LOOSE)}, ["y"]), [X])
