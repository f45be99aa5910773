"""MatMulInteger and QLinearMatMul with constant matrices: exact, and packed."""

import json

import numpy as np
import onnxruntime
import pytest
from ecolm.onnx_model import GraphBuilder
from onnx import TensorProto, helper

from programs import compile_model

INPUTS, OUTPUTS, ROWS = 37, 21, 5
info = helper.make_tensor_value_info


def onnxruntime_outputs(model, inputs):
    """What onnxruntime computes, by name."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), None,
                                           ["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


@pytest.mark.parametrize("zeros", ["none", "tensor", "outputs"])
@pytest.mark.parametrize("signed", [False, True])
def test_dynamic_quantization(zeros, signed, tmp_path):
    """The chain that onnxruntime's quantize_dynamic writes, from floats to floats."""
    g, b = np.random.default_rng(1), GraphBuilder()
    kind = np.int8 if signed else np.uint8
    low = -128 if signed else 0
    w = g.integers(low + 64, low + 192, (INPUTS, OUTPUTS)).astype(kind)
    operands = [b.constant("w", w)]
    if zeros != "none":
        shape = (OUTPUTS,) if zeros == "outputs" else ()
        operands.append(b.constant("zero", g.integers(low + 100, low + 156, shape).astype(kind)))
    b.nodes.append(helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"], name="quantize"))
    b.op("MatMulInteger", ["q", operands[0], "z", *operands[1:]], "product")
    wide = b.op("Cast", ["product"], "cast", to=TensorProto.FLOAT)
    b.op("Mul", [wide, b.op("Mul", ["s", b.constant("w_scale", np.float32(0.01))], "scale")],
         "scaled", out="y")
    model = b.model("dynamic", [info("x", TensorProto.FLOAT, ["rows", INPUTS])],
                    [info("y", TensorProto.FLOAT, ["rows", OUTPUTS])])
    x = g.standard_normal((ROWS, INPUTS)).astype(np.float32)
    program = compile_model(model, tmp_path / "dynamic")
    expected = onnxruntime_outputs(model, {"x": x})["y"]
    actual = program.evaluate({"x": x})["y"]
    np.testing.assert_allclose(actual, expected, rtol=1e-6, atol=1e-6)
    # Unsigned codes without a zero point do not fit a byte; all others are packed as bytes.
    formats = {layer["format"] for layer in recognized_layers(program)}
    assert formats == (set() if not signed and zeros == "none" else {"i8"})


def recognized_layers(program) -> list[dict]:
    """The products of the program's report."""
    return json.loads(program.run("info", "--json"))["recognition"]["layers"]


def test_static_quantization(tmp_path):
    """Codes in, codes out: as exact as onnxruntime."""
    g, b = np.random.default_rng(2), GraphBuilder()

    def scalar(name, value):
        return b.constant(name, np.asarray(value))

    b.op("QLinearMatMul",
         ["x", scalar("xs", np.float32(0.02)), scalar("xz", np.uint8(120)),
          b.constant("w", g.integers(-128, 128, (INPUTS, OUTPUTS)).astype(np.int8)),
          scalar("ws", np.float32(0.01)), scalar("wz", np.int8(0)),
          scalar("ys", np.float32(0.3)), scalar("yz", np.uint8(128))], "product", out="y")
    model = b.model("static", [info("x", TensorProto.UINT8, ["rows", INPUTS])],
                    [info("y", TensorProto.UINT8, ["rows", OUTPUTS])])
    x = g.integers(0, 256, (ROWS, INPUTS)).astype(np.uint8)
    program = compile_model(model, tmp_path / "static")
    expected = onnxruntime_outputs(model, {"x": x})["y"]
    assert 20 < np.ptp(expected)
    np.testing.assert_array_equal(program.evaluate({"x": x})["y"], expected)
    assert [layer["format"] for layer in recognized_layers(program)] == ["i8"]
