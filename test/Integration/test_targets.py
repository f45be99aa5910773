"""Programs for other machines, run by qemu and wasmtime: the bits of this machine."""

import dataclasses
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from programs import BUILD, MODELS, ROOT, Program, compile_model, run_compiler
from random_layers import LayerModel
from test_exact_kernels import ROWS, layers_of_all_kinds, wrong_layers

MODEL_FAILURE, BAD_INPUT = 5, 3
GENERATE = ["--prompt", "To be", "-n", "40", "--temperature", "0.7", "--seed", "3"]
LLVM = pathlib.Path(os.environ.get("LLVM_ROOT", "/usr/lib/llvm-22")) / "bin"
BARE_HOST = pathlib.Path(__file__).parent / "Inputs" / "bare_host.c"
WASMTIME = pathlib.Path(__file__).parent / "Inputs" / "run_wasm.py"


@dataclasses.dataclass(frozen=True)
class Machine:
    """What to compile for, and what runs it; `unable` runs programs for it, but
    has not what they need."""

    name: str
    triple: str
    options: tuple[str, ...]
    runner: tuple[str, ...]
    unable: tuple[str, ...] = ()
    missing: str = ""


def on(emulator: str, processor: str) -> tuple[str, ...]:
    return (emulator, "-cpu", processor)


AARCH64 = [
    Machine("aarch64", "aarch64-linux-gnu", (), on("qemu-aarch64", "cortex-a53")),
    Machine("dotprod", "aarch64-linux-gnu", ("--mattr=+dotprod",), on("qemu-aarch64", "cortex-a76"),
            on("qemu-aarch64", "cortex-a53"), "dotprod"),
    Machine("i8mm", "aarch64-linux-gnu", ("--mattr=+dotprod,+i8mm",), on("qemu-aarch64", "max"),
            on("qemu-aarch64", "cortex-a76"), "i8mm")]
RISCV64 = [
    Machine("riscv64", "riscv64-linux-gnu", (), on("qemu-riscv64", "rv64,v=false")),
    Machine("riscv64-v", "riscv64-linux-gnu", ("--mattr=+v",),
            on("qemu-riscv64", "rv64,v=true,vext_spec=v1.0"), on("qemu-riscv64", "rv64,v=false"), "v")]
WASM = [Machine("wasm32", "wasm32-wasi", (), ("wasmtime",)),
        Machine("wasm32-simd", "wasm32-wasi", ("--mattr=+simd128",), ("wasmtime",))]
MACHINES = AARCH64 + RISCV64 + WASM


def runner_of(machine: Machine) -> tuple[str, ...]:
    """The command before the program; skips where something is not installed."""
    if not (BUILD / "lib" / machine.triple / "libEcoLMRuntime.a").exists():
        pytest.skip(f"EcoLM was built without a C library for {machine.triple}: see docs/Targets.md")
    if machine.runner[0] == "wasmtime":
        pytest.importorskip("wasmtime", reason="the Python package wasmtime is not installed")
        return (sys.executable, str(WASMTIME))
    if not shutil.which(machine.runner[0]):
        pytest.skip(f"{machine.runner[0]} is not installed: apt-get install qemu-user")
    if "v=true" in machine.runner[-1] and qemu_version() < 8:
        pytest.skip("qemu before 8 stops at VFCVT.RTZ, an instruction of RISC-V's vectors")
    return machine.runner


@functools.cache
def qemu_version() -> int:
    said = subprocess.run(["qemu-riscv64", "--version"], check=True, capture_output=True, text=True).stdout
    return int(re.search(r"version (\d+)", said)[1])


def compile_for(machine: Machine, model, path: pathlib.Path, *options) -> Program:
    runner = runner_of(machine)
    program = compile_model(model, path, f"--target={machine.triple}", *machine.options, *options)
    return Program(program.path, runner)


@pytest.fixture(params=MACHINES, ids=lambda machine: machine.name)
def machine(request):
    return request.param


def test_the_same_text(machine, shipped_program, tmp_path):
    program = compile_for(machine, MODELS / "ecolm-shakespeare.onnx", tmp_path / "program")
    assert program.run(*GENERATE) == shipped_program("ecolm-shakespeare").run(*GENERATE)


# GELU's erf is the C library's, which computes it with and without fused multiply-adds.
@pytest.mark.parametrize("model, tolerance", [
    ("tiny-ecolm", 0), ("families/bitnet.qdq", 0), ("families/uniform-4.nbits", 0),
    ("families/pot-llm.qdq", 1e-5)])
