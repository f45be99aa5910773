"""Key/value caches of f16 and int8, against onnxruntime on graphs that round keys and values themselves."""

import json

import numpy as np
import onnx
import pytest

from layer_comparison import open_session
from programs import MODELS, compile_model

NAMES = ("pot-gpt2.functions", "uniform-4.qdq", "ternarylm-paper.qdq")
BYTES = {"f32": lambda d: 4 * d, "f16": lambda d: 2 * d, "int8": lambda d: d + 4}


def round_rows(model: onnx.ModelProto, kind: str, features: int) -> None:
    """Rounds what goes into attention as keys and values, head by head."""
    graph = model.graph
    constants = {"heads": np.array([0, 0, -1, features]), "flat": np.array([0, 0, -1]),
                 "last": np.array([-1]), "most": np.float32(127), "tiny": np.float32(1e-30)}
    graph.initializer.extend(onnx.numpy_helper.from_array(np.asarray(v), f"cache.{k}") for k, v in constants.items())

    def op(name: str, inputs: list[str], out: str, **attributes) -> str:
        at = list(graph.node).index(attention)
        graph.node.insert(at, onnx.helper.make_node(name, inputs, [out], **attributes))
        return out

    for attention in [node for node in graph.node if node.op_type == "Attention"]:
        for place in (1, 2):
            x = attention.input[place]
            name = f"{x}.{attention.output[0]}.{place}"
            if kind == "f16":
                half = op("Cast", [x], f"{name}.half", to=onnx.TensorProto.FLOAT16)
                rounded = op("Cast", [half], f"{name}.rounded", to=onnx.TensorProto.FLOAT)
            else:
                rows = op("Reshape", [x, "cache.heads"], f"{name}.rows")
                most = op("ReduceMax", [op("Abs", [rows], f"{name}.abs"), "cache.last"], f"{name}.most", keepdims=1)
                scale = op("Div", [op("Max", [most, "cache.tiny"], f"{name}.some"), "cache.most"], f"{name}.scale")
                codes = op("Round", [op("Div", [rows, scale], f"{name}.quotient")], f"{name}.codes")
                rounded = op("Reshape", [op("Mul", [codes, scale], f"{name}.product"), "cache.flat"], f"{name}.rounded")
            attention.input[place] = rounded


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Programs by model and type, compiled once."""
    folder, found = tmp_path_factory.mktemp("caches"), {}

    def get(name: str, kind: str):
        if (name, kind) not in found:
            found[name, kind] = compile_model(MODELS / f"{name}.onnx", folder / f"{name}-{kind}".replace("/", "-").replace(".", "-"),
                                              f"--cache={kind}")
        return found[name, kind]
    return get


@pytest.mark.parametrize("kind", ["f16", "int8"])
@pytest.mark.parametrize("name", NAMES)
def test_rounds_as_the_graph_would(name, kind, programs):
    """A code may fall to the other side of a tie, which few logits then show; rounding not at all shows in all."""
    program = programs(f"families/{name}", kind)
    model = onnx.load(MODELS / "families" / f"{name}.onnx")
    width = next(v for v in model.graph.initializer if len(v.dims) == 2).dims[1]
    heads = next(n for n in model.graph.node if n.op_type == "Attention").attribute
    features = width // next(a.i for a in heads if a.name == "q_num_heads")
    ids = np.random.default_rng(1).integers(0, 60, (1, 40))
    plain = open_session(model).run(None, {"input_ids": ids})[0]
    round_rows(model, kind, features)
    expected = open_session(model).run(None, {"input_ids": ids})[0]
    found = program.logits(ids)
    difference = np.abs(found - expected)
    assert np.median(difference) < 1e-5
    assert difference.max() < 0.05
    # Planted: the graph without the rounding is further away.
    assert np.median(np.abs(found - plain)) > 10 * np.median(difference)


@pytest.mark.parametrize("kind", ["f16", "int8"])
def test_steps_give_the_bits_of_the_whole(kind, programs):
    """However many tokens come at once, and for any number of threads."""
    program = programs(f"families/{NAMES[1]}", kind)
    ids = np.random.default_rng(2).integers(0, 60, (1, 33))
    whole = program.logits(ids, "--chunk", 33).tobytes()
    for options in (("--chunk", 1), ("--chunk", 5), ("-t", 1), ("-t", 3)):
        assert program.logits(ids, *options).tobytes() == whole


def test_fixed_point_loses_nothing(programs):
    """EcoLM's keys and values are bytes times a power of two: f16 holds them, rows of int8 with scales of their
    own do not."""
    ids = np.random.default_rng(3).integers(0, 60, (1, 40))
    f32, f16, int8 = (programs("tiny-ecolm", kind).logits(ids).tobytes() for kind in BYTES)
    assert f16 == f32 != int8


def test_sizes(programs):
    """Cache bytes that a program reports, for heads of 16 features."""
    sizes = {kind: json.loads(programs("tiny-ecolm", kind).run("info", "--json"))["key/value cache bytes"]
             for kind in BYTES}
    for kind, size in BYTES.items():
        assert sizes[kind] * 64 == sizes["f32"] * size(16)
