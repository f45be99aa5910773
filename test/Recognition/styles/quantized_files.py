"""Exported graphs as quantization tools leave them: Q/DQ pairs and MatMulNBits."""

import contextlib
import io
import logging
import pathlib
import tempfile

import numpy as np
import onnx
import torch
from intentions import floats, style
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import quantization
from onnxruntime.quantization.matmul_nbits_quantizer import (
    DefaultWeightOnlyQuantConfig,
    MatMulNBitsQuantizer,
)
from torch import nn


class TwoLayers(nn.Module):
    """Two plain products."""

    def __init__(self, k=64, hidden=96, n=32):
        super().__init__()
        self.a, self.b = nn.Parameter(torch.randn(k, hidden) / 8), nn.Parameter(
            torch.randn(hidden, n) / 10)

    def forward(self, x):
        return torch.relu(x @ self.a) @ self.b


@contextlib.contextmanager
def silent():
    """Keeps the tools' reports to themselves."""
    logging.disable(logging.CRITICAL)
    with contextlib.redirect_stdout(io.StringIO()):
        yield
    logging.disable(logging.NOTSET)


def blocks(bits: int, symmetric: bool, qdq: bool):
    """onnxruntime's quantizer of constant matrices in blocks of 32."""
    def rewrite(model: onnx.ModelProto) -> onnx.ModelProto:
        form = quantization.QuantFormat.QDQ if qdq else quantization.QuantFormat.QOperator
        settings = DefaultWeightOnlyQuantConfig(block_size=32, is_symmetric=symmetric,
                                                quant_format=form, bits=bits)
        quantizer = MatMulNBitsQuantizer(model, algo_config=settings)
        with silent():
            quantizer.process()
        return quantizer.model.model
    return rewrite


class Calibration(quantization.CalibrationDataReader):
    """A few random inputs."""

    def __init__(self, model: onnx.ModelProto):
        info = model.graph.input[0]
        shape = [d.dim_value for d in info.type.tensor_type.shape.dim]
        generator = np.random.default_rng(0)
        self.items = iter([{info.name: generator.standard_normal(shape).astype(np.float32)}
                           for _ in range(8)])

    def get_next(self):
        return next(self.items, None)


def static_int8(per_channel: bool):
    """onnxruntime's static quantization of weights and activations, as Q/DQ pairs."""
    def rewrite(model: onnx.ModelProto) -> onnx.ModelProto:
        with tempfile.TemporaryDirectory() as folder, silent():
            before, after = pathlib.Path(folder) / "a.onnx", pathlib.Path(folder) / "b.onnx"
            onnx.save(model, before)
            quantization.quantize_static(
                before, after, Calibration(model), per_channel=per_channel,
                quant_format=quantization.QuantFormat.QDQ,
                activation_type=quantization.QuantType.QInt8,
                weight_type=quantization.QuantType.QInt8)
            return onnx.load(after)
    return rewrite


def dequantized(kind: int, block: int, low: int, high: int):
    """Every constant matrix behind a DequantizeLinear of small integers in blocks along K."""
    def rewrite(model: onnx.ModelProto) -> onnx.ModelProto:
        generator = np.random.default_rng(0)
        graph = model.graph
        kept = []
        for tensor in graph.initializer:
            if len(tensor.dims) != 2:
                kept.append(tensor)
                continue
            k, n = tensor.dims
            codes = generator.integers(low, high + 1, (k, n)).astype(np.float32)
            scales = (generator.random((k // block, n)) * 0.05 + 0.01).astype(np.float32)
            name = tensor.name
            kept += [helper.make_tensor(name + "_codes", kind, (k, n), codes.flatten().tolist()),
                     numpy_helper.from_array(scales, name + "_scale")]
            graph.node.insert(0, helper.make_node(
                "DequantizeLinear", [name + "_codes", name + "_scale"], [name],
                name=name + "_dequantize", axis=0, block_size=block))
        del graph.initializer[:]
        graph.initializer.extend(kept)
        del model.opset_import[:]
        model.opset_import.append(helper.make_opsetid(
            "", 25 if kind in (TensorProto.INT2, TensorProto.UINT2) else 21))
        model.ir_version = 13 if kind in (TensorProto.INT2, TensorProto.UINT2) else 10
        return model
    return rewrite


X = floats(4, 64)

STYLES = [
    style("tool/MatMulNBits, 4 bits", TwoLayers, X, rewrite=blocks(4, True, False), uniform=2),
    style("tool/MatMulNBits, 4 bits and zero points", TwoLayers, X,
          rewrite=blocks(4, False, False), uniform=2),
    style("tool/MatMulNBits, 8 bits", TwoLayers, X, rewrite=blocks(8, True, False), uniform=2),
    style("tool/MatMulNBits, 2 bits", TwoLayers, X, rewrite=blocks(2, True, False), uniform=2),
    style("tool/DequantizeLinear of 4 bits, blocks", TwoLayers, X,
          rewrite=dequantized(TensorProto.INT4, 32, -8, 7), uniform=2),
    style("tool/DequantizeLinear of 2 bits, blocks", TwoLayers, X,
          rewrite=dequantized(TensorProto.INT2, 32, -2, 1), uniform=2),
    style("tool/DequantizeLinear of 2 bits, ternary", TwoLayers, X,
          rewrite=dequantized(TensorProto.INT2, 32, -1, 1), ternary=2),
    style("tool/Q/DQ of int8, per tensor", TwoLayers, X, rewrite=static_int8(False), uniform=2),
    style("tool/Q/DQ of int8, per channel", TwoLayers, X, rewrite=static_int8(True), uniform=2),
]
