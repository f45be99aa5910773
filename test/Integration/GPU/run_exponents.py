"""Compares exponent addition on a Vulkan device with products in double precision.

usage: run_exponents.py <folder of the tools> [--plant-fault]

Every float of a sample, subnormal numbers, infinities, NaN and zeros among
them, is multiplied by every power from 2^-60 to 2^60 and its opposite. A device
may flush subnormal results to zero, and no other freedom is granted.
`--plant-fault` compiles for powers that are twice as large.
"""

import sys

import numpy as np
from packing import pack
from vulkan import Device

LOWEST = 60


def sample() -> np.ndarray:
    """A column of floats: random bits, subnormal and tiny numbers, special values."""
    random = np.random.default_rng(20261122)
    bits = random.integers(0, 2**32, 400, dtype=np.uint32)
    bits[:60] &= 0x807FFFFF
    bits[60:120] = bits[60:120] & 0x807FFFFF | random.integers(1, 40, 60).astype(np.uint32) << 23
    bits[120:125] = [0x7F800000, 0xFF800000, 0x7FC00000, 0x80000000, 0]
    return bits.view(np.float32)[:, None]


def main() -> int:
    device = Device(sys.argv[1])
    shift = 1 if "--plant-fault" in sys.argv else 0
    x = sample()
    size = 2 * LOWEST + 1
    codes = np.arange(-size, size + 1)
    powers = np.sign(codes) * np.exp2(np.abs(codes) - (LOWEST + 1.0))
    with np.errstate(over="ignore", invalid="ignore"):
        # Exact in doubles, so that the last conversion is the only rounding.
        expected = np.where(codes == 0, 0, x.astype(np.float64) * powers).astype(np.float32)
    n = len(codes)
    element = f"!ecolm.pot<min = {shift - LOWEST}, max = {shift + LOWEST}>"
    w_type, y_type = f"tensor<{n}x1x{element}, #ecolm.packed<bytes>>", f"tensor<?x{n}xf32>"
    module = f"""func.func @f(%x: tensor<?x1xf32>, %w: {w_type}) -> {y_type} {{
      %y = ecolm.matmul %x, %w arithmetic <exponent_add>
        : tensor<?x1xf32>, {w_type} -> {y_type}
      return %y : {y_type} }}"""
    output = np.full(expected.shape, 77, np.float32)
    packed = pack(codes[None, None, :, None, None], "bytes", 0)
    got = device.run(module, (len(x), -(-n // 128), 1), [x.tobytes(), packed], output)
    subnormal = (expected != 0) & (np.abs(expected) < np.float32(2.0**-126))
    right = (got == expected) | (np.isnan(got) & np.isnan(expected)) | (subnormal & (got == 0))
    print(f"{right.sum()} of {right.size} products agree")
    return 0 if right.all() else 1


if __name__ == "__main__":
    sys.exit(main())
