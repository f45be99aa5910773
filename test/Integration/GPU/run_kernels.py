"""Compares kernels on a Vulkan device with numpy, bit for bit.

usage: run_kernels.py <folder of the tools> matmul|butterfly [--plant-fault]

Every case has random weights and activations and a shape that no tile divides.
`--plant-fault` changes one weight after the expected result is known; a run
that still agrees compares nothing.
"""

import sys

import numpy as np
from packing import pack
from vulkan import Device

random = np.random.default_rng(20261122)
POT_RANGE = (-6, 1)  # of power-of-two activations and weights

MATMULS = [  # rows, K, N, activation, weight, packing, lanes
    (1, 1, 1, "i8", "ternary", "codes2", 0),
    (3, 70, 50, "i8", "ternary", "bitplanes", 16),
    (2, 129, 131, "i8", "ternary", "bitplanes", 32),
    (2, 33, 70, "i8", "ternary", "bitplanes", 8),
    (2, 33, 70, "i16", "ternary", "bitplanes", 64),
    (5, 257, 130, "i32", "ternary", "codes2", 0),
    (2, 37, 41, "i8", "ternary", "codes2", 16),
    (2, 37, 41, "i8", "ternary", "bytes", 0),
    (3, 70, 50, "f32", "ternary", "bitplanes", 16),
    (2, 61, 140, "f32", "ternary", "codes2", 0),
    (3, 45, 33, "pot", "ternary", "bitplanes", 32),
    (3, 45, 33, "i8", "pot", "bytes", 0),
    (3, 45, 33, "i8", "pot", "bytes", 16),
    (3, 45, 33, "pot", "pot", "bytes", 0),
    (3, 45, 33, "f32 native", "pot", "bytes", 0),
    (3, 45, 33, "f32 exponent_add", "pot", "bytes", 0),
    (3, 45, 33, "f32 exponent_add", "pot without zero", "nibbles", 16),
]

BUTTERFLIES = [  # rows, inputs, outputs, activation, factors, packing, lanes
    (3, 16, 16, "i32", [(4, 4, 4, 1), (1, 4, 4, 4)], "bitplanes", 16),
    (2, 256, 256, "pot", [(16, 16, 16, 1), (1, 16, 16, 16)], "bitplanes", 16),
    (2, 256, 256, "f32", [(16, 16, 16, 1), (1, 16, 16, 16)], "bitplanes", 16),
    (3, 8, 8, "i8", [(4, 2, 2, 1), (2, 2, 2, 2), (1, 2, 2, 4)], "codes2", 0),
    (2, 300, 290, "i8", [(6, 3, 50, 1), (1, 300, 18, 1)], "bitplanes", 32),
    (2, 10, 5, "f32", [(3, 4, 4, 1), (4, 2, 3, 1), (1, 3, 4, 2)], "bytes", 8),
    (2, 13, 29, "pot", [(2, 4, 2, 2, 2), (2, 1, 4, 4, 4)], "bitplanes", 16),
    (2, 7, 5, "i32", [(1, 5, 7, 1)], "codes2", 0),
]


def weights(kind: str, shape) -> np.ndarray:
    """Codes of random weights: values of ternary ones, signed exponents of powers of two."""
    if kind == "ternary":
        return random.integers(-1, 2, shape)
    top = POT_RANGE[1] - POT_RANGE[0] + 1
    codes = random.integers(-top, top + 1, shape)
    if kind.endswith("without zero"):
        codes[codes == 0] = -top
    return codes


def weight_type(kind: str, shape, packing: str, lanes: int) -> str:
    low, high = POT_RANGE
    element = {
        "ternary": "!ecolm.ternary",
        "pot": f"!ecolm.pot<min = {low}, max = {high}>",
        "pot without zero": f"!ecolm.pot<min = {low}, max = {high}, zero = false>",
    }[kind]
    layout = f"#ecolm.packed<{packing}" + (f", lanes = {lanes}>" if lanes else ">")
    return f"tensor<{'x'.join(map(str, shape))}x{element}, {layout}>"


def activation(kind: str, shape):
    """Bytes in memory, the numbers with which kernels compute, and the MLIR type."""
    if kind == "f32":
        x = random.standard_normal(shape).astype(np.float32)
        return x.tobytes(), x, "f32"
    if kind == "pot":
        top = POT_RANGE[1] - POT_RANGE[0] + 1
        codes = random.integers(-top, top + 1, shape).astype(np.int8)
        low, high = POT_RANGE
        return codes.tobytes(), units(codes), f"!ecolm.pot<min = {low}, max = {high}>"
    dtype = {"i8": np.int8, "i16": np.int16, "i32": np.int32}[kind]
    x = random.integers(-128, 128, shape).astype(dtype)
    return x.tobytes(), x.astype(np.int64), kind


