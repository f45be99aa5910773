"""A model of half a gigabyte compiles in little memory: weights are mapped,
packed in pieces and written straight into the object file."""

import os
import pathlib
import subprocess

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPILE = os.environ.get("ECOLM_COMPILE", str(ROOT / "build" / "bin" / "ecolm-compile"))
SIZE, LAYERS = 2048, 31  # 31 matrices of 16.8 MB: 520 MB
MIB = 1 << 20

# Runs argv[2:] and writes to argv[1] the largest resident set of any process
# in it, the linker included.
MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
open(sys.argv[1], "w").write(str(peak * 1024))
sys.exit(code)
"""


@pytest.fixture(scope="module")
def large_model(tmp_path_factory):
    rng = np.random.default_rng(0)
    nodes, weights, value = [], [], "x"
    for i in range(LAYERS):
        matrix = rng.standard_normal((SIZE, SIZE), dtype=np.float32) / np.float32(SIZE ** 0.5)
        weights.append(TensorProto(name=f"w{i}", data_type=TensorProto.FLOAT,
                                   dims=[SIZE, SIZE], raw_data=matrix.tobytes()))
        nodes.append(helper.make_node("MatMul", [value, f"w{i}"], [f"y{i}"], name=f"layer{i}"))
        value = f"y{i}"
    graph = helper.make_graph(
        nodes, "large", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, SIZE])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, [1, SIZE])], weights)
    path = tmp_path_factory.mktemp("large") / "large.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)],
                                ir_version=10), path)
    return path


def measure(log, *command):
    subprocess.run(["python3", "-c", MEASURE, str(log), *map(str, command)], check=True)
    return int(log.read_text())


def test_compiles_and_runs_in_little_memory(large_model, tmp_path):
    largest = SIZE * SIZE * 4
    assert large_model.stat().st_size > 500e6
    program = tmp_path / "large"
    peak = measure(tmp_path / "peak", COMPILE, large_model, "-o", program)
    assert peak < 3 * largest + 500e6, f"{peak / MIB:.0f} MiB"

    x = np.random.default_rng(1).standard_normal((1, SIZE)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    subprocess.run([program, "--input", tmp_path / "x.npy", "--output", tmp_path / "y.npy"],
                   check=True)
    options = onnxruntime.SessionOptions()
    options.enable_cpu_mem_arena = False
    expected = onnxruntime.InferenceSession(str(large_model), options).run(None, {"x": x})[0]
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), expected, rtol=0, atol=1e-4)

    # Started, the program has not touched its weights.
    assert measure(tmp_path / "peak", program, "info") < 32 * MIB


def test_the_measurement_sees_memory(tmp_path):
    hungry = "x = bytearray(700 << 20)\nx[::4096] = b'x' * len(x[::4096])"
    assert measure(tmp_path / "peak", "python3", "-c", hungry) > 700 * MIB
