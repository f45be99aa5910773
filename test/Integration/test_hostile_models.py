"""Small files that ask for much are compiled or refused within a bound on time and memory."""

import sys

import pytest

from programs import COMPILER, ROOT

sys.path.insert(0, str(ROOT / "test" / "Fuzz"))
from hostile_models import MODELS  # noqa: E402
from measure import run  # noqa: E402

SECONDS, MIB = 5, 256
# What a processor that others use as well takes longer for the same work.
SHARED = 3


@pytest.mark.parametrize("name", MODELS)
def test_bounds(name, tmp_path):
    compiles, make = MODELS[name]
    path = tmp_path / "model.onnx"
    path.write_bytes(make().SerializeToString())
    assert path.stat().st_size < 1 << 20
    status, seconds, mib, message = run([COMPILER, path, "--emit=obj", "-o", tmp_path / "model.o"], SECONDS * SHARED)
    assert status == 0 if compiles else status in (3, 4, 5), (status, message[-500:])
    assert compiles or "model.onnx" in message and "; " in message, message[-500:]
    assert seconds < SECONDS * SHARED and mib < MIB, f"{seconds:.1f} s, {mib} MiB"


@pytest.mark.parametrize("code, words", [("while True: pass", "-"), ("x = b'1' * (300 << 20)", "MiB")])
def test_planted_faults_show(code, words):
    """A process that takes too long, or too much, is not within the bounds."""
    status, _, mib, _ = run([sys.executable, "-c", code], 1)
    assert status < 0 if words == "-" else mib > MIB


def test_more_nodes_can_be_allowed(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(MODELS["too-many-nodes"][1]().SerializeToString())
    command = [COMPILER, path, "--emit=mlir-import", "-o", "-"]
    status, _, _, message = run(command, SECONDS * SHARED)
    assert status == 5 and "larger than the limit of" in message and "--max-nodes [limit]" in message
    assert run([*command, "--max-nodes=20000"], SECONDS * SHARED)[0] == 0


def test_more_operations_can_be_allowed(tmp_path):
    """The place is that of the first node beyond the limit; what the nodes become counts."""
    path = tmp_path / "model.onnx"
    path.write_bytes(MODELS["many-softmaxes"][1]().SerializeToString())
    command = [COMPILER, path, "--emit=mlir-recognize", "-o", "-"]
    status, _, _, message = run(command, SECONDS * SHARED)
    assert status == 5 and "node 'link" in message
    assert "operations, more than the limit of 100000 for files of less than 1 MiB" in message
    assert run([*command, "--max-operations=0"], SECONDS * SHARED)[0] == 0


def test_large_files_may_take_more(tmp_path):
    """The bound is one of files of less than 1 MiB."""
    model = MODELS["many-softmaxes"][1]()
    model.metadata_props.add(key="padding", value="x" * (1 << 20))
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    assert run([COMPILER, path, "--emit=mlir-recognize", "-o", "-"], SECONDS * SHARED)[0] == 0
