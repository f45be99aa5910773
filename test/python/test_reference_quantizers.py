"""Reference quantizers against bit manipulation and integer arithmetic."""

import numpy as np
import pytest
from ecolm import reference


def boundary_floats(emin: int, emax: int) -> np.ndarray:
    """2^k, 1.5 2^k, sqrt2 2^k and their neighbours by one ulp, zeros, subnormals, inf, NaN."""
    points = []
    for k in range(max(emin - 3, -126), min(emax + 4, 127)):
        for mantissa in (1.0, 1.5, np.sqrt(2.0), 1.7):
            point = np.float32(mantissa * 2.0**k)
            points += [np.nextafter(point, np.float32(0)), point,
                       np.nextafter(point, np.float32(np.inf))]
    special = [0.0, 1e-45, 1.1754942e-38, 3.4028235e38, np.inf, np.nan]
    points = np.array(points + special, np.float32)
    return np.concatenate([points, -points])


def masked_mantissa(x: np.ndarray) -> np.ndarray:
    """Floor log quantization of normal floats as the exponent field alone."""
    return (x.view(np.uint32) & 0xFF800000).view(np.float32)


def test_log_quantize_floor_is_the_exponent_field():
    x = boundary_floats(-126, 127)
    x = x[np.isfinite(x) & ((x == 0) | (np.abs(x) >= 2.0**-126))]
    y = reference.log_quantize(x, -126, 127)
    # Codes have one zero.
    np.testing.assert_array_equal(y.view(np.uint32), (masked_mantissa(x) + 0).view(np.uint32))


def test_log_quantize_catches_a_float_logarithm():
    x = np.ldexp(np.float32(1), np.arange(-126, 128)).astype(np.float32)
    with np.errstate(over="ignore"):
        exponent = np.floor(np.log(x) / np.log(np.float32(2)))
    assert np.any(np.exp2(exponent) != reference.log_quantize(x, -126, 127))


@pytest.mark.parametrize("rounding, expected", [
    ("floor", [1, 1, 1, 1, 2]), ("nearest_log", [1, 1, 2, 2, 2]),
    ("nearest", [1, 1, 1, 2, 2]), ("ceil", [1, 2, 2, 2, 2])])
def test_log_quantize_roundings(rounding, expected):
    above_sqrt2 = np.nextafter(np.float32(np.sqrt(2.0)), np.float32(2))
    x = np.array([1, np.nextafter(np.float32(1), np.float32(2)), above_sqrt2, 1.5, 2], np.float32)
    np.testing.assert_array_equal(reference.log_quantize(x, -4, 4, rounding), expected)
    np.testing.assert_array_equal(reference.log_quantize(-x, -4, 4, rounding), -np.array(expected))


def test_log_quantize_special_values():
    x = np.array([0.0, -0.0, 1e-45, -1e-45, np.inf, -np.inf, np.nan, 100, 0.1], np.float32)
    zero = reference.log_quantize(x, -3, 3)
    np.testing.assert_array_equal(zero, [0, 0, 0, 0, 8, -8, 0, 8, 0])
    assert not np.signbit(zero[zero == 0]).any()
    clamp = reference.log_quantize(x, -3, 3, underflow="clamp")
    np.testing.assert_array_equal(clamp, [0, 0, .125, -.125, 8, -8, 0, 8, .125])


def test_ternary_rules_on_boundaries():
    w = np.array([0.5, -0.5, np.nextafter(np.float32(0.5), np.float32(1)), -1.0, 0.0], np.float32)
    values, scale = reference.ternary_quantize(w, "given", 0.5)
    np.testing.assert_array_equal(values, [0, 0, 1, -1, 0])
    assert scale == 1
    # mean|w| = 1 exactly: 0.5 and 1.5 round half to even, to 0 and to 2 (clipped).
    w = np.array([0.5, -0.5, 1.5, -1.5], np.float32)
    np.testing.assert_array_equal(reference.ternary_quantize(w, "absmean")[0], [0, 0, 1, -1])
    np.testing.assert_array_equal(reference.ternary_quantize(w, "twn")[0], [0, 0, 1, -1])


def test_ternary_sparsity_of_a_normal_matches_theory():
    w = np.random.default_rng(0).normal(size=200_000).astype(np.float32)
    for rule, expected in (("half_std", 0.383), ("absmean", 0.310), ("twn", 0.424)):
        values, _ = reference.ternary_quantize(w, rule)
        assert abs(np.mean(values == 0) - expected) < 0.005


def test_ternary_scales_per_row():
    w = np.array([[1, 3, 0.1], [2, 2, 2]], np.float32)
    values, scale = reference.ternary_quantize(w, "given", 0.5, "mean_above", axis=-1)
    np.testing.assert_array_equal(values, [[1, 1, 0], [1, 1, 1]])
    np.testing.assert_array_equal(scale, [[2], [2]])


def test_pot_quantize_pre_round():
    w = np.array([3, 5, 6, 0.4, -0.5, 1.6, 200], np.float32)
    _, values = reference.pot_quantize(w, 1.0, 0, 7, "nearest_log", pre_round=True)
    np.testing.assert_array_equal(values, [4, 4, 8, 0, 0, 2, 128])


def test_pot_quantize_without_zero():
    codes, values = reference.pot_quantize(np.array([0, -0.001, 0.9], np.float32), 1.0, -2, 0,
                                           "floor", has_zero=False)
    np.testing.assert_array_equal(values, [0.25, -0.25, 0.5])
    np.testing.assert_array_equal(reference.pot_values(codes, -2), values)


def test_pot_terms_approach_the_value():
    w = np.array([0.7, -1.3, 0.0, 5.0], np.float32)
    errors = [np.abs(reference.pot_values(reference.pot_terms(w, n, -8, 3), -8).sum(0) - w).max()
              for n in (1, 2, 3, 4)]
    assert errors == sorted(errors, reverse=True) and errors[-1] < 2.0**-8


def test_quantize_int8_round_trip_and_edges():
    x = np.array([[1, -2, 0.5, 127 / 127], [0, 0, 0, 0], [1e-6, 0, 0, -1e-6]], np.float32)
    q, scale = reference.quantize_int8(x)
    np.testing.assert_array_equal(q[0], [64, -127, 32, 64])  # 63.5 -> 64, 31.75 -> 32
    np.testing.assert_array_equal(q[1:], [[0, 0, 0, 0], [13, 0, 0, -13]])
    assert np.abs(reference.dequantize(q, scale) - x).max() <= scale.max() / 2 * 1.0001
