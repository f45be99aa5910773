"""AddressSanitizer and ThreadSanitizer on generated code: clean, and faults are found.

Programs of --sanitize=address keep every weight and buffer apart; those of --sanitize=thread
share every loop, however small it is, among threads.
"""

import pathlib
import re
import subprocess

import numpy as np
import pytest
from ecolm.onnx_model import GraphBuilder
from onnx import TensorProto, helper

from programs import ANY_SIZE, MODELS, ROOT, compile_model, run_compiler
from random_layers import LayerModel, chain_shapes, rectangular_shapes
from test_c_hosts import CLANG
from test_fused_butterflies import ButterflyModel

SANITIZERS = ("address", "thread")
HOST = pathlib.Path(__file__).parent / "Inputs" / "faulty_host.c"
# Kernels of instruction sets: the machine's own, and what others have in its place. They
# share their loops in the same way.
TARGETS = [("address", "native"), ("address", "x86-64-v3"), ("address", "x86-64"),
           ("thread", "native")]
# Language models for every kind of matrix and activation.
FAMILIES = ("tiny-ecolm", "families/bitnet.qdq", "families/pot-llm.nbits",
            "families/uniform-4.nbits", "families/butterflyquant.qdq")


@pytest.fixture(params=SANITIZERS)
def sanitizer(request) -> str:
    return f"--sanitize={request.param}"


def products() -> LayerModel:
    """Every kind of matrix on every kind of row, at sizes with and without tails."""
    layers = LayerModel(seed=7)
    for rows, columns in ((130, 67), (16, 130), (1, 5), (33, 1)):
        for quantized in (False, True):
            layers.ternary_matmul(rows, columns, quantized)
            layers.pot_matmul(rows, columns, quantized)
        layers.byte_matmul(rows, columns)
        layers.byte_pot_matmul(rows, columns)
        layers.dense_matmul(rows, columns)
        for bits, zeros, int8 in ((2, False, False), (4, True, True), (4, False, False),
                                  (8, True, False)):
            layers.integer_matmul(rows, columns, bits, 32, zeros, int8)
    for rows, columns, groups in ((130, 96, 3), (40, 130, 10)):
        for pot in (False, True):
            for int8 in (False, True):
                layers.group_matmul(rows, columns, groups, pot, int8)
    return layers


def butterflies() -> LayerModel:
    """Chains of one radix and of any shapes, quantized and not."""
    layers = LayerModel(seed=8)
    for radix, stages in ((2, 7), (3, 3), (4, 3), (16, 2)):
        layers.quantized_butterfly(chain_shapes(layers.generator, radix, stages, False))
    for i in range(8):
        layers.quantized_butterfly(rectangular_shapes(layers.generator))
        layers.float_factor((3, 5, 7, 1 + i), ternary=i % 2 == 0)
    return layers


@pytest.mark.parametrize("name, cpu", TARGETS)
@pytest.mark.parametrize("make", [products, butterflies])
def test_layers(make, name, cpu, tmp_path):
    layers = make()
    program = compile_model(layers.model(opset=25), tmp_path / "layers", ANY_SIZE, f"--sanitize={name}",
                            f"--mcpu={cpu}")
    for rows, threads in ((1, 1), (1, 3), (2, 3), (5, 3)):
        program.evaluate(layers.inputs(rows), "-t", threads)


@pytest.mark.parametrize("kind", [TensorProto.INT8, TensorProto.FLOAT])
def test_fused_butterflies(kind, sanitizer, tmp_path):
    model = ButterflyModel(1024, "rows", kind, seed=9)
    draws = [model.ternary] if kind == TensorProto.INT8 else [model.learned, model.powers]
    for draw in draws:
        for order in ("up", "down", "random"):
            model.add(order, draw)
    program = compile_model(model.model(), tmp_path / "model", ANY_SIZE, sanitizer)
    for rows, threads in ((1, 1), (2, 3), (5, 3)):
        x = model.generator.integers(-128, 128, (rows, model.n))
        x = x.astype(helper.tensor_dtype_to_np_dtype(kind))
        program.evaluate({"x": x}, "-t", threads)


@pytest.mark.parametrize("name", FAMILIES)
def test_language_models(name, sanitizer, tmp_path):
    """Prompts at once and in pieces, and token by token; the bits are those without."""
    path = MODELS / f"{name}.onnx"
    ids = np.random.default_rng(0).integers(0, 60, (1, 40))
    expected = compile_model(path, tmp_path / "plain").logits(ids)
    program = compile_model(path, tmp_path / "model", sanitizer)
    for options in (("-t", 1), ("-t", 3), ("-t", 3, "--chunk", 7), ("-t", 3, "--chunk", 1)):
        assert np.array_equal(program.logits(ids, *options), expected)
    program.run("selftest")


def test_variants(sanitizer, tmp_path):
    program = compile_model(MODELS / "tiny-ecolm.onnx", tmp_path / "model", sanitizer,
                            "--mcpu=x86-64,x86-64-v3,native")
    program.logits(np.arange(40)[None], "-t", 3)


@pytest.fixture(params=SANITIZERS, scope="module")
def host(request, tmp_path_factory):
    """Runs a C program around two layers with a fault; gives its status and what it said."""
    folder = tmp_path_factory.mktemp(request.param)
    builder, x, width = GraphBuilder(), "x", 512
    for i in range(2):
        values = np.random.default_rng(i).standard_normal((width, width)).astype(np.float32)
        x = builder.op("MatMul", [x, builder.constant(f"w{i}", values)], f"layer_{i}",
                       out=f"y{i}")
    info = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", width])
            for name in ("x", "y1")]
    code = folder / "model.o"
    compile_model(builder.model("two-layers", info[:1], info[1:]), code, "--emit=obj",
                  f"--sanitize={request.param}")
    subprocess.run([CLANG, "-std=c11", "-Wall", "-Wextra", "-Werror", "-g", f"-I{folder}",
                    f"-I{ROOT / 'include'}", f"-fsanitize={request.param}", HOST, code, "-lm",
                    "-lpthread", "-o", folder / "host"], check=True)

    def run(fault: str) -> tuple[str, int, str]:
        result = subprocess.run([folder / "host", fault], capture_output=True, text=True)
        return request.param, result.returncode, result.stderr
    return run


def test_planted_faults(host):
    """They are the host's, but it is the model's code that meets them."""
    name, status, text = host("none")
    assert status == 0 and not text
    faults = {"address": [("input", "heap-buffer-overflow"), ("weights", "use-after-poison")],
              "thread": [("barrier", "data race")]}
    for fault, finding in faults[name]:
        _, status, text = host(fault)
        assert status != 0 and finding in text, text
        if fault != "weights":
            assert re.search(r"#0 .*\becolm_(parallel|linear)_", text), text


def test_other_systems_are_refused(tmp_path):
    result = run_compiler(MODELS / "tiny-ecolm.onnx", "-o", tmp_path / "out", "--sanitize=address",
                          "--emit=obj", "--target=aarch64-linux-gnu")
    assert result.returncode == 2
    assert ("--sanitize watches programs on x86-64 Linux, but found the target "
            "'aarch64-linux-gnu'; leave one of them away") in " ".join(result.stderr.split())
