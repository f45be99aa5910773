"""What small test models are made of, and the table of their kinds."""

from onnx import TensorProto, helper

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
