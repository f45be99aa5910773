"""Packs weights as include/ecolm/Support/WeightOrder.h draws them, in numpy."""

import numpy as np


def order(values: np.ndarray, lanes: int, zero: int) -> np.ndarray:
    """The stream of a factor (stacks, a, b, c, d): row-major, or by groups of lanes."""
    if lanes == 0:
        return values.reshape(-1)
    stacks, a, b, c, d = values.shape
    outputs = values.transpose(0, 1, 2, 4, 3).reshape(stacks, a * b * d, c)
    padding = -outputs.shape[1] % lanes
    outputs = np.pad(outputs, ((0, 0), (0, padding), (0, 0)), constant_values=zero)
    groups = outputs.reshape(stacks, -1, lanes, c)
    return groups.transpose(0, 1, 3, 2).reshape(-1)


def bits(codes: np.ndarray, width: int) -> bytes:
    """Codes of `width` bits, lowest bits first."""
    planes = (codes[:, None].astype(np.uint8) >> np.arange(width)) & 1
    return np.packbits(planes.reshape(-1).astype(np.uint8), bitorder="little").tobytes()


def pack(values: np.ndarray, packing: str, lanes: int, has_zero: bool = True) -> bytes:
    """The bytes of a weight, padded to whole words."""
    stream = order(values, lanes, 0 if has_zero else 1)
    if packing == "bytes":
        data = stream.astype(np.int8).tobytes()
    elif packing == "codes2":
        data = bits(stream + 1, 2)
    elif packing == "nibbles":
        size = np.abs(stream) - (0 if has_zero else 1)
        data = bits(size + np.where(stream < 0, 8, 0), 4)
    elif packing == "bitplanes":
        runs = stream.reshape(-1, lanes)
        data = bits(np.stack([runs == 1, runs == -1], axis=1).reshape(-1), 1)
    return data + bytes(-len(data) % 4)
