"""Small files that ask for much are compiled or refused within a bound on time and memory."""

import json
import subprocess
import sys

import pytest

from programs import COMPILER, ROOT

sys.path.insert(0, str(ROOT / "test" / "Fuzz"))
from hostile_models import MODELS  # noqa: E402

SECONDS, MIB = 5, 256
# What a processor that others use as well takes longer for the same work.
SHARED = 3


# A process of its own: what a fork of this one would be charged is this one's memory.
LAUNCH = """
import json, os, resource, subprocess, sys
bound = int(sys.argv[1])
limit = lambda: resource.setrlimit(resource.RLIMIT_CPU, (bound, bound))
process = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, preexec_fn=limit)
_, status, usage = os.wait4(process.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime,
                  usage.ru_maxrss // 1024]))
"""


def run(command: list, limit: float) -> tuple[int, float, int, str]:
    """Exit status, processor seconds, resident MiB and diagnostics of a command."""
    launcher = [sys.executable, "-c", LAUNCH, str(int(limit) + 1), *map(str, command)]
    result = subprocess.run(launcher, capture_output=True, text=True, check=True)
    return (*json.loads(result.stdout), result.stderr)


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
