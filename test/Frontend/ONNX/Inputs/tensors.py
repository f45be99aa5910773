"""Tensors whose bytes and shape disagree, and one of every type."""

import struct

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from kinds import add_weight, kind, model, raw_tensor, value


@kind
def raw_too_long():
    return add_weight(raw_tensor([1], TensorProto.FLOAT, bytes(4096)))


@kind
def raw_too_short():
    return add_weight(raw_tensor([4], TensorProto.FLOAT, bytes(15)))


@kind
def one_byte_many_elements():
    return add_weight(raw_tensor([700_000_000], TensorProto.UINT4, b"\0"))


@kind
def huge_dim():
    return add_weight(raw_tensor([2**63 - 1], TensorProto.FLOAT, b""))


@kind
def dims_overflow():
    return add_weight(raw_tensor([2**32, 2**32], TensorProto.FLOAT, b""))


@kind
def high_rank():
    return add_weight(raw_tensor([1] * 65, TensorProto.FLOAT, bytes(4)))


@kind
def negative_tensor_dim():
    return add_weight(raw_tensor([-4], TensorProto.FLOAT, b""))


@kind
def string_tensor():
    return add_weight(helper.make_tensor("w", TensorProto.STRING, [1], [b"x"]))


@kind
def unknown_type():
    return add_weight(raw_tensor([4], 77, bytes(16)))


@kind
def typed_too_few():
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT)
    tensor.dims.append(4)
    tensor.float_data.extend([1, 2, 3])
    return add_weight(tensor)


@kind
def typed_does_not_fit():
    tensor = TensorProto(name="w", data_type=TensorProto.INT8)
    tensor.dims.append(2)
    tensor.int32_data.extend([1, 200])
    return add_weight(tensor)


@kind
def two_sources():
    tensor = raw_tensor([1], TensorProto.FLOAT, bytes(4))
    tensor.float_data.append(1)
    return add_weight(tensor)


@kind
def segmented():
    tensor = raw_tensor([1], TensorProto.FLOAT, bytes(4))
    tensor.segment.begin = 0
    return add_weight(tensor)


@kind
def every_type():
    """One initializer of each data type and each way to store it."""
    nodes, tensors = [], []
    packed = {"INT4": 2, "UINT4": 2, "FLOAT4E2M1": 2, "INT2": 4, "UINT2": 4}
    sizes = {
        **dict.fromkeys("FLOAT INT32 UINT32".split(), 4),
        **dict.fromkeys("DOUBLE INT64 UINT64".split(), 8),
        **dict.fromkeys("FLOAT16 BFLOAT16 INT16 UINT16".split(), 2),
        **dict.fromkeys("BOOL INT8 UINT8 FLOAT8E4M3FN FLOAT8E5M2".split(), 1),
        **dict.fromkeys("FLOAT8E4M3FNUZ FLOAT8E5M2FNUZ FLOAT8E8M0".split(), 1),
    }
    for name, size in sizes.items():
        raw = b"".join(struct.pack("<Q", i % 2)[:size] for i in range(100))
        tensors.append(raw_tensor([100], getattr(TensorProto, name), raw, name))
    for name, count in packed.items():
        size = -(-301 // count)
        raw = bytes(i * 7 % 256 for i in range(size))
        tensors.append(raw_tensor([7, 43], getattr(TensorProto, name), raw, name))
        small = TensorProto(name=name + "s", data_type=getattr(TensorProto, name))
        small.dims.append(3)
        small.int32_data.extend([0x21] if count == 2 else [0x39])
        if count == 2:
            small.int32_data.append(0x07)
        tensors.append(small)
    for i, tensor in enumerate(tensors):
        nodes.append(helper.make_node("Identity", [tensor.name], [f"y{i}"]))
    outputs = [value(f"y{i}", None, t.data_type) for i, t in enumerate(tensors)]
    return model(nodes, tensors, inputs=[], outputs=outputs)


@kind
def constants():
    """Every spelling of Constant."""
    nodes = [
        helper.make_node("Constant", [], ["a"], value_int=7),
        helper.make_node("Constant", [], ["b"], value_ints=[1, 2]),
        helper.make_node("Constant", [], ["c"], value_float=0.5),
        helper.make_node("Constant", [], ["d"], value_floats=[0.5, 2.0]),
        helper.make_node(
            "Constant", [], ["e"], value=numpy_helper.from_array(np.int8([[3]]))
        ),
    ]
    outputs = [value(name, None, TensorProto.FLOAT) for name in "abcde"]
    for output, dtype in zip(outputs, [7, 7, 1, 1, 3]):
        output.type.tensor_type.elem_type = dtype
    return model(nodes, inputs=[], outputs=outputs)
