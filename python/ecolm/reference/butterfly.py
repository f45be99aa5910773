"""Butterflies: Kronecker-sparse factors, rotations, permutations."""

import numpy as np


def butterfly_factor(x: np.ndarray, values: np.ndarray) -> np.ndarray:
    """y[(ia b + ib) d + id] = sum_ic values[ia,ib,ic,id] x[(ia c + ic) d + id].

    x (..., a c d), values (a, b, c, d) -> (..., a b d) in the type of x. The sum
    runs ic = 0, 1, ... from the first product on (no initial zero), multiply
    and add rounded separately.
    """
    x = np.asarray(x)
    a, b, c, d = values.shape
    blocks = x.reshape(*x.shape[:-1], a, 1, c, d)
    values = values.astype(x.dtype)
    y = values[:, :, 0] * blocks[..., 0, :]
    for ic in range(1, c):
        y = y + values[:, :, ic] * blocks[..., ic, :]
    return y.reshape(*x.shape[:-1], a * b * d)


def butterfly(x: np.ndarray, factors: list[np.ndarray], scale: np.ndarray | float = 1.0,
              out_features: int | None = None) -> np.ndarray:
    """Factors in application order, input zero-padded, output cut, then scaled.

    x (..., n) with n at most the first factor's input width -> (..., out_features).
    """
    a, _, c, d = factors[0].shape
    padding = a * c * d - x.shape[-1]
    if padding < 0:
        raise ValueError(f"input has {x.shape[-1]} features, expected at most {a * c * d}")
    y = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, padding)])
    for values in factors:
        y = butterfly_factor(y, values)
    y = y[..., :out_features]
    return y * np.asarray(scale).astype(y.dtype)


def rotate(x: np.ndarray, pairs: np.ndarray, angles: np.ndarray,
           transposed: bool = False) -> np.ndarray:
    """Givens rotations of disjoint pairs (i, j): x_i' = c x_i - s x_j, x_j' = s x_i + c x_j.

    pairs (p, 2), angles (p,) or (c, s) rows (p, 2) -> like x (f32). `transposed` is the
    other sign convention, [[c, s], [-s, c]]. cos and sin are taken in f64 and
    rounded to f32 once. Elements in no pair are copied.
    """
    if len(np.unique(pairs)) != 2 * len(pairs):
        raise ValueError("pairs of one stage must be disjoint")
    if angles.ndim == 2:
        cosine, sine = (angles[:, k].astype(np.float32) for k in (0, 1))
    else:
        cosine, sine = (f(angles.astype(np.float64)).astype(np.float32) for f in (np.cos, np.sin))
    if transposed:
        sine = -sine
    y = np.array(x, np.float32)
    i, j = pairs[:, 0], pairs[:, 1]
    xi, xj = y[..., i], y[..., j]
    y[..., i] = cosine * xi - sine * xj
    y[..., j] = sine * xi + cosine * xj
    return y


def rotate_stride(x: np.ndarray, angles: np.ndarray, stride: int,
                  transposed: bool = False) -> np.ndarray:
    """One radix-2 stage: pair i has low = i mod stride, pos = 2 (i - low) + low, (pos, pos + stride).

    x (..., n), angles (n / 2,) or (n / 2, 2).
    """
    i = np.arange(x.shape[-1] // 2)
    low = i % stride
    position = 2 * (i - low) + low
    return rotate(x, np.stack([position, position + stride], axis=1), angles, transposed)


def permute(x: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """y[..., i] = x[..., indices[i]]."""
    if not np.array_equal(np.sort(indices), np.arange(x.shape[-1])):
        raise ValueError("indices are not a permutation")
    return x[..., indices]


def bit_reversal(n: int) -> np.ndarray:
    """Index i with its log2 n bits reversed; n is a power of two."""
    if n < 1 or n & (n - 1):
        raise ValueError(f"{n} is not a power of two")
    indices = np.zeros(n, np.int64)
    for bit in range(n.bit_length() - 1):
        indices = 2 * indices + (np.arange(n) >> bit & 1)
    return indices
