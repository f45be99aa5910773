"""Writes small ONNX models, most of them broken in exactly one way.

usage: models.py FOLDER KIND...
"""

import os
import struct
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

KINDS = {}


def kind(function):
    KINDS[function.__name__.replace("_", "-")] = function
    return function


def value(name, shape=("n", 4), dtype=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def model(nodes, initializers=(), inputs=None, outputs=None, **fields):
    graph = helper.make_graph(
        nodes,
        "g",
        [value("x")] if inputs is None else inputs,
        [value("y")] if outputs is None else outputs,
        list(initializers),
        value_info=fields.pop("value_info", []),
    )
    fields.setdefault("opset_imports", [helper.make_opsetid("", 21)])
    fields.setdefault("ir_version", 10)
    return helper.make_model(graph, **fields)


def relu(source="x", target="y", **fields):
    return helper.make_node("Relu", [source], [target], **fields)


def add_weight(tensor):
    """A model that adds `tensor`, called w, to its input."""
    return model([helper.make_node("Add", ["x", "w"], ["y"], name="add")], [tensor])


def raw_tensor(dims, dtype, raw, name="w"):
    tensor = TensorProto(name=name, data_type=dtype)
    tensor.dims.extend(dims)
    tensor.raw_data = raw
    return tensor


def external(location="weights.bin", **keys):
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT)
    tensor.dims.append(4)
    tensor.data_location = TensorProto.EXTERNAL
    for key, text in {"location": location, **keys}.items():
        tensor.external_data.add(key=key, value=str(text))
    return add_weight(tensor)


# Headers.


@kind
def good():
    return add_weight(numpy_helper.from_array(np.arange(4, dtype=np.float32), "w"))


@kind
def good_large():
    return model(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        [numpy_helper.from_array(np.ones((4, 64), np.float32), "w")],
        outputs=[value("y", ("n", 64))],
    )


@kind
def no_graph():
    made = good()
    made.ClearField("graph")
    return made


@kind
def future_ir():
    return model([relu()], ir_version=99)


@kind
def ancient_ir():
    return model([relu()], ir_version=2)


@kind
def no_opset():
    made = good()
    del made.opset_import[:]
    return made


@kind
def negative_opset():
    return model([relu()], opset_imports=[helper.make_opsetid("", -1)])


@kind
def two_opsets():
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx", 20)]
    return model([relu()], opset_imports=opsets)


@kind
def repeated_metadata():
    made = good()
    for text in "ab":
        made.metadata_props.add(key="twice", value=text)
    return made


# Graphs.


@kind
def cycle():
    add = helper.make_node("Add", ["x", "b"], ["a"], name="first")
    return model([add, relu("a", "b", name="second"), relu("b", "y")])


@kind
def self_cycle():
    return model([helper.make_node("Add", ["x", "y"], ["y"], name="itself")])


@kind
def use_before_definition():
    return model([relu("a", "y", name="early"), relu("x", "a", name="late")])


@kind
def undefined_input():
    return model([relu("nobody", "y", name="reader")])


@kind
def undefined_output():
    return model([relu("x", "z")])


@kind
def no_outputs():
    return model([relu()], outputs=[])


@kind
def duplicate_name():
    return model([relu(), relu(name="again")])


@kind
def duplicate_input():
    return model([relu()], inputs=[value("x"), value("x")])


@kind
def duplicate_initializer():
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "w")
    made = add_weight(tensor)
    made.graph.initializer.append(tensor)
    return made


@kind
def unimported_domain():
    return model([helper.make_node("Relu", ["x"], ["y"], domain="com.example")])


@kind
def unnamed_operator():
    return model([helper.make_node("", ["x"], ["y"])])


@kind
def duplicate_attribute():
    node = helper.make_node("Elu", ["x"], ["y"], alpha=1.0)
    node.attribute.append(node.attribute[0])
    return model([node])


@kind
def sparse_attribute():
    node = helper.make_node("Constant", [], ["c"])
    attribute = node.attribute.add(name="sparse_value")
    attribute.type = onnx.AttributeProto.SPARSE_TENSOR
    return model([node, relu()])


@kind
def sequence_input():
    tensor = helper.make_tensor_type_proto(TensorProto.FLOAT, [4])
    inputs = [helper.make_value_info("x", helper.make_sequence_type_proto(tensor))]
    return model([relu()], inputs=inputs)


@kind
def string_input():
    return model([relu()], inputs=[value("x", dtype=TensorProto.STRING)])


@kind
def negative_dim():
    return model([relu()], inputs=[value("x", (-1, 4))])


@kind
def shapes_disagree():
    return model([relu(name="act")], outputs=[value("y", ("n", 5))])


@kind
def value_info_disagrees():
    nodes = [relu("x", "a", name="act"), relu("a", "y")]
    return model(nodes, value_info=[value("a", ("n", 4), TensorProto.INT32)])


