"""Models as torch.onnx writes them: quantized values, or the quantizers themselves."""

import io

import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.helper import tensor_dtype_to_np_dtype

from ..nn.transformer import Transformer


def export_module(model: Transformer, dynamo: bool, fold: bool = True,
                  opset: int = 18) -> onnx.ModelProto:
    """`model` as it computes, in its present mode: input_ids (1, T) -> logits (1, T, V).

    Both exporters of PyTorch: `dynamo` is torch.export's, else TorchScript's. The former
    computes what depends on constants only, unless `fold` is false.
    """
    example = torch.zeros(1, min(7, model.config.context), dtype=torch.int64)
    names = {"input_names": ["input_ids"], "output_names": ["logits"], "opset_version": opset}
    if dynamo:
        length = torch.export.Dim("sequence", min=2, max=model.config.context)
        program = torch.onnx.export(model, (example,), dynamo=True, verbose=False,
                                    optimize=fold, **names,
                                    dynamic_shapes={"input_ids": {1: length}})
        result = program.model_proto
    else:
        buffer = io.BytesIO()
        mode = torch.onnx.TrainingMode.PRESERVE
        torch.onnx.export(model, (example,), buffer, dynamo=False, training=mode, **names,
                          dynamic_axes={"input_ids": {1: "sequence"}, "logits": {1: "sequence"}})
        result = onnx.load_from_string(buffer.getvalue())
    for node in result.graph.node:  # where in the Python source a node comes from
        del node.metadata_props[:]
        node.doc_string = ""
    for info in (result.graph, *result.graph.value_info, *result.graph.initializer):
        del info.metadata_props[:]
    onnx.checker.check_model(result, full_check=True)
    return result


def narrow_initializers(model: onnx.ModelProto, kind: int) -> onnx.ModelProto:
    """`model` with its float matrices stored as f16 or bf16 and cast to f32 by a node.

    The values must be values of the narrower type: nothing is rounded.
    """
    result = onnx.ModelProto()
    result.CopyFrom(model)
    casts = []
    for tensor in result.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or len(tensor.dims) < 2:
            continue
        wide = numpy_helper.to_array(tensor)
        narrow = wide.astype(tensor_dtype_to_np_dtype(kind))
        if (narrow.astype(wide.dtype) != wide).any():
            raise ValueError(f"{tensor.name} has values that the narrower type has not")
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(narrow, f"{name}.narrow"))
        casts.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))
    nodes = casts + list(result.graph.node)
    del result.graph.node[:]
    result.graph.node.extend(nodes)
    onnx.checker.check_model(result, full_check=True)
    return result
