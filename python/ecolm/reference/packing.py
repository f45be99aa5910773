"""Storage of ternary values: 2-bit codes, base-3 digits, bit planes."""

import numpy as np


def _padded(values: np.ndarray, multiple: int) -> np.ndarray:
    """Flat int64 values in {-1, 0, 1}, zero-filled to a multiple."""
    flat = np.asarray(values).astype(np.int64).ravel()
    if np.any(np.abs(flat) > 1):
        raise ValueError("values are not all in {-1, 0, 1}")
    return np.pad(flat, (0, -flat.size % multiple))


def pack_codes2(values: np.ndarray) -> np.ndarray:
    """Byte = w0+1 | (w1+1) << 2 | (w2+1) << 4 | (w3+1) << 6; padding is code 0.

    uint8 [ceil(n / 4)].
    """
    flat = np.asarray(values).astype(np.int64).ravel()
    _padded(flat, 4)
    codes = np.pad(flat + 1, (0, -flat.size % 4)).reshape(-1, 4)
    return (codes << [0, 2, 4, 6]).sum(axis=1).astype(np.uint8)


def unpack_codes2(codes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Inverse of `pack_codes2`: int8 of `shape`."""
    digits = (codes[:, None] >> np.array([0, 2, 4, 6], np.uint8)) & 3
    return (digits.ravel()[:np.prod(shape, dtype=int)].astype(np.int8) - 1).reshape(shape)


def pack_base3(values: np.ndarray) -> np.ndarray:
    """Byte = sum_i (w_i + 1) 3^i over five values, the first least significant; pad w = 0.

    uint8 [ceil(n / 5)], at most 242: 1.6 bits a value.
    """
    digits = _padded(values, 5).reshape(-1, 5) + 1
    return (digits * 3 ** np.arange(5)).sum(axis=1).astype(np.uint8)


def unpack_base3(codes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Inverse of `pack_base3`: int8 of `shape`."""
    digits = codes.astype(np.int64)[:, None] // 3 ** np.arange(5) % 3
    return (digits.ravel()[:np.prod(shape, dtype=int)] - 1).astype(np.int8).reshape(shape)


def pack_bitplanes(values: np.ndarray) -> np.ndarray:
    """Plane of nonzero bits, then plane of sign bits (1 is negative), lowest bit first.

    uint8 [2, ceil(n / 8)].
    """
    flat = _padded(values, 8)
    planes = np.stack([flat != 0, flat < 0])
    return np.packbits(planes, axis=1, bitorder="little")


def unpack_bitplanes(planes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Inverse of `pack_bitplanes`: int8 of `shape`."""
    nonzero, negative = np.unpackbits(planes, axis=1, bitorder="little").astype(np.int8)
    return (nonzero * (1 - 2 * negative))[:np.prod(shape, dtype=int)].reshape(shape)
