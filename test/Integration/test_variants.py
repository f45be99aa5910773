"""Programs with code for several processors: the bits of each, and weights once."""

import ctypes
import re
import shutil
import subprocess

import numpy as np
import pytest

from programs import MODELS, Program, compile_model, run_compiler

CPUS = ["x86-64", "x86-64-v3", "x86-64-v4"]


def features_of_this_machine() -> set[str]:
    with open("/proc/cpuinfo") as file:
        return set(next(line for line in file if line.startswith("flags")).split())


def best_of(cpus: list[str]) -> str:
    found = features_of_this_machine()
    wanted = {"x86-64": set(), "x86-64-v3": {"avx2", "fma", "bmi2"},
              "x86-64-v4": {"avx512f", "avx512vl", "avx512bw"}}
    return [cpu for cpu in cpus if wanted[cpu] <= found][-1]


def emulated(processor: str, program: Program, *arguments) -> str:
    qemu = shutil.which("qemu-x86_64")
    assert qemu, "install qemu-user"
    return subprocess.run([qemu, "-cpu", processor, program.path, *arguments],
                          capture_output=True, text=True, check=True).stdout


def number(program: Program, key: str) -> int:
    return int(re.search(rf"^{key}: (\d+)", program.run("info"), re.MULTILINE)[1])


def section_bytes(program: Program) -> int:
    """Bytes of the weights in the program."""
    table = subprocess.run(["nm", "-S", program.path], capture_output=True, text=True,
                           check=True).stdout
    return int(re.search(r"^\S+ (\S+) \w ecolm_weights$", table, re.MULTILINE)[1], 16)


@pytest.mark.parametrize("model", ["tiny-ecolm", "families/bitnet.qdq", "families/uniform-4.nbits",
                                   "families/pot-llm.qdq"])
def test_all_code_gives_the_same_bits(model, tmp_path):
    file = MODELS / f"{model}.onnx"
    every = compile_model(file, tmp_path / "every", f"--mcpu={','.join(CPUS)}")
    ids = np.random.default_rng(3).integers(0, 60, (1, 20))
    expected = every.logits(ids)
    alone = {}
    for cpu in CPUS:
        alone[cpu] = compile_model(file, tmp_path / cpu, f"--mcpu={cpu}")
        if cpu in CPUS[:CPUS.index(best_of(CPUS)) + 1]:
            np.testing.assert_array_equal(alone[cpu].logits(ids), expected)
    assert f", code for {best_of(CPUS)}" in every.run("bench", "-p", "4", "-n", "1")
    assert "target cpu: x86-64, x86-64-v3, x86-64-v4" in every.run("info")
    every.run("selftest")
    # Each chooses what it can run; the others would be SIGILL.
    for processor, cpu in [("qemu64", "x86-64"), ("Nehalem", "x86-64"), ("Haswell", "x86-64-v3")]:
        assert f", code for {cpu}\n" in emulated(processor, every, "bench", "-p", "4", "-n", "1")
        np.save(tmp_path / "ids.npy", ids)
        emulated(processor, every, "--input", str(tmp_path / "ids.npy"), "--output",
                 str(tmp_path / "logits.npy"))
        np.testing.assert_array_equal(np.load(tmp_path / "logits.npy"), expected)
    # Weights are there once where layouts agree, and never more often than they differ.
    sizes = [section_bytes(program) for program in alone.values()]
    assert max(sizes) <= section_bytes(every) <= sum(sizes)
    if model == "families/bitnet.qdq":
        assert section_bytes(every) == max(sizes)


def test_two_layouts_share_what_is_the_same(tmp_path):
    """A matrix of floats is there once, codes of four bits in tiles and in lanes."""
    file = MODELS / "families" / "uniform-4.nbits.onnx"
    sizes = [section_bytes(compile_model(file, tmp_path / "one", f"--mcpu={cpu}"))
             for cpu in ("x86-64", "x86-64-v3")]
    both = section_bytes(compile_model(file, tmp_path / "two", "--mcpu=x86-64,x86-64-v3"))
    assert max(sizes) < both < sum(sizes)


def test_a_general_model(tmp_path):
    """And one that allocates, so that its code says what memory lacks."""
    program = compile_model(MODELS / "butterfly.onnx", tmp_path / "program",
                            f"--mcpu={','.join(CPUS)}")
    assert f", code for {best_of(CPUS)}" in program.run("bench")
    program.run("selftest")


def test_a_library_chooses_too(tmp_path):
    output = tmp_path / "model.so"
    result = run_compiler(MODELS / "tiny-ecolm.onnx", "--emit=so", "-o", output,
                          "--mcpu=x86-64,native")
    assert result.returncode == 0, result.stderr
    library = ctypes.CDLL(str(output))
    exported = subprocess.run(["nm", "-D", "--defined-only", output], capture_output=True,
                              text=True, check=True).stdout
    names = {line.split()[-1] for line in exported.splitlines()}
    assert names == {"ecolm_choose_variant", "ecolm_forward", "ecolm_model_descriptor",
                     "ecolm_parallel_for", "ecolm_set_threads"}
    assert library.ecolm_choose_variant


def test_the_report_is_of_the_last(tmp_path):
    compile_model(MODELS / "families" / "bitnet.qdq.onnx", tmp_path / "program",
                  "--mcpu=x86-64,x86-64-v3", f"--report={tmp_path / 'report.txt'}")
    text = (tmp_path / "report.txt").read_text()
    assert ", x86-64-v3\n" in text and "byte products (avx2)" in text


@pytest.mark.parametrize("options, words", [
    (["--mcpu=x86-64-v3,x86-64"], "but found 'x86-64' after 'x86-64-v3'; name them in another order"),
    (["--mcpu=x86-64-v3,x86-64-v3"], "processors of a family from the least to the most"),
    (["--mcpu=x86-64,znver44"], "unknown CPU 'znver44'"),
    (["--mcpu=x86-64,"], "--mcpu has a comma too many: 'x86-64,'"),
    (["--mcpu=x86-64,x86-64-v3", "--profile"], "--mcpu names several processors, which only a "
     "program, a library or an object without --profile has code for; name one"),
    (["--mcpu=x86-64,x86-64-v3", "--emit=asm"], "--mcpu names several processors")])
def test_lists_are_refused(options, words, tmp_path):
    result = run_compiler(MODELS / "tiny-ecolm.onnx", "-o", tmp_path / "out", *options)
    assert result.returncode == 2 and words in result.stderr, result.stderr
