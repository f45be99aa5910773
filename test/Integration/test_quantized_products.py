"""MatMul, Gemm and Gather of matrices behind DequantizeLinear: every type, layout, zero point.

The program must give the bits of the reference's operations on codes and scales that
this test works out from the definition of DequantizeLinear, and lie near the product
with the dequantized matrix in f64.
"""

import dataclasses
import itertools

import numpy as np
import pytest
from ecolm import reference
from ecolm.onnx_model import GraphBuilder
from onnx import TensorProto, helper

from programs import ANY_SIZE, compile_model

TYPES = {TensorProto.INT2: (2, True), TensorProto.UINT2: (2, False),
         TensorProto.INT4: (4, True), TensorProto.UINT4: (4, False),
         TensorProto.INT8: (8, True), TensorProto.UINT8: (8, False)}
LAYOUTS = ("tensor", "axis", "blocks", "short block")
SPELLINGS = ("MatMul", "MatMul of a Transpose", "Gemm", "Gemm with transB", "Gather")
SCALES = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.FLOAT8E8M0)
INPUTS, OUTPUTS = 48, 21


@dataclasses.dataclass
class Product:
    """One product of the model: its codes (N, K), scales and zero points (N, G)."""

    name: str
    codes: np.ndarray
    scales: np.ndarray
    zeros: np.ndarray
    group: int
    bits: int
    signed: bool
    gathers: bool

    def expected(self, x: np.ndarray, ids: np.ndarray) -> np.ndarray:
        """The reference on signed codes; what is left of the zero points is an offset."""
        bias = 0 if self.signed else 2 ** (self.bits - 1)
        codes, zeros = self.codes - bias, self.zeros - bias
        if self.gathers:
            offsets = -self.scales * zeros.astype(np.float32) if zeros.any() else None
            return reference.embedding(ids, codes, self.scales, self.group, offsets)
        if self.scales.shape[1] == 1 and not zeros.any():
            return reference.matmul(x, codes, self.scales[:, 0])
        offsets = -self.scales * zeros.astype(np.float32) if zeros.any() else None
        return reference.group_matmul(x, codes, self.scales, self.group, offsets)

    def dequantized(self) -> np.ndarray:
        """(code - zero) * scale in f64."""
        g = np.arange(self.codes.shape[1]) // self.group
        return (self.codes - self.zeros[:, g]) * self.scales[:, g].astype(np.float64)


