"""Models that are sound, but not supported."""

from onnx import TensorProto, helper

from kinds import kind, model, relu, value


@kind
def unsupported():
    nodes = [
        helper.make_node("Hardmax", ["x"], ["a"], name="find"),
        helper.make_node("Hardmax", ["x"], ["a2"], name="find_more"),
        helper.make_node("Gelu", ["x"], ["b"], name="act", approximate="cubic"),
        helper.make_node("Relu", ["x"], ["c"], name="odd", slope=0.5),
        helper.make_node("CropAndResize", ["x"], ["d"], name="q", domain="com.microsoft"),
        helper.make_node("Cast", ["x"], ["e"], name="to_f8", to=TensorProto.FLOAT8E4M3FN),
        helper.make_node("MatMul", ["x", "m"], ["y"], name="product"),
    ]
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    inputs = [value("x"), value("m", ("k", 4))]
    # The compiler does not look at what nobody reads.
    outputs = [value("y"), value("a")]
    return model(nodes, inputs=inputs, outputs=outputs, opset_imports=opsets)


@kind
def old_opset():
    return model([relu()], opset_imports=[helper.make_opsetid("", 5)])


@kind
def forty_obstacles():
    kinds = ["Hardmax", "Celu", "Unique", "Det"]
    nodes = [helper.make_node(kinds[i % 4], ["x"], [f"y{i}"], name=f"find{i}") for i in range(40)]
    return model(nodes, outputs=[value(f"y{i}") for i in range(40)])
