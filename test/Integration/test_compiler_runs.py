"""How a run of ecolm-compile looks on a terminal, and what it leaves when it is interrupted."""

import os
import pty
import re
import signal
import subprocess
import time

import onnx
import pytest
from onnx import TensorProto, helper

from programs import COMPILER, MODELS, run_compiler

TINY = MODELS / "tiny-ecolm.onnx"


def make_unknown() -> onnx.ModelProto:
    """A model with an operator that nobody knows."""
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Frobnicate", ["x"], ["y"], name="layers.0.frob")], "bad",
                              values[:1], values[1:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11)


def run_on_terminal(*arguments) -> str:
    """What a person sees of a run."""
    terminal, end = pty.openpty()
    with subprocess.Popen([COMPILER, *map(str, arguments)], stderr=end, stdout=end) as process:
        os.close(end)
        seen = b""
        try:
            while chunk := os.read(terminal, 4096):
                seen += chunk
        except OSError:  # the other end is closed
            pass
    os.close(terminal)
    return seen.decode() + f"[{process.returncode}]"


def test_progress_on_a_terminal(tmp_path):
    """Every phase with its time; an error has a line of its own. Elsewhere there is silence."""
    seen = run_on_terminal(TINY, "-o", tmp_path / "program")
    assert seen.endswith("[0]")
    for phase in ("import", "recognize", "optimize", "lower", "emit"):
        assert re.search(rf"{phase} \.\.\.\r  {phase} +\d+\.\d\d s\r\n", seen), seen
    assert run_compiler(TINY, "-o", tmp_path / "program").stderr == ""
    onnx.save(make_unknown(), tmp_path / "model.onnx")
    seen = run_on_terminal(tmp_path / "model.onnx", "-o", tmp_path / "program")
    assert "\necolm-compile: error: node 'layers.0.frob'" in seen and seen.endswith("[3]")


def heed_interrupts() -> None:
    """A shell has its background jobs ignore SIGINT, and a child inherits that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("moment", ["start", "file", 0.2, 0.5, 0.8])
def test_interrupted_compilations_leave_nothing(moment, tmp_path):
    """Ctrl-C, at once, when the first temporary file is there, and at times."""
    folder, temporary = tmp_path / "out", tmp_path / "tmp"
    folder.mkdir()
    temporary.mkdir()
    model = MODELS / "ecolm-shakespeare.onnx"
    process = subprocess.Popen([COMPILER, model, "-o", folder / "program"], stderr=subprocess.PIPE,
                               env=dict(os.environ, TMPDIR=str(temporary)),
                               preexec_fn=heed_interrupts)
    while moment == "file" and process.poll() is None and not list(folder.iterdir()):
        time.sleep(0.001)
    time.sleep(moment if isinstance(moment, float) else 0)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1].decode()
    left = sorted(path.name for path in [*folder.iterdir(), *temporary.iterdir()])
    assert left == ([] if process.returncode else ["program"]), said
    assert "Stack dump" not in said
    if moment in ("start", "file"):
        assert process.returncode == -signal.SIGINT


def test_cross_objects_need_no_linker_of_theirs(tmp_path):
    result = run_compiler(TINY, "--emit=obj", "--target=riscv32-unknown-elf", "-o", tmp_path / "model.o")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "model.o").read_bytes()[18:20] == b"\xf3\x00"  # EM_RISCV
    assert (tmp_path / "model.h").exists()