@kind
def control_bytes():
    return model([relu("\x1b[2Jgone", name="bell\x07\n")])


@kind
def deep_subgraphs():
    body = helper.make_graph([relu("x", "z")], "inner", [], [value("z")])
    for depth in range(28):
        node = helper.make_node("If", ["c"], ["z"], then_branch=body)
        body = helper.make_graph([node], f"level{depth}", [], [value("z")])
    return model(list(body.node) + [relu("z", "y")])


@kind
def sparse_initializer():
    made = good()
    made.graph.sparse_initializer.add()
    return made


# Tensors.


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


# External data.

for name, made in {
    "external": external(),
    "external-absolute": external("/etc/passwd"),
    "external-parent": external("../weights.bin"),
    "external-detour": external("sub/../../weights.bin"),
    "external-nothing": external("missing.bin"),
    "external-nul": external("weights.bin\0.txt"),
    "external-sub": external("sub/weights.bin"),
    "external-negative": external(offset=-16),
    "external-beyond": external(offset=1 << 20),
    "external-petabyte": external(offset=0, length=1 << 50),
    "external-short": external(length=8),
    "external-key": external(password="x"),
    "external-wrong-checksum": external(length=16, checksum="0" * 40),
    "external-checksum": external(
        length=16, checksum="56178b86a57fac22899a9964185c2cc96e7da589"
    ),
}.items():
    KINDS[name] = lambda made=made: made


# Functions.


def with_functions(nodes, functions):
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("local", 1)]
    return model(nodes, opset_imports=opsets, functions=functions)


def function(name, nodes, attributes=()):
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("local", 1)]
    return helper.make_function(
        "local", name, ["a"], ["b"], nodes, opsets, attributes=list(attributes)
    )


def call(function, source="a", target="b", **fields):
    return helper.make_node(function, [source], [target], domain="local", **fields)


@kind
def function_with_attribute():
    node = helper.make_node("Elu", ["a"], ["b"], name="inner")
    reference = node.attribute.add(name="alpha", ref_attr_name="slope")
    reference.type = onnx.AttributeProto.FLOAT
    functions = [function("Act", [node], ["slope"])]
    return with_functions([call("Act", "x", "y", name="c", slope=0.25)], functions)


@kind
def recursive_function():
    functions = [function("F", [call("G")]), function("G", [call("F")])]
    return with_functions([call("F", "x", "y")], functions)


@kind
def exploding_functions():
    """Each calls the one before ten times: 10^12 nodes from a small file."""
    functions = [function("F0", [relu("a", "b")])]
    for level in range(1, 13):
        names = ["a"] + [f"t{i}" for i in range(9)] + ["b"]
        nodes = [call(f"F{level - 1}", names[i], names[i + 1]) for i in range(10)]
        functions.append(function(f"F{level}", nodes))
    return with_functions([call("F12", "x", "y")], functions)


@kind
def duplicate_function():
    functions = [function("F", [relu("a", "b")])] * 2
    return with_functions([call("F", "x", "y")], functions)


@kind
def too_many_arguments():
    node = helper.make_node("F", ["x", "x"], ["y"], domain="local")
    return with_functions([node], [function("F", [relu("a", "b")])])


@kind
def subgraph():
    then = helper.make_graph([relu("x", "z")], "then", [], [value("z")])
    other = helper.make_graph(
        [helper.make_node("Neg", ["x"], ["z"])], "other", [], [value("z")]
    )
    node = helper.make_node("If", ["c"], ["y"], then_branch=then, else_branch=other)
    inputs = [value("x"), value("c", (), TensorProto.BOOL)]
    return model([node], inputs=inputs)


# Unsupported models.


@kind
def unsupported():
    nodes = [
        helper.make_node("Hardmax", ["x"], ["a"], name="find"),
        helper.make_node("Hardmax", ["x"], ["a2"], name="find_more"),
        helper.make_node("Gelu", ["x"], ["b"], name="act", approximate="cubic"),
        helper.make_node("Relu", ["x"], ["c"], name="odd", slope=0.5),
        helper.make_node("QuickGelu", ["x"], ["d"], name="q", domain="com.microsoft"),
        helper.make_node("Cast", ["x"], ["e"], name="to_f8", to=TensorProto.FLOAT8E4M3FN),
        helper.make_node("MatMul", ["x", "m"], ["y"], name="product"),
    ]
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    inputs = [value("x"), value("m", ("k", 4))]
    return model(nodes, inputs=inputs, opset_imports=opsets)


@kind
def old_opset():
    return model([relu()], opset_imports=[helper.make_opsetid("", 5)])


def main():
    for name in sys.argv[2:]:
        with open(os.path.join(sys.argv[1], name + ".onnx"), "wb") as file:
            file.write(KINDS[name]().SerializeToString())


if __name__ == "__main__":
    main()
