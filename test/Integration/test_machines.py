"""Programs on machines that are not what they were made for: older processors, fewer
cores than threads, less memory than the model needs."""

import re
import resource
import shutil
import subprocess

import numpy as np
import pytest

from programs import MODELS, compile_model

MODEL_FAILURE = 5
TINY = MODELS / "tiny-ecolm.onnx"


def run_on(processor: str, program, *arguments) -> subprocess.CompletedProcess:
    """A run on an emulated processor."""
    qemu = shutil.which("qemu-x86_64")
    assert qemu, "install qemu-user"
    return subprocess.run([qemu, "-cpu", processor, program.path, *arguments],
                          capture_output=True, text=True)


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("levels")
    return {cpu: compile_model(TINY, folder / cpu, f"--mcpu={cpu}")
            for cpu in ("x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4")}


GENERATE = ["--prompt", "To be", "-n", "8", "--temperature", "0"]


@pytest.mark.parametrize("processor, runs", [
    ("qemu64", ["x86-64"]), ("Nehalem", ["x86-64", "x86-64-v2"]),
    ("Haswell", ["x86-64", "x86-64-v2", "x86-64-v3"])])
def test_older_processors(processor, runs, programs):
    """A message where the program would use what is not there; else the same text."""
    expected = programs["x86-64"].run(*GENERATE)
    for cpu, program in programs.items():
        result = run_on(processor, program, *GENERATE)
        if cpu in runs:
            assert (result.returncode, result.stdout) == (0, expected), cpu
            continue
        assert result.returncode == MODEL_FAILURE and result.stdout == ""
        assert f"the model was compiled for {cpu}, and this processor has no " in result.stderr
        assert "; compile it here, or for an older processor with --mcpu" in result.stderr
        assert ("avx512f" in result.stderr) == (cpu == "x86-64-v4")
        # What needs no model code still works.
        assert run_on(processor, program, "info").returncode == 0


def test_features_that_were_added_count(tmp_path):
    program = compile_model(TINY, tmp_path / "program", "--mcpu=x86-64", "--mattr=+avx2,+fma")
    result = run_on("Nehalem", program, "selftest")
    assert result.returncode == MODEL_FAILURE
    assert re.search(r"has no avx, fma, avx2;", result.stderr)


def test_more_threads_than_cores(programs):
    ids = np.random.default_rng(1).integers(0, 65, (1, 30))
    alone = programs["x86-64-v2"].logits(ids, "-t", "1")
    np.testing.assert_array_equal(alone, programs["x86-64-v2"].logits(ids, "-t", "256"))


def test_memory_that_cannot_be_had(tmp_path):
    """From nearly none to enough: each failure names the bytes that it wants."""
    program = compile_model(MODELS / "ecolm-shakespeare.onnx", tmp_path / "program")
    outcomes, wanted = [], set()
    for kibibytes in range(3000, 16000, 250):
        limit = (kibibytes * 1024,) * 2
        try:
            result = subprocess.run([program.path, *GENERATE, "-t", "1"], capture_output=True,
                                    text=True,
                                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit))
        except OSError:
            continue
        if result.returncode == 127 or "error while loading" in result.stderr:
            continue  # The loader, before the program begins.
        outcomes.append(result.returncode)
        assert result.returncode in (0, MODEL_FAILURE), result
        if result.returncode:
            found = re.search(r"not enough memory.* (\d+) bytes", result.stderr)
            assert found, result.stderr
            wanted.add(int(found[1]))
    assert outcomes == sorted(outcomes, reverse=True), "more memory never hurts"
    assert set(outcomes) == {0, MODEL_FAILURE}
    info = program.run("info")
    cache = int(re.search(r"key/value cache bytes: (\d+)", info)[1])
    assert cache in wanted
