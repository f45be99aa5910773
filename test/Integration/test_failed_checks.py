"""What a model checks while it runs: a failure is a message and a status, never a dead process."""

import ctypes
import math
import re
import subprocess

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from programs import Program, compile_model

BAD_INPUT, MODEL_FAILURE = 3, 5
KINDS = {"f4": TensorProto.FLOAT, "i8": TensorProto.INT64}


def make_model(nodes, inputs, outputs=("y",), constants=()):
    """A model; inputs and outputs map names to (type, dims)."""
    def values(wanted):
        return [helper.make_tensor_value_info(n, KINDS[k], d) for n, (k, d) in wanted.items()]
    graph = helper.make_graph(nodes, "checked", values(inputs), values(outputs),
                              [numpy_helper.from_array(v, n) for n, v in constants])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11)


def node(operator, inputs, outputs="y", **attributes):
    return helper.make_node(operator, inputs.split(), outputs.split(), name=f"layers.0.{operator}", **attributes)


def floats(*shape):
    return np.arange(np.prod(shape), dtype="f4").reshape(shape)


def ints(*values):
    return np.array(values, np.int64)


def make_attention(name, *past, **attributes):
    """An attention of four dimensions, whose batches and lengths the compiler does not know."""
    inputs = {x: ("f4", [f"batch_{x}", 2, f"length_{x}", 4]) for x in ("q", "k", "v", *past)}
    outputs = ["y", "keys", "values"] if past else ["y"]
    operator = helper.make_node("Attention", ["q", "k", "v", *(["", *past] if past else [])], outputs,
                                name=f"layers.0.{name}", **attributes)
    return make_model([operator], inputs, {x: ("f4", [f"batch_{x}", 2, f"length_{x}", 4]) for x in outputs})