def units(codes: np.ndarray) -> np.ndarray:
    """Power-of-two codes as integers in units of 2^min."""
    size = np.abs(codes.astype(np.int64))
    return np.sign(codes).astype(np.int64) * np.where(size > 0, 1 << np.maximum(size - 1, 0), 0)


def ordered_sum(terms) -> np.ndarray:
    """Adds terms one after another in their own type, as the definition orders."""
    total = None
    for term in terms:
        total = term if total is None else total + term
    return total


def matmul(device: Device, case, fault: bool) -> bool:
    rows, k, n, kind, weight, packing, lanes = case
    kind, _, arithmetic = kind.partition(" ")
    data, x, element = activation(kind, (rows, k))
    w = weights(weight, (n, k))
    value = w if weight == "ternary" else units(w)
    if kind == "f32":
        scale = 1 if weight == "ternary" else 2.0 ** POT_RANGE[0]
        value = (value * scale).astype(np.float32)
    expected = ordered_sum(x[:, i, None] * value[None, :, i] for i in range(k))
    output = np.full((rows, n), 77, np.float32 if kind == "f32" else np.int32)
    if fault:
        w[0, 0] = -1 if w[0, 0] == 1 else 1
        assert x[:, 0].any(), "the changed weight must matter"
    has_zero = weight != "pot without zero"
    x_type, w_type = f"tensor<?x{k}x{element}>", weight_type(weight, (n, k), packing, lanes)
    y_type = f"tensor<?x{n}x{'f32' if kind == 'f32' else 'i32'}>"
    arithmetic = f"arithmetic <{arithmetic}>" if arithmetic else ""
    module = f"""func.func @f(%x: {x_type}, %w: {w_type}) -> {y_type} {{
      %y = ecolm.matmul %x, %w {arithmetic} : {x_type}, {w_type} -> {y_type}
      return %y : {y_type} }}"""
    packed = pack(w[None, None, :, :, None], packing, lanes, has_zero)
    got = device.run(module, (rows, -(-n // 128), 1), [data, packed], output)
    return np.array_equal(got, expected)


def butterfly(device: Device, case, fault: bool) -> bool:
    rows, inputs, outputs, kind, shapes, packing, lanes = case
    data, x, element = activation(kind, (rows, inputs))
    factors = [weights("ternary", shape if len(shape) == 5 else (1, *shape)) for shape in shapes]
    stacks, a, _, c, d = factors[0].shape
    padded = np.pad(x, ((0, 0), (0, a * c * d - inputs)))
    results = []
    for stack in range(stacks):
        y = padded
        for factor in factors:
            _, a, b, c, d = factor.shape
            v = factor[stack].astype(y.dtype)
            y = y.reshape(rows, a, 1, c, d)
            y = ordered_sum(v[None, :, :, i] * y[:, :, :, i] for i in range(c))
            y = y.reshape(rows, a * b * d)
        results.append(y)
    expected = np.concatenate(results, axis=1)[:, :outputs]
    output = np.full((rows, outputs), 77, np.float32 if kind == "f32" else np.int32)
    if fault:  # every weight of the last factor's first output changes
        factors[-1][0, 0, 0, :, 0] = np.where(factors[-1][0, 0, 0, :, 0] == 1, -1, 1)
    types = [weight_type("ternary", shape, packing, lanes) for shape in shapes]
    x_type = f"tensor<?x{inputs}x{element}>"
    y_type = f"tensor<?x{outputs}x{'f32' if kind == 'f32' else 'i32'}>"
    names = [f"%f{index}" for index in range(len(types))]
    arguments = ", ".join(f"{name}: {type}" for name, type in zip(names, types))
    module = f"""func.func @f(%x: {x_type}, {arguments}) -> {y_type} {{
      %y = ecolm.butterfly %x, {", ".join(names)} : ({x_type}, {", ".join(types)}) -> {y_type}
      return %y : {y_type} }}"""
    packed = [pack(factor, packing, lanes) for factor in factors]
    got = device.run(module, (rows, 1, 1), [data, *packed], output)
    return np.array_equal(got, expected)


def main() -> int:
    device = Device(sys.argv[1])
    run, cases = {"matmul": (matmul, MATMULS), "butterfly": (butterfly, BUTTERFLIES)}[sys.argv[2]]
    fault = "--plant-fault" in sys.argv
    wrong = [case for case in cases if not run(device, case, fault)]
    for case in wrong:
        print("differs:", *case)
    print(f"{len(cases) - len(wrong)} of {len(cases)} kernels agree with numpy")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
