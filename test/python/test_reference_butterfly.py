"""Reference butterflies against dense matrices built by Kronecker products."""

import numpy as np
import pytest
from ecolm import reference


def kronecker_sparse(values: np.ndarray) -> np.ndarray:
    """The (a b d, a c d) matrix with support I_a (x) 1_(b x c) (x) I_d, entry by entry."""
    a, b, c, d = values.shape
    matrix = np.zeros((a * b * d, a * c * d))
    for ia, ib, ic, k in np.ndindex(a, b, c, d):
        matrix[(ia * b + ib) * d + k, (ia * c + ic) * d + k] = values[ia, ib, ic, k]
    return matrix


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (4, 2, 2, 1), (1, 2, 2, 8), (3, 5, 2, 7),
                                   (2, 1, 6, 3), (1, 16, 4, 4)])
def test_factor_is_the_dense_matrix(shape):
    g = np.random.default_rng(1)
    values = g.integers(-1, 2, shape, dtype=np.int8)
    a, b, c, d = shape
    x = g.integers(-100, 100, (2, 3, a * c * d)).astype(np.int32)
    np.testing.assert_array_equal(reference.butterfly_factor(x, values),
                                  x @ kronecker_sparse(values).T.astype(np.int32))


def test_support_is_a_kronecker_product():
    a, b, c, d = 3, 5, 2, 4
    expected = np.kron(np.kron(np.eye(a), np.ones((b, c))), np.eye(d))
    np.testing.assert_array_equal(kronecker_sparse(np.ones((a, b, c, d))), expected)


def test_hadamard_transform_is_a_radix2_chain():
    n = 16
    hadamard = np.array([[1]])
    while hadamard.shape[0] < n:
        hadamard = np.kron(hadamard, [[1, 1], [1, -1]])
    block = np.array([[1, 1], [1, -1]], np.int8)
    factors = [np.broadcast_to(block[None, :, :, None], (n // (2 * s), 2, 2, s))
               for s in (1, 2, 4, 8)]
    np.testing.assert_array_equal(reference.butterfly(np.eye(n, dtype=np.int32), factors),
                                  hadamard)
    np.testing.assert_array_equal(reference.butterfly(np.eye(n, dtype=np.int32), factors[::-1]),
                                  hadamard)


def test_fft_is_bit_reversal_then_butterflies():
    n = 32
    x = np.random.default_rng(2).normal(size=n) + 0j
    y = reference.permute(x, reference.bit_reversal(n))
    for s in (1, 2, 4, 8, 16):
        twiddle = np.exp(-2j * np.pi * np.arange(s) / (2 * s))
        values = np.broadcast_to(np.stack([[np.ones(s), twiddle], [np.ones(s), -twiddle]]),
                                 (n // (2 * s), 2, 2, s))
        y = reference.butterfly_factor(y, values)
    np.testing.assert_allclose(y, np.fft.fft(x), atol=1e-12)


def test_padding_truncation_and_scale():
    factors = [np.ones((1, 4, 4, 1), np.int8)]
    y = reference.butterfly(np.array([1, 2, 3], np.float32), factors, np.float32(0.5), 2)
    np.testing.assert_array_equal(y, [3, 3])
    with pytest.raises(ValueError, match="expected at most 4"):
        reference.butterfly(np.zeros(5, np.float32), factors)


def test_rotations_are_orthogonal_and_inverse_to_the_other_convention():
    g = np.random.default_rng(3)
    x, angles = g.normal(size=(4, 16)).astype(np.float32), g.normal(size=8)
    for stride in (1, 2, 4, 8):
        y = reference.rotate_stride(x, angles, stride)
        back = reference.rotate_stride(y, angles, stride, transposed=True)
        np.testing.assert_allclose(back, x, atol=1e-6)
        np.testing.assert_allclose(np.linalg.norm(y, axis=1), np.linalg.norm(x, axis=1), rtol=1e-5)


def test_rotation_sign_convention():
    x = np.array([1, 0], np.float32)
    pair, quarter = np.array([[0, 1]]), np.array([np.pi / 2])
    np.testing.assert_allclose(reference.rotate(x, pair, quarter), [0, 1], atol=1e-7)
    np.testing.assert_allclose(reference.rotate(x, pair, quarter, True), [0, -1], atol=1e-7)


def test_stride_form_pairs():
    x = np.arange(8, dtype=np.float32)
    quarter = np.tile([0.0, 1.0], (4, 1))  # (x_i, x_j) -> (-x_j, x_i)
    np.testing.assert_array_equal(reference.rotate_stride(x, quarter, 2),
                                  [-2, -3, 0, 1, -6, -7, 4, 5])


def test_overlapping_pairs_are_refused():
    with pytest.raises(ValueError, match="disjoint"):
        reference.rotate(np.zeros(3), np.array([[0, 1], [1, 2]]), np.zeros(2))


def test_bit_reversal():
    np.testing.assert_array_equal(reference.bit_reversal(8), [0, 4, 2, 6, 1, 5, 3, 7])
    with pytest.raises(ValueError, match="power of two"):
        reference.bit_reversal(6)
