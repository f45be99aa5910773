"""Models that go beyond one limit of the reader each."""

import onnx
from onnx import TensorProto, helper

from kinds import call, external, function, kind, model, relu, value, with_functions


@kind
def many_attributes():
    node = helper.make_node("Elu", ["x"], ["y"], name="elu")
    for i in range(1025):
        node.attribute.append(helper.make_attribute(f"a{i}", i))
    return model([node])


@kind
def many_inputs():
    return model([helper.make_node("Sum", ["x"] * 16385, ["y"], name="sum")])


@kind
def long_value_name():
    return model([relu("x", "y" * 4097), relu("y" * 4097, "y")])


@kind
def many_functions():
    functions = [function(f"F{i}", []) for i in range(10001)]
    return with_functions([relu()], functions)


@kind
def many_function_attributes():
    names = [f"a{i}" for i in range(1025)]
    return with_functions([relu()], [function("F", [relu("a", "b")], names)])


@kind
def deep_calls():
    functions = [function(f"F{i}", [call(f"F{i + 1}")]) for i in range(65)]
    return with_functions([call("F0", "x", "y")], functions + [function("F65", [relu("a", "b")])])


@kind
def deep_branches():
    """Functions whose bodies are branches in branches: deeper than any file nests them."""
    functions = []
    for level in range(40):
        nodes = [call(f"F{level + 1}", "a", "z") if level < 39 else relu("a", "z")]
        for depth in range(2):
            body = helper.make_graph(nodes, "body", [], [value("z")])
            nodes = [helper.make_node("If", ["a"], ["z" if depth == 0 else "b"], then_branch=body)]
        functions.append(function(f"F{level}", nodes))
    return with_functions([call("F0", "x", "y")], functions)


@kind
def high_rank_input():
    return model([relu()], inputs=[value("x", [1] * 65)])


@kind
def no_type():
    made = model([relu()])
    made.graph.input[0].ClearField("type")
    return made


@kind
def sparse_input():
    made = model([relu()])
    made.graph.input[0].type.sparse_tensor_type.elem_type = TensorProto.FLOAT
    return made


@kind
def map_input():
    made = model([relu()])
    made.graph.input[0].type.map_type.key_type = TensorProto.INT64
    return made


@kind
def optional_input():
    made = model([relu()])
    made.graph.input[0].type.optional_type.SetInParent()
    return made


@kind
def external_nameless():
    made = external()
    del made.graph.initializer[0].external_data[:]
    return made


@kind
def many_obstacles():
    nodes = [helper.make_node("Hardmax", ["x"], [f"y{i}"], name=f"find{i}") for i in range(70)]
    return model(nodes, outputs=[value("y0")])


@kind
def many_operators():
    nodes = [helper.make_node(f"Unknown{i}", ["x"], [f"y{i}"]) for i in range(70)]
    return model(nodes, outputs=[value(f"y{i}") for i in range(70)])


@kind
def many_contradictions():
    nodes = [helper.make_node("Relu", ["x", "x"], [f"y{i}"], name=f"odd{i}") for i in range(30)]
    return model(nodes, outputs=[value("y0")])