# A model, inputs that fit, inputs that do not, and what the message says of them.
CASES = {
    "Add": (make_model([node("Add", "x z")], {"x": ("f4", ["m"]), "z": ("f4", ["n"])},
                       {"y": ("f4", ["k"])}),
            {"x": floats(5), "z": floats(5)}, {"x": floats(5), "z": floats(4)},
            "the shapes of its inputs do not broadcast"),
    "MatMul": (make_model([helper.make_node("Relu", ["x"], ["r"], name="first"),
                           node("MatMul", "r z", "p"),
                           helper.make_node("Relu", ["p"], ["y"], name="last")],
                          {"x": ("f4", ["m", "k"]), "z": ("f4", ["l", "n"])},
                          {"y": ("f4", ["m", "n"]), "r": ("f4", ["m", "k"])}),
               {"x": floats(2, 3), "z": floats(3, 4)}, {"x": floats(2, 3), "z": floats(4, 4)},
               "the dimensions of its inputs that must agree differ"),
    "Reshape": (make_model([node("Reshape", "x s")], {"x": ("f4", ["m", "k"]), "s": ("i8", [2])},
                           {"y": ("f4", ["a", "b"])}),
                {"x": floats(2, 6), "s": ints(3, 4)}, {"x": floats(2, 6), "s": ints(3, 5)},
                "the new shape has another number of elements"),
    "Gather": (make_model([node("Gather", "x i")], {"x": ("f4", ["m", 2]), "i": ("i8", ["n"])},
                          {"y": ("f4", ["n", 2])}),
               {"x": floats(3, 2), "i": ints(0, -1)}, {"x": floats(3, 2), "i": ints(0, 3)},
               "an index lies outside the dimension that it selects from"),
    "Div": (make_model([node("Div", "x z")], {"x": ("i8", ["m"]), "z": ("i8", ["m"])},
                       {"y": ("i8", ["m"])}),
            {"x": ints(7, -7), "z": ints(2, 2)}, {"x": ints(7, -7), "z": ints(2, 0)},
            "an integer is divided by zero"),
    "Concat": (make_model([node("Concat", "x z", axis=1)], {"x": ("f4", ["m", "k"]), "z": ("f4", ["n", "j"])},
                          {"y": ("f4", ["a", "b"])}),
               {"x": floats(2, 3), "z": floats(2, 4)}, {"x": floats(5, 3), "z": floats(2, 4)},
               "its inputs differ in a dimension other than the axis"),
    "Split": (make_model([node("Split", "x s", "y z", axis=0)], {"x": ("f4", ["m", 2])},
                         {"y": ("f4", ["a", 2]), "z": ("f4", ["b", 2])}, [("s", ints(2, 3))]),
              {"x": floats(5, 2)}, {"x": floats(4, 2)}, "its input is not as large as its parts"),
    "Squeeze": (make_model([node("Squeeze", "x s")], {"x": ("f4", ["m", "n"])}, {"y": ("f4", ["m"])},
                           [("s", ints(1))]),
                {"x": floats(5, 1)}, {"x": floats(5, 2)}, "a dimension to be removed is not one"),
    "Mod": (make_model([node("Mod", "x z")], {"x": ("i8", ["m"]), "z": ("i8", ["m"])}, {"y": ("i8", ["m"])}),
            {"x": ints(7, -7), "z": ints(2, 2)}, {"x": ints(7, -7), "z": ints(0, 2)},
            "an integer is divided by zero"),
    "LayerNormalization": (make_model([node("LayerNormalization", "x g")], {"x": ("f4", ["m", "k"])},
                                      {"y": ("f4", ["m", "k"])}, [("g", floats(64))]),
                           {"x": floats(2, 64)}, {"x": floats(2, 10)},
                           "the shapes of its inputs do not broadcast"),
    "Range": (make_model([node("Range", "x z d")], {"x": ("i8", []), "z": ("i8", []), "d": ("i8", [])},
                         {"y": ("i8", ["n"])}),
              {"x": np.array(0), "z": np.array(5), "d": np.array(2)},
              {"x": np.array(0), "z": np.array(5), "d": np.array(0)}, "the step is zero"),
    "Expand": (make_model([node("Expand", "x s")], {"x": ("f4", ["m", "k"]), "s": ("i8", [2])},
                          {"y": ("f4", ["a", "b"])}),
               {"x": floats(2, 1), "s": ints(1, 3)}, {"x": floats(2, 3), "s": ints(4, 3)},
               "its input does not broadcast to the shape"),
    "Attention": (make_attention("Attention"),
                  {"q": floats(1, 2, 3, 4), "k": floats(1, 2, 5, 4), "v": floats(1, 2, 5, 4)},
                  {"q": floats(1, 2, 3, 4), "k": floats(1, 2, 5, 4), "v": floats(1, 2, 3, 4)},
                  "its queries, keys and values do not fit each other"),
    "AttentionBySteps": (make_attention("AttentionBySteps", softcap=2.0),
                         {"q": floats(1, 2, 3, 4), "k": floats(1, 2, 5, 4), "v": floats(1, 2, 5, 4)},
                         {"q": floats(1, 2, 3, 4), "k": floats(2, 2, 5, 4), "v": floats(1, 2, 5, 4)},
                         "its queries, keys and values do not fit each other"),
    "AttentionOfPast": (make_attention("AttentionOfPast", "pk", "pv"),
                        {name: floats(1, 2, 3, 4) for name in ("q", "k", "v", "pk", "pv")},
                        {"pv": floats(1, 2, 1, 4)} | {name: floats(1, 2, 3, 4) for name in ("q", "k", "v", "pk")},
                        "there is not a past value for every past key"),
    "AttentionOfOthers": (make_attention("AttentionOfOthers", "pk", "pv"),
                          {name: floats(1, 2, 3, 4) for name in ("q", "k", "v", "pk", "pv")},
                          {"pv": floats(2, 2, 3, 4)} | {name: floats(1, 2, 3, 4) for name in ("q", "k", "v", "pk")},
                          "what is past does not fit what follows"),
    "ConstantOfShape": (make_model([node("ConstantOfShape", "s")], {"s": ("i8", [2])},
                                   {"y": ("f4", ["a", "b"])}),
                        {"s": ints(2, 3)}, {"s": ints(2, -3)}, "a size is negative"),
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """A function from the name of a case to its program, compiled once."""
    made = {}

    def program(name) -> Program:
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            made[name] = compile_model(CASES[name][0], folder / name)
        return made[name]
    return program


def run_refused(program: Program, inputs, folder, code, words):
    """Checks that the program says `words` in one paragraph and leaves no file."""
    np.savez(folder / "in.npz", **inputs)
    done = subprocess.run([program.path, "--input", folder / "in.npz", "--output", folder / "out.npz"],
                          capture_output=True, text=True)
    assert done.returncode == code, done
    assert re.fullmatch(rf"{program.path.name}: error: [^\n]+\n", done.stderr), done.stderr
    for word in words:
        assert word in done.stderr, done.stderr
    assert [p.name for p in folder.iterdir()] == ["in.npz"]


@pytest.mark.parametrize("name", CASES)
def test_programs_refuse_inputs(name, compiled, tmp_path):
    _, good, bad, words = CASES[name]
    program = compiled(name)
    number = 1 if name == "MatMul" else 0
    assert program.evaluate(good)["y"].size > 0
    run_refused(program, bad, tmp_path, BAD_INPUT, [
        f"the model refused its inputs: node 'layers.0.{name}' (number {number}): {words}", "check the shapes"])


def test_names_of_dimensions_hold(tmp_path):
    """The compiler takes dimensions of one name for one size, so the program checks them."""
    model = make_model([node("Mul", "x z")], {"x": ("f4", ["n", 2]), "z": ("f4", ["n", 2])},
                       {"y": ("f4", ["n", 2])})
    program = compile_model(model, tmp_path / "named")
    assert program.evaluate({"x": floats(3, 2), "z": floats(3, 2)})["y"].shape == (3, 2)
    folder = tmp_path / "run"
    folder.mkdir()
    run_refused(program, {"x": floats(3, 2), "z": floats(2, 2)}, folder, BAD_INPUT,
                ["dimension 0 of input 'z' and the dimension 'n' of input 'x' differ; check"])


def test_the_smallest_integer_divides(compiled):
    """Its quotient by -1 is no number of 64 bits, and a trap of the machine."""
    inputs = {"x": ints(-2**63, -2**63, 6, -7), "z": ints(-1, 1, -1, -2)}
    assert compiled("Div").evaluate(inputs)["y"].tolist() == [-2**63, -2**63, -6, 3]
    assert compiled("Mod").evaluate(inputs)["y"].tolist() == [0, 0, 0, -1]


@pytest.mark.parametrize("sizes", [(1 << 24, 1 << 24), (1 << 40, 1 << 40), (1 << 62, 4)])
def test_memory_that_is_not_there(sizes, compiled, tmp_path):
    """More than there is, and more than 64 bits can count."""
    run_refused(compiled("ConstantOfShape"), {"s": ints(*sizes)}, tmp_path, MODEL_FAILURE,
                ["not enough memory to evaluate the model: one of its tensors needs "
                 f"{4 * math.prod(sizes)} bytes; make the inputs smaller"])


def test_unnamed_nodes_are_found(tmp_path):
    model = CASES["Add"][0]
    unnamed = helper.make_model(model.graph, opset_imports=model.opset_import, ir_version=11)
    unnamed.graph.node[0].name = ""
    program = compile_model(unnamed, tmp_path / "unnamed")
    folder = tmp_path / "run"
    folder.mkdir()
    run_refused(program, CASES["Add"][2], folder, BAD_INPUT, ["node 'Add' (number 0): the"])


class Tensor(ctypes.Structure):
    """ecolm_tensor of include/ecolm/Runtime/Model.h."""
    _fields_ = [("dtype", ctypes.c_int32), ("rank", ctypes.c_int32),
                ("dims", ctypes.c_int64 * 8), ("data", ctypes.c_void_p)]

    @classmethod
    def of(cls, array):
        return cls(1, array.ndim, (*array.shape, *[0] * (8 - array.ndim)), array.ctypes.data)


def resident() -> int:
    """Kilobytes of this process in memory."""
    with open("/proc/self/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])


def test_libraries_return_a_status(tmp_path):
    """A host lives on after a failed check, keeps its outputs, and leaks nothing."""
    library_path = tmp_path / "matmul.so"
    compile_model(CASES["MatMul"][0], library_path, "--emit=so")
    library = ctypes.CDLL(str(library_path))
    square, tall, fitting = floats(512, 512), floats(511, 512), floats(512, 3)
    inputs = (Tensor * 2)(Tensor.of(square), Tensor.of(tall))
    outputs = (Tensor * 2)()
    before = resident()
    statuses = {library.ecolm_run(inputs, outputs) for _ in range(1000)}
    assert statuses == {256} and not outputs[0].data and not outputs[1].data
    # Each of the thousand calls allocated a megabyte before it failed.
    assert resident() - before < 100_000
    inputs[1] = Tensor.of(fitting)
    assert library.ecolm_run(inputs, outputs) == 0
    assert list(outputs[0].dims[:2]) == [512, 3]
