"""Quantizers: ternary, powers of two, logarithmic activations, int8 per token."""

import numpy as np

TERNARY_RULES = ("given", "half_std", "twn", "absmean")
POT_ROUNDINGS = ("floor", "nearest_log", "nearest", "ceil")


def ternary_quantize(w: np.ndarray, rule: str = "absmean", delta: float | None = None,
                     scale: str = "none", axis: int | tuple[int, ...] | None = None
                     ) -> tuple[np.ndarray, np.ndarray]:
    """Ternarize `w`; statistics over `axis` (None: the tensor; -1: each row).

    Rules `given` (delta), `half_std` (0.5 std, population) and `twn`
    (0.7 mean|w|) are strict: +1 if w > delta, -1 if w < -delta, else 0.
    `absmean` is clip(round_half_even(w / max(mean|w|, 1e-5)), -1, 1).
    Scale: `none` is 1, `mean` is mean|w|, `mean_above` is the mean of |w|
    where the result is not zero (1 where all are zero).
    Returns int8 values shaped like `w` and the f32 scale, reduced axes kept as 1.
    """
    w = np.asarray(w, np.float32)
    magnitude = np.abs(w)
    mean = magnitude.mean(axis=axis, keepdims=True, dtype=np.float32)
    if rule == "absmean":
        values = np.clip(np.rint(w / np.maximum(mean, np.float32(1e-5))), -1, 1)
    else:
        if rule == "given":
            bound = np.float32(delta)
        elif rule == "half_std":
            bound = np.float32(0.5) * w.std(axis=axis, keepdims=True, dtype=np.float32)
        elif rule == "twn":
            bound = np.float32(0.7) * mean
        else:
            raise ValueError(f"unknown ternary rule {rule}")
        values = (w > bound).astype(np.float32) - (w < -bound)
    values = values.astype(np.int8)
    if scale == "none":
        return values, np.ones_like(mean)
    if scale == "mean":
        return values, mean
    if scale == "mean_above":
        count = (values != 0).sum(axis=axis, keepdims=True)
        total = np.where(values != 0, magnitude, 0).sum(axis=axis, keepdims=True)
        return values, np.where(count > 0, total / np.maximum(count, 1), 1).astype(np.float32)
    raise ValueError(f"unknown ternary scale {scale}")


def _rounded_exponent(magnitude: np.ndarray, rounding: str) -> np.ndarray:
    """log2 of finite positive f64 `magnitude`, rounded; decided on the mantissa in [1, 2)."""
    fraction, exponent = np.frexp(magnitude)
    mantissa, exponent = 2 * fraction, exponent - 1
    if rounding == "floor":
        up = np.zeros(mantissa.shape, bool)
    elif rounding == "nearest_log":
        up = mantissa * mantissa >= 2  # exact: a 24-bit mantissa squared fits f64
    elif rounding == "nearest":
        up = mantissa >= 1.5
    elif rounding == "ceil":
        up = mantissa > 1
    else:
        raise ValueError(f"unknown rounding {rounding}")
    return exponent + up


def log_quantize(x: np.ndarray, emin: int, emax: int, rounding: str = "floor",
                 underflow: str = "zero") -> np.ndarray:
    """y = sign(x) 2^e, e = rounded log2|x| clamped above to emax; f32 -> f32.

    |x| < 2^emin gives 0 (`zero`) or 2^emin (`clamp`), before any rounding; 0 gives 0
    in both. The results are codes, which have one zero: +0. A subnormal is a
    magnitude like any other. +-inf gives +-2^emax. NaN gives 0.
    """
    x = np.asarray(x, np.float32)
    magnitude = np.abs(x.astype(np.float64))
    regular = np.isfinite(magnitude) & (magnitude >= 2.0**emin)
    exponent = _rounded_exponent(np.where(regular, magnitude, 1.0), rounding)
    y = np.where(regular, np.ldexp(1.0, np.minimum(exponent, emax)), 0.0)
    y = np.where(np.isinf(magnitude), 2.0**emax, y)
    if underflow == "clamp":
        y = np.where((magnitude > 0) & (magnitude < 2.0**emin), 2.0**emin, y)
    elif underflow != "zero":
        raise ValueError(f"unknown underflow {underflow}")
    return np.where(y == 0, 0.0, np.copysign(y, x)).astype(np.float32)


def pot_quantize(w: np.ndarray, scale: np.ndarray | float, emin: int, emax: int,
                 rounding: str = "nearest_log", has_zero: bool = True,
                 pre_round: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Powers of two: w is near scale * sign * 2^e with e in [emin, emax].

    `pre_round` rounds w / scale to an integer first (half to even): 3 -> 4, 5 -> 4,
    6 -> 8 with nearest_log. With `has_zero`, a magnitude below 2^emin is zero;
    without, it is 2^emin and the sign of a zero is +. Above, e is emax.
    Returns int8 codes (0 is zero, else sign * (e - emin + 1)) and the f32 values without scale.
    """
    ratio = np.asarray(w, np.float32) / np.asarray(scale, np.float32)
    if pre_round:
        ratio = np.rint(ratio)
    magnitude = np.abs(ratio.astype(np.float64))
    inside = magnitude >= 2.0**emin
    exponent = _rounded_exponent(np.where(inside, magnitude, 2.0**emin), rounding)
    exponent = np.clip(exponent, emin, emax)
    sign = np.where(ratio < 0, -1, 1)
    if has_zero:
        sign = np.where(inside, sign, 0)
    codes = (sign * (exponent - emin + 1)).astype(np.int8)
    return codes, (sign * np.ldexp(1.0, exponent)).astype(np.float32)


def pot_terms(w: np.ndarray, terms: int, emin: int, emax: int) -> np.ndarray:
    """n-hot: greedy sum of `terms` signed powers of two, each the nearest to what is left.

    Returns int8 codes (terms, *w.shape), coded as `pot_quantize`; a residual
    below 2^emin ends the sum with zeros. f64 throughout, so residuals are exact.
    """
    residual = np.asarray(w, np.float64).copy()
    codes = []
    for _ in range(terms):
        inside = np.abs(residual) >= 2.0**emin
        exponent = _rounded_exponent(np.where(inside, np.abs(residual), 2.0**emin), "nearest")
        exponent = np.clip(exponent, emin, emax)
        sign = np.where(inside, np.sign(residual), 0)
        codes.append((sign * (exponent - emin + 1)).astype(np.int8))
        residual -= sign * np.ldexp(1.0, exponent)
    return np.stack(codes)


def absolute_scale_int8(x: np.ndarray) -> np.ndarray:
    """127 / max(max|x|, 1e-5) of each row, f32, last axis kept as 1."""
    largest = np.abs(np.asarray(x, np.float32)).max(axis=-1, keepdims=True)
    return np.float32(127) / np.maximum(largest, np.float32(1e-5))


def quantize_int8(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per token (last axis): q = clip(round_half_even(x * s), -128, 127), s = 127 / max|x|.

    Returns int8 q and the f32 dequantization scale 1 / s.
    """
    inverse = absolute_scale_int8(x)
    q = np.clip(np.rint(np.asarray(x, np.float32) * inverse), -128, 127).astype(np.int8)
    return q, np.float32(1) / inverse


def dequantize(q: np.ndarray, scale: np.ndarray, zero_point: np.ndarray | int = 0) -> np.ndarray:
    """(q - zero_point) * scale in f32; the subtraction is exact (int32)."""
    return (q.astype(np.int32) - np.asarray(zero_point, np.int32)).astype(np.float32) * scale
