"""Models whose header is wrong, and two that are not."""

import numpy as np
from onnx import helper, numpy_helper

from kinds import add_weight, kind, model, relu, value


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