def add_product(b: GraphBuilder, g: np.random.Generator, name: str, kind: int, layout: str,
                spelling: str, has_zeros: bool, scale_kind: int) -> Product:
    """Writes one product and gives what it means."""
    bits, signed = TYPES[kind]
    low = -2 ** (bits - 1) if signed else 0
    codes = g.integers(low, low + 2**bits, (OUTPUTS, INPUTS))
    group = {"tensor": INPUTS, "axis": INPUTS, "blocks": 16, "short block": 20}[layout]
    shape = (1, 1) if layout == "tensor" else (OUTPUTS, -(-INPUTS // group))
    scales = np.ldexp(1.0, g.integers(-6, 2, shape)).astype(np.float32)
    if scale_kind != TensorProto.FLOAT8E8M0:
        scales *= g.integers(128, 256, shape).astype(np.float32) / 128  # exact in bf16
    zeros = g.integers(low, low + 2**bits, shape) if has_zeros else np.zeros(shape, np.int64)

    outputs_first = spelling in ("MatMul of a Transpose", "Gemm with transB", "Gather")
    stored = codes if outputs_first else codes.T
    axis = 1 if outputs_first else 0  # of the inputs

    def parameter(values: np.ndarray, data_type: int, suffix: str) -> str:
        if layout == "tensor":
            values = values.reshape(())
        elif layout == "axis":
            values = values[:, 0]
        elif not outputs_first:
            values = values.T
        tensor = helper.make_tensor(f"{name}.{suffix}", data_type, values.shape,
                                    values.flatten().tolist())
        b.initializers.append(tensor)
        return tensor.name

    b.initializers.append(helper.make_tensor(f"{name}.codes", kind, stored.shape,
                                             stored.flatten().tolist()))
    inputs = [f"{name}.codes", parameter(scales, scale_kind, "scale")]
    if has_zeros:
        inputs.append(parameter(zeros, kind, "zero"))
    attributes = {"axis": 1 - axis} if layout == "axis" else {}
    if "block" in layout:
        attributes = {"axis": axis, "block_size": group}
    if scale_kind == TensorProto.FLOAT8E8M0:
        attributes["output_dtype"] = TensorProto.FLOAT
    w = b.op("DequantizeLinear", inputs, f"{name}.dequantize", **attributes)
    if scale_kind in (TensorProto.FLOAT16, TensorProto.BFLOAT16):
        w = b.op("Cast", [w], f"{name}.cast", to=TensorProto.FLOAT)
    if spelling == "MatMul of a Transpose":
        w = b.op("Transpose", [w], f"{name}.transpose", perm=[1, 0])
    if spelling == "Gather":
        b.op("Gather", [w, "ids"], name, axis=0)
    elif spelling.startswith("MatMul"):
        b.op("MatMul", ["x", w], name)
    else:
        b.op("Gemm", ["x", w], name, transB=int(outputs_first))
    wide = (OUTPUTS, shape[1])
    return Product(name, codes, np.broadcast_to(scales, wide), np.broadcast_to(zeros, wide), group,
                   bits, signed, spelling == "Gather")


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """All products, in one program, and what it computes."""
    b, g = GraphBuilder(), np.random.default_rng(7)
    cases = itertools.product(TYPES, LAYOUTS, SPELLINGS, (False, True))
    products = [add_product(b, g, f"y{i}", kind, layout, spelling, has_zeros,
                            SCALES[i // 2 % len(SCALES)])
                for i, (kind, layout, spelling, has_zeros) in enumerate(cases)]
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        b.nodes, "products", [info("x", TensorProto.FLOAT, ["rows", INPUTS]),
                                info("ids", TensorProto.INT64, ["n"])],
        [info(p.name, TensorProto.FLOAT, ["n", INPUTS] if p.gathers else ["rows", OUTPUTS])
         for p in products], b.initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 25)], ir_version=13)
    program = compile_model(model, tmp_path_factory.mktemp("products") / "products", ANY_SIZE)
    x = g.standard_normal((5, INPUTS)).astype(np.float32)
    ids = np.array([0, OUTPUTS - 1, 3, -1, 3])
    return x, ids, products, program.evaluate({"x": x, "ids": ids}, "-t", 1)


def wrong_products(x, ids, products, outputs) -> list[str]:
    """The products whose bits are not those of the reference."""
    return [p.name for p in products
            if not (p.gathers and not p.signed)  # dequantized before they are gathered
            and not np.array_equal(outputs[p.name], p.expected(x, ids))]


def test_products_are_those_of_the_codes(answers):
    x, ids, products, outputs = answers
    assert len(products) == 240
    assert wrong_products(x, ids, products, outputs) == []
    # Planted: the last bit of one output.
    outputs = dict(outputs, y7=outputs["y7"].copy())
    outputs["y7"].view(np.int32)[0, 0] ^= 1
    assert wrong_products(x, ids, products, outputs) == ["y7"]


def test_products_are_those_of_the_definition(answers):
    x, ids, products, outputs = answers
    for p in products:
        if p.gathers:
            np.testing.assert_allclose(outputs[p.name], p.dequantized()[ids],
                                       rtol=1e-5 if p.signed else 1e-2, atol=1e-5)
            continue
        exact = x.astype(np.float64) @ p.dequantized().T
        size = np.abs(x) @ np.abs(p.dequantized()).T + np.abs(x) @ np.abs(
            (np.abs(p.zeros) + 2**p.bits) * p.scales)[:, np.arange(INPUTS) // p.group].T
        np.testing.assert_array_less(np.abs(outputs[p.name] - exact), 1e-5 * size + 1e-30)
