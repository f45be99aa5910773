"""What the numpy definitions and the graph builder refuse, in words."""

import re

import numpy as np
import pytest

import ecolm
from ecolm import onnx_model
from ecolm.reference import packing, quantizers
from ecolm.reference.butterfly import bit_reversal, butterfly, permute, rotate
from ecolm.reference.matmul import shift

ONES = np.ones((1, 2, 2, 1), np.int8)
X = np.ones((2, 4), np.float32)


@pytest.mark.parametrize("words, call", [
    ("input has 5 features, expected at most 2",
     lambda: butterfly(np.ones((1, 5)), [ONES])),
    ("pairs of one stage must be disjoint",
     lambda: rotate(X, np.array([[0, 1], [1, 2]]), np.zeros(2))),
    ("indices are not a permutation", lambda: permute(X, np.array([0, 0, 1, 2]))),
    ("6 is not a power of two", lambda: bit_reversal(6)),
    ("unknown rounding up", lambda: shift(np.ones(2, np.int32), 1, "up")),
    ("unknown rounding up", lambda: quantizers.log_quantize(X, -3, 3, rounding="up")),
    ("unknown underflow wrap", lambda: quantizers.log_quantize(X, -3, 3, underflow="wrap")),
    ("unknown ternary rule none", lambda: quantizers.ternary_quantize(X, "none")),
    ("unknown ternary scale most", lambda: quantizers.ternary_quantize(X, "twn", scale="most")),
    ("values are not all in {-1, 0, 1}", lambda: packing.pack_codes2(np.array([2]))),
    ("values are not all in {-1, 0, 1}", lambda: onnx_model.pack_ternary(np.array([2]))),
    ("linear is not a chain of at least two factors",
     lambda: linear_model([ONES], 1.0)),
    ("scale of linear is not a power of two", lambda: linear_model([ONES, ONES], 3.0)),
    ("sums in linear may reach", lambda: linear_model([ONES, ONES], 1.0, emin=-24))])
def test_refusals(words, call):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()


def linear_model(factors, scale, emin=-6):
    weights = onnx_model.LinearWeights(factors, np.float32(scale))
    return onnx_model.linear_model(weights, emin, 3, "bad")


def test_names_that_do_not_exist():
    with pytest.raises(AttributeError, match="module 'ecolm' has no attribute 'compose'"):
        ecolm.compose  # noqa: B018
