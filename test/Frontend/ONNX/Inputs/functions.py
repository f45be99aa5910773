"""Model-local functions and subgraphs."""

import onnx
from onnx import TensorProto, helper

from kinds import call, function, kind, model, relu, value, with_functions


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
