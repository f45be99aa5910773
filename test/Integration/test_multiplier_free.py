"""The linear layers of a model compiled with --lower-mul-to-shift=shift hold no
multiplication and no division, which their machine code shows, and give the
same bits on a machine that has neither multiplier nor FPU (rv32i)."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
MODELS = HERE.parent / "Models"
COMPILE = os.environ.get("ECOLM_COMPILE", "ecolm-compile")
LLVM = pathlib.Path(os.environ.get("ECOLM_LLVM_BIN", "/usr/lib/llvm-22/bin"))
RV32I = ["--target=riscv32-unknown-elf", "--mcpu=generic-rv32"]

# Mnemonics of x86-64 and RISC-V that multiply or divide, fused ones included.
FORBIDDEN = re.compile(
    r"^(v?p?mul\w*|imul\w*|v?pmadd\w*|v?pdp\w*|v?dp\w+|v?fn?m(add|sub)\w*|"
    r"i?div\w*|v?div\w*|v?rcp\w*|rem\w*|fmul\w*|fdiv\w*)$")
# What a compiler calls where the machine cannot.
FORBIDDEN_CALL = re.compile(r"__(mul|div|udiv|mod|umod|fma)\w*")


def compile_object(model, directory, *options):
    output = directory / "model.o"
    subprocess.run([COMPILE, str(MODELS / model), "-o", str(output), "--emit=obj",
                    *options], check=True, stdin=subprocess.DEVNULL)
    return output


def forbidden_instructions(object_file):
    """Multiplications, divisions and calls of them inside ecolm_linear_*, and
    how many such functions and instructions there are."""
    text = subprocess.run(
        [str(LLVM / "llvm-objdump"), "-d", "-r", "--no-show-raw-insn", str(object_file)],
        check=True, capture_output=True, text=True).stdout
    found, layers, instructions, inside = [], 0, 0, False
    for line in text.splitlines():
        if header := re.match(r"^[0-9a-f]+ <(.*)>:$", line):
            inside = header[1].startswith("ecolm_linear_")
            layers += inside
        elif inside and (call := FORBIDDEN_CALL.search(line)):
            found.append(call[0])
        elif inside and (instruction := re.match(r"^\s*[0-9a-f]+:\s+(\S+)", line)):
            instructions += 1
            if FORBIDDEN.match(instruction[1]):
                found.append(instruction[1])
    return found, layers, instructions


@pytest.mark.parametrize("model", ["tiny-ecolm.onnx", "ecolm-shakespeare.onnx"])
@pytest.mark.parametrize("target", [["--mcpu=x86-64"], ["--mcpu=x86-64-v3"],
                                    ["--mcpu=x86-64-v4"], RV32I],
                         ids=["x86-64", "avx2", "avx512", "rv32i"])
def test_layers_do_not_multiply(model, target, tmp_path):
    output = compile_object(model, tmp_path, "--lower-mul-to-shift=shift",
                            "--multiplier-free", *target)
    found, layers, instructions = forbidden_instructions(output)
    assert layers >= 12 and instructions > 50 * layers
    assert found == []


def test_a_planted_multiplication_is_found(tmp_path):
    output = compile_object("tiny-ecolm.onnx", tmp_path, "--lower-mul-to-shift=native",
                            "--mcpu=x86-64-v3")
    assert forbidden_instructions(output)[0]


def test_the_verifier_refuses_native_multiplications(tmp_path):
    output = tmp_path / "model.o"
    result = subprocess.run(
        [COMPILE, str(MODELS / "tiny-ecolm.onnx"), "-o", str(output), "--emit=obj",
         "--lower-mul-to-shift=native", "--multiplier-free"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert result.returncode == 3 and "error" in result.stderr
    assert not output.exists()


def layer_sizes(model, directory):
    """(inputs, outputs) of the quantized linear layers, in the order of their
    numbers."""
    ir = directory / "optimized.mlir"
    subprocess.run([COMPILE, str(MODELS / model), "--emit=mlir-optimize", "-o", str(ir)],
                   check=True, stdin=subprocess.DEVNULL)
    pattern = re.compile(r"= ecolm\.butterfly .* : \(tensor<1x\?x(\d+)x!ecolm.*"
                         r"-> tensor<1x\?x(\d+)xi32>")
    return [(int(m[1]), int(m[2])) for m in map(pattern.search, ir.read_text().splitlines())
            if m]


def build_and_run(objects, sizes, directory, command, flags):
    layers = " ".join(f"LAYER({i},{k},{n})" for i, (k, n) in enumerate(sizes))
    program = directory / "layers"
    subprocess.run([str(LLVM / "clang"), "-O1", f"-DLAYERS={layers}", *flags,
                    str(HERE / "Inputs" / "linear_layers.c"), str(objects),
                    "-Wl,--gc-sections", "-o", str(program)], check=True)
    return subprocess.run([*command, str(program)], check=True, capture_output=True,
                          text=True).stdout.splitlines()


@pytest.mark.parametrize("model", ["tiny-ecolm.onnx", "ecolm-shakespeare.onnx"])
def test_rv32i_gives_the_same_bits(model, tmp_path):
    qemu = shutil.which("qemu-riscv32")
    assert qemu, "install qemu-user"
    sizes = layer_sizes(model, tmp_path)
    assert len(sizes) >= 12
    # Functions take a row each then, on every target.
    shift = ["--lower-mul-to-shift=shift", "--multiplier-free"]
    outputs = {}
    for name, command, flags, target in [
            ("native", [], [], ["--mcpu=native"]),
            ("rv32i", [qemu], ["--target=riscv32-unknown-linux-gnu", "-march=rv32i",
                               "-mabi=ilp32", "-ffreestanding", "-nostdlib", "-static", "-fuse-ld=lld"], RV32I)]:
        directory = tmp_path / name
        directory.mkdir()
        layers = compile_object(model, directory, *shift, *target)
        outputs[name] = build_and_run(layers, sizes, directory, command, flags)
    assert len(outputs["native"]) == 4 * sum(n for _, n in sizes)
    assert outputs["native"] == outputs["rv32i"]
    assert len(set(outputs["native"])) > 100
