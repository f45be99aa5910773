"""Objects and shared libraries in C programs, by the header that comes with them."""

import os
import pathlib
import subprocess

import pytest
from onnx import TensorProto, helper

from programs import BUILD, ROOT, compile_model

HOST = pathlib.Path(__file__).parent / "Inputs" / "general_host.c"
CLANG = pathlib.Path(os.environ.get("LLVM_ROOT", "/usr/lib/llvm-22")) / "bin" / "clang"


def make_sum():
    """x [n, 3] + z [m, 3]."""
    values = {name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [rows, 3])
              for name, rows in (("x", "n"), ("z", "m"), ("y", "k"))}
    graph = helper.make_graph([helper.make_node("Add", ["x", "z"], ["y"], name="sum")], "sum",
                              [values["x"], values["z"]], [values["y"]])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11)


@pytest.mark.parametrize("kind", ["obj", "so"])
def test_c_hosts(kind, tmp_path):
    code = tmp_path / {"obj": "model.o", "so": "model.so"}[kind]
    compile_model(make_sum(), code, f"--emit={kind}")
    runtime = [BUILD / "lib" / "libEcoLMRuntime.a", "-lm", "-lpthread"] if kind == "obj" else []
    # Warnings are errors: the header is C, and its declarations fit the descriptor.
    subprocess.run([CLANG, "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{tmp_path}",
                    f"-I{ROOT / 'include'}", HOST, code, *runtime, "-o", tmp_path / "host"], check=True)

    def run(*rows):
        return subprocess.run([tmp_path / "host", *map(str, rows)], capture_output=True, check=True,
                              text=True).stdout
    assert run(4, 4) == "4 rows of 2\n" and run(4, 1) == "4 rows of 2\n"
    assert run(4, 3) == "status 256: node 'sum' (number 0): the shapes of its inputs do not broadcast\n"
    text = (tmp_path / "model.h").read_text()
    assert "input 'x': float32 (?, 3)" in text and "output 'y': float32 (?, 3)" in text
    subprocess.run([CLANG, "-x", "c++", "-std=c++17", "-fsyntax-only", f"-I{ROOT / 'include'}",
                    tmp_path / "model.h"], check=True)
