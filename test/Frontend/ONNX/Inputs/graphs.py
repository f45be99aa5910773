"""Graphs that no order of computation, or no meaning, fits."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from headers import good
from kinds import add_weight, kind, model, relu, value


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
