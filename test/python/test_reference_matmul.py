"""Reference products, shifts and packings."""

import fractions

import numpy as np
import pytest
from ecolm import reference


def test_integer_matmul_is_exact():
    g = np.random.default_rng(4)
    x, w = g.integers(-128, 128, (3, 50)).astype(np.int8), g.integers(-1, 2, (33, 50)).astype(np.int8)
    np.testing.assert_array_equal(reference.matmul(x, w), x.astype(int) @ w.T.astype(int))


def test_float_matmul_sums_in_order():
    # 2^24 + 1 + 1: in order both ones are lost; pairwise from the end they are not.
    x, w = np.array([[2.0**24, 1, 1]], np.float32), np.ones((1, 3), np.float32)
    assert reference.matmul(x, w)[0, 0] == 2.0**24
    assert reference.matmul(x[:, ::-1], w)[0, 0] == 2.0**24 + 2


def test_group_matmul_of_small_integers_is_exact():
    """Scales and offsets of quarters leave nothing to round, so fractions say what is right."""
    g = np.random.default_rng(6)
    for k, group in ((20, 5), (20, 8), (3, 7)):
        groups = -(-k // group)
        w = g.integers(-8, 8, (6, k)).astype(np.int8)
        x = g.integers(-50, 50, (4, k)).astype(np.int8)
        scales, offsets = (g.integers(-9, 9, (6, groups)).astype(np.float32) / 4 for _ in range(2))
        exact = [[sum(int(row[i]) * (fractions.Fraction(float(scales[n, i // group])) * int(w[n, i])
                                     + fractions.Fraction(float(offsets[n, i // group])))
                      for i in range(k)) for n in range(6)] for row in x]
        for values in (x, x.astype(np.float32)):
            actual = reference.group_matmul(values, w, scales, group, offsets)
            np.testing.assert_array_equal(actual, np.array(exact, float))
        halves = reference.group_matmul(x, w, scales, group, exponent=-1)
        np.testing.assert_array_equal(2 * halves, reference.group_matmul(x, w, scales, group))


def test_embedding_rows_are_what_group_matmul_multiplies_by():
    """With a row of the identity as input, a product of small numbers is one of the table."""
    g = np.random.default_rng(7)
    w = g.integers(-8, 8, (6, 10)).astype(np.int8)
    scales, offsets = (g.integers(-9, 9, (6, 3)).astype(np.float32) / 4 for _ in range(2))
    table = reference.group_matmul(np.eye(10, dtype=np.float32), w, scales, 4, offsets).T
    ids = np.array([[0, 5], [5, 2]])
    np.testing.assert_array_equal(reference.embedding(ids, w, scales, 4, offsets), table[ids])
    table = reference.group_matmul(np.eye(10, dtype=np.float32), w, scales, 4).T
    np.testing.assert_array_equal(reference.embedding(ids, w, scales, 4), table[ids])
    with pytest.raises(IndexError):
        reference.embedding(np.array([6]), w, scales, 4)


def test_group_matmul_adds_groups_in_order():
    # 2^24 + 1 + 1: in order both ones are lost.
    x, w, scales = (np.ones((1, 3), np.float32) for _ in range(3))
    scales[0, 0] = 2.0**24
    assert reference.group_matmul(x, w, scales, 1)[0, 0] == 2.0**24
    assert reference.group_matmul(x, w, scales[:, ::-1], 1)[0, 0] == 2.0**24 + 2


def test_pot_matmul_of_small_integers_is_exact():
    g = np.random.default_rng(5)
    codes = g.integers(-8, 9, (7, 20)).astype(np.int8)
    x = g.integers(-50, 50, (4, 20))
    exact = [[sum(int(v) * (np.sign(int(c)) * fractions.Fraction(2) ** (abs(int(c)) - 1 - 7))
                  for v, c in zip(row, weights)) for weights in codes] for row in x]
    actual = reference.matmul(x.astype(np.float32), reference.pot_values(codes, -7))
    np.testing.assert_array_equal(actual, np.array(exact, float))


def test_integer_shift_is_exact_division():
    values = np.arange(-40, 41, dtype=np.int32)
    for amount in range(-5, 4):
        exact = [fractions.Fraction(int(v)) * fractions.Fraction(2) ** amount for v in values]
        np.testing.assert_array_equal(reference.shift(values, amount), [round(e) for e in exact])
        np.testing.assert_array_equal(reference.shift(values, amount, "floor"),
                                      [e.numerator // e.denominator for e in exact])
    np.testing.assert_array_equal(reference.shift(np.array([-7, 7, -2**31], np.int32), -40),
                                  [0, 0, 0])
    assert reference.shift(np.int8(-1), -100, "floor") == -1


def test_float_shift_edges():
    x = np.array([0.0, -0.0, 1.5, 1.17549435e-38, 3e38, np.inf, np.nan], np.float32)
    doubled = np.array([0, -0.0, 3, 2.3509887e-38, np.inf, np.inf, np.nan], np.float32)
    np.testing.assert_array_equal(reference.shift(x, 1), doubled)
    halved = reference.shift(x, -1)
    np.testing.assert_array_equal(halved, x / np.float32(2))
    assert np.signbit(halved[1]) and halved[3] > 0  # a subnormal, not zero


@pytest.mark.parametrize("n", [0, 1, 3, 4, 5, 8, 17, 50])
def test_packings_round_trip(n):
    values = np.random.default_rng(n).integers(-1, 2, n).astype(np.int8)
    for pack, unpack in ((reference.pack_codes2, reference.unpack_codes2),
                         (reference.pack_base3, reference.unpack_base3),
                         (reference.pack_bitplanes, reference.unpack_bitplanes)):
        np.testing.assert_array_equal(unpack(pack(values), (n,)), values)


def test_packed_bytes():
    values = np.array([-1, 0, 1, 1, 1], np.int8)
    np.testing.assert_array_equal(reference.pack_codes2(values), [0b10_10_01_00, 0b10])
    np.testing.assert_array_equal(reference.pack_base3(values), [0 + 3 + 18 + 54 + 162])
    np.testing.assert_array_equal(reference.pack_bitplanes(values), [[0b11101], [0b00001]])
    with pytest.raises(ValueError, match="not all in"):
        reference.pack_codes2(np.array([2]))


def test_exporter_and_reference_pack_alike():
    from ecolm.onnx_model import pack_ternary
    values = np.random.default_rng(6).integers(-1, 2, 23)
    np.testing.assert_array_equal(pack_ternary(values), reference.pack_codes2(values))