def test_the_same_logits(machine, model, tolerance, shipped_program, tmp_path):
    ids = np.random.default_rng(3).integers(0, 60, (1, 20))
    program = compile_for(machine, MODELS / f"{model}.onnx", tmp_path / "there")
    np.testing.assert_allclose(program.logits(ids), shipped_program(model).logits(ids),
                               rtol=0, atol=tolerance)
    if model == "tiny-ecolm":
        program.run("selftest")


def test_kernels_are_exact(machine, tmp_path):
    layers = layers_of_all_kinds()
    program = compile_for(machine, layers.model(opset=25), tmp_path / "layers")
    inputs = layers.inputs(ROWS)
    outputs = program.evaluate(inputs)
    wrong = wrong_layers(layers, inputs, outputs)
    assert not wrong, "\n".join(wrong)
    # Planted: one last bit of one output of one row.
    outputs[layers.layers[0].output].view(np.int32)[ROWS // 2, -1] ^= 1
    assert len(wrong_layers(layers, inputs, outputs)) == 1


@pytest.mark.parametrize("machine", [m for m in MACHINES if m.missing], ids=lambda m: m.name)
def test_lesser_processors_are_told(machine, tmp_path):
    program = compile_for(machine, MODELS / "tiny-ecolm.onnx", tmp_path / "program")
    result = subprocess.run([*machine.unable, program.path, *GENERATE], capture_output=True, text=True)
    assert result.returncode == MODEL_FAILURE and result.stdout == ""
    assert f"and this processor has no {machine.missing};" in result.stderr


def test_one_program_for_several_arms(tmp_path):
    """Baseline and dot product in one program, chosen by what Linux says of the processor."""
    machine = AARCH64[0]
    file, ids = MODELS / "families" / "bitnet.qdq.onnx", np.random.default_rng(3).integers(0, 60, (1, 20))
    program = compile_for(machine, file, tmp_path / "program", "--mcpu=generic,cortex-a76")
    expected = compile_model(file, tmp_path / "here").logits(ids)
    for processor, chosen in [("cortex-a53", "generic"), ("cortex-a76", "cortex-a76"),
                              ("max", "cortex-a76")]:
        emulated = Program(program.path, on("qemu-aarch64", processor))
        assert f", code for {chosen}\n" in emulated.run("bench", "-p", "4", "-n", "1")
        np.testing.assert_array_equal(emulated.logits(ids), expected)


def test_threads_change_no_bits(tmp_path):
    program = compile_for(AARCH64[1], MODELS / "families" / "bitnet.qdq.onnx", tmp_path / "program")
    ids = np.random.default_rng(4).integers(0, 60, (1, 30))
    np.testing.assert_array_equal(program.logits(ids, "-t", 1), program.logits(ids, "-t", 3))


def test_compressed_inputs_are_refused(tmp_path):
    """Where no zlib of the other machine was found."""
    program = compile_for(AARCH64[0], MODELS / "butterfly.onnx", tmp_path / "program")
    if b"inflate" in (BUILD / "lib" / "aarch64-linux-gnu" / "libEcoLMRuntime.a").read_bytes():
        pytest.skip("EcoLM was built with a zlib for aarch64-linux-gnu")
    name, shape = re.search(r"'(\w+)': float32 \((\d+)\)|$", program.run("info")).groups()
    np.savez_compressed(tmp_path / "x.npz", **{name or "x": np.zeros(int(shape or 1), np.float32)})
    result = subprocess.run([*program.runner, program.path, "--input", tmp_path / "x.npz"],
                            capture_output=True, text=True)
    assert result.returncode == BAD_INPUT
    assert "is compressed, and this program was built without zlib; write it with numpy.savez" \
        in result.stderr


def libgcc(march: str, abi: str) -> str:
    """What a compiler for bare RISC-V brings along: sums of floats and the like."""
    gcc = shutil.which("riscv64-unknown-elf-gcc")
    if not gcc:
        pytest.skip("riscv64-unknown-elf-gcc is not installed: apt-get install gcc-riscv64-unknown-elf")
    return subprocess.run([gcc, f"-march={march}", f"-mabi={abi}", "-print-libgcc-file-name"],
                          capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("model", ["tiny-ecolm", "ecolm-shakespeare"])
@pytest.mark.parametrize("march", ["rv32i", "rv32im"])
def test_bare_riscv(model, march, shipped_program, tmp_path):
    """A whole language model on a machine without FPU, C library and heap."""
    compile_model(MODELS / f"{model}.onnx", tmp_path / "model.o", "--emit=obj",
                  "--target=riscv32-unknown-elf", f"--mattr={'+m' if 'm' in march else '-m'}")
    subprocess.run([LLVM / "clang", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-ffreestanding",
                    "-nostdlib", "-static", "-fuse-ld=lld", "--target=riscv32-unknown-linux-gnu",
                    f"-march={march}", "-mabi=ilp32", f"-I{tmp_path}", f"-I{ROOT / 'include'}", BARE_HOST,
                    tmp_path / "model.o", libgcc(march, "ilp32"), "-Wl,--gc-sections",
                    "-o", tmp_path / "host"], check=True)
    lines = subprocess.run(["qemu-riscv32", tmp_path / "host"], capture_output=True, text=True,
                           check=True).stdout.split()
    there = np.array([int(line, 16) for line in lines], np.uint32).view(np.float32)
    vocabulary = len(there) // 12
    ids = (7 * np.arange(12, dtype=np.int64) + 3) % vocabulary
    here = shipped_program(model).logits(ids[None])
    np.testing.assert_array_equal(there.reshape(here.shape), here)
    header = (tmp_path / "model.h").read_text()
    needed = set(re.search(r"the host defines what it calls: (.*)\.$", header, re.MULTILINE)[1].split(", "))
    # Nothing of a C library but what freestanding compilers may call.
    assert {name for name in needed if not name.startswith("__")} <= \
        {"ecolm_parallel_for", "memcpy", "memset"}
    assert "__addsf3" in needed


def test_tokenizers_are_refused(tmp_path):
    """Where no PCRE2 and utf8proc of the other machine were found."""
    runner_of(AARCH64[0])
    if b"ecolm_table_tokenizer" in (BUILD / "lib" / "aarch64-linux-gnu" / "libEcoLMRuntime.a").read_bytes():
        pytest.skip("EcoLM was built with PCRE2 for aarch64-linux-gnu")
    tokenizer = {"version": "1.0", "added_tokens": [],
                 "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}}
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer))
    result = run_compiler(MODELS / "tiny-ecolm.onnx", "-o", tmp_path / "program",
                          "--target=aarch64-linux-gnu", "--tokenizer", tmp_path / "tokenizer.json")
    assert result.returncode != 0 and not (tmp_path / "program").exists()
    assert ("the runtime for aarch64-linux-gnu was built without zlib, PCRE2 and utf8proc, which a "
            "tokenizer.json needs: see docs/Targets.md") in result.stderr


def inner_loops(assembly: str) -> list[list[str]]:
    """The mnemonics of every block that ends in a jump to its own label."""
    loops, label, block = [], None, []
    for line in assembly.splitlines():
        words = line.split()
        if re.match(r"^\.L\w+:", line):
            label, block = line.split(":")[0], []
        elif line.startswith("\t") and words and not words[0].startswith("."):
            block.append(words[0])
            if label and words[-1] == label:
                loops.append(list(block))
    return loops


def row_kernel(assembly: str, product: str) -> list[str]:
    """The loop that multiplies one row by tiles of 256 ternary weights: of all with
    such products the shortest."""
    return min((loop for loop in inner_loops(assembly)
                if sum(bool(re.fullmatch(product, name)) for name in loop) >= 4), key=len)


@pytest.mark.parametrize("machine, product, most", [
    (AARCH64[0], "sm[ul]ll?l?2?|smlal2?|smull2?", 0.55), (AARCH64[1], "sdot", 0.22),
    (AARCH64[2], "usdot", 0.22), (RISCV64[1], "vmul.vv|vmacc.vv|vmul.vx|vmacc.vx", 0.55)],
    ids=lambda value: getattr(value, "name", ""))
def test_products_of_bytes_are_vectors(machine, product, most, tmp_path):
    """Instructions for each weight of a ternary matrix that meets one row of bytes."""
    layers = LayerModel(seed=1)
    layers.byte_matmul(512, 512)
    compile_model(layers.model(opset=25), tmp_path / "model.s", "--emit=asm",
                  f"--target={machine.triple}", *machine.options)
    loop = row_kernel((tmp_path / "model.s").read_text(), product)
    assert len(loop) <= 256 * most, loop
    # Scalars are where tiles and inputs lie, not what they hold.
    assert not [name for name in loop if re.fullmatch(r"ldrs?b|lbu?|fmov|umov|smov|ins", name)]
