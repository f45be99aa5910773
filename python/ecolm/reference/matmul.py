"""Matrix products over every element type, and shifts in place of multiplies."""

import numpy as np


def matmul(x: np.ndarray, weight: np.ndarray, scale: np.ndarray | float | None = None
           ) -> np.ndarray:
    """y[..., n] = sum_k x[..., k] weight[n, k], then times scale (scalar or per n).

    Integers accumulate in int32 (exact). Floats are f32: k = 0, 1, 2, ... starting
    from 0, the product and the sum each rounded (no fused multiply-add).
    weight (N, K) may be ternary int8, integers, or float values.
    """
    integral = x.dtype.kind in "iu" and weight.dtype.kind in "iu"
    kind = np.int32 if integral else np.float32
    x, weight = x.astype(kind), weight.astype(kind)
    y = np.zeros((*x.shape[:-1], weight.shape[0]), kind)
    for k in range(x.shape[-1]):
        y = y + x[..., k, None] * weight[:, k]
    return y if scale is None else y.astype(np.float32) * np.asarray(scale, np.float32)


def group_matmul(x: np.ndarray, weight: np.ndarray, scales: np.ndarray, group: int,
                 offsets: np.ndarray | None = None, exponent: int = 0) -> np.ndarray:
    """A product with a scale, and an offset, for every `group` weights of a row.

    y[..., n] = sum_g scales[n, g] s[n, g] + offsets[n, g] t[g], where s is the matmul of
    the group, in units of 2^exponent, and t the sum of its inputs. x (..., K),
    weight (N, K), scales and offsets (N, G) f32, G = ceil(K / group); the last group
    may be shorter. s and t become f32; y starts at 0, and for g = 0, 1, ... the product
    with the scale and then that with the offset is rounded and added.
    """
    y = np.zeros((*x.shape[:-1], weight.shape[0]), np.float32)
    for g in range(scales.shape[1]):
        part = slice(g * group, (g + 1) * group)
        s = matmul(x[..., part], weight[:, part]).astype(np.float32) * np.float32(2.0 ** exponent)
        y = y + s * scales[:, g]
        if offsets is not None:
            ones = np.ones((1, weight[:, part].shape[1]), np.int8)
            t = matmul(x[..., part], ones).astype(np.float32)
            y = y + t * offsets[:, g]
    return y


def embedding(ids: np.ndarray, weight: np.ndarray, scales: np.ndarray, group: int,
              offsets: np.ndarray | None = None) -> np.ndarray:
    """Rows of the matrix that group_matmul multiplies by: (..., K) f32 for ids (...).

    scales[id, k // group] * weight[id, k], rounded, + offsets[id, k // group]. weight
    (V, K) holds values, scales and offsets (V, G) f32. Raises IndexError beyond V.
    """
    g = np.arange(weight.shape[1]) // group
    y = weight[ids].astype(np.float32) * scales[ids][..., g]
    return y if offsets is None else y + offsets[ids][..., g]


def pot_values(codes: np.ndarray, emin: int) -> np.ndarray:
    """f32 values of power-of-two codes: 0, or sign * 2^(|code| - 1 + emin)."""
    wide = codes.astype(np.int32)
    return (np.sign(wide) * np.ldexp(1.0, np.abs(wide) - 1 + emin)).astype(np.float32)


def shift(x: np.ndarray, amount: np.ndarray | int, rounding: str = "half_even") -> np.ndarray:
    """x * 2^amount without a multiply.

    Integers: amount >= 0 shifts left and wraps in the type; amount < 0 is an arithmetic
    right shift, rounded `half_even` or `floor`; a shift by the width or more is 0, or
    for right shifts what the exact quotient rounds to. Floats: the amount is added to
    the exponent; zeros keep their sign, results below the normal range are the
    correctly rounded (half to even) subnormal, above it +-inf; inf and NaN pass.
    """
    x = np.asarray(x)
    if x.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return np.ldexp(x, amount).astype(x.dtype)
    if rounding not in ("half_even", "floor"):
        raise ValueError(f"unknown rounding {rounding}")
    bits = 8 * x.dtype.itemsize
    amount = np.broadcast_to(np.asarray(amount, np.int64), x.shape)
    wide = x.astype(np.int64)
    left = np.where(amount >= bits, 0, wide << np.clip(amount, 0, min(bits - 1, 62)))
    right = np.minimum(np.maximum(-amount, 0), 62)
    quotient = wide >> right
    if rounding == "half_even":
        remainder = wide - (quotient << right)
        half = np.where(right > 0, np.int64(1) << np.maximum(right - 1, 0), 1)
        up = (remainder > half) | ((remainder == half) & (quotient & 1 == 1))
        quotient = quotient + (up & (right > 0))
    return np.where(amount >= 0, left, quotient).astype(x.dtype)
