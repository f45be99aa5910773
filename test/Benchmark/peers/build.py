"""Builds what the benchmarks of this repository are measured beside, from unmodified sources.

    python3 test/Benchmark/peers/build.py --ik-llama DIR --ggml DIR --bitnet DIR --ffht DIR -o FOLDER

The sources are checkouts of github.com/ikawrakow/ik_llama.cpp, ggml-org/ggml (what llama.cpp
computes with), microsoft/BitNet (without its submodules) and FALCONN-LIB/FFHT; each that is given
is built in FOLDER, with cmake, ninja and the compilers CC and CXX, or cc and c++. Prints the
arguments that ternary_matmul.py, pot_matmul.py and butterflies.py take for them. Every driver
checks what its engine computed before it prints a time."""

import argparse
import os
import pathlib
import shlex
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
CC, CXX = os.environ.get("CC", "cc"), os.environ.get("CXX", "c++")
OPTIMIZED = ["-O3", "-march=native"]

# Flash attention takes most of ik_llama.cpp's time to compile. Without it two functions are asked
# for that are not there, or only under a C++ name; no product calls them.
IK_STUB = """#include <cstddef>
extern "C" size_t iqk_fa_work_buffer_size() { return 0; }
extern "C" bool iqk_flash_attn_noalibi() { return false; }
"""

# What bitnet.cpp's kernels need of ggml, which is a submodule: I2_S rows count one byte a weight.
BITNET_STUBS = {
    "ggml.h": """#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#define GGML_API extern
enum ggml_type { GGML_TYPE_I2_S };
inline size_t ggml_row_size(ggml_type, int64_t size) { return size; }
""", "ggml-backend.h": "", "ggml-quants.h": "", "ggml-cpu-impl.h": ""}
# Names of the second copy of its kernels; see i2_s_products.cpp.
BITNET_KERNELS = ["quantize_i2_s", *(f"ggml_vec_dot_i2_i8_s{way}" for way in (
    "", "_1x1", "_1xN", "_Nx1", "_1x4_32W"))]


def call(*command) -> None:
    """Runs a command, and shows it."""
    print("+", shlex.join(map(str, command)), flush=True)
    subprocess.run([*map(str, command)], check=True)


def build_ggml(source: pathlib.Path, folder: pathlib.Path, jobs: int, *settings: str) -> pathlib.Path:
    """The driver over the ggml in `source`."""
    call("cmake", "-S", HERE, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
         f"-DGGML_SOURCE={source}", f"-DCMAKE_C_COMPILER={CC}", f"-DCMAKE_CXX_COMPILER={CXX}",
         "-DGGML_NATIVE=ON", "-DGGML_CCACHE=OFF", *settings)
    call("cmake", "--build", folder, "-j", jobs, "--target", "ggml_products")
    return folder / "ggml_products"


def build_ik_llama(source: pathlib.Path, folder: pathlib.Path, jobs: int) -> pathlib.Path:
    """The driver over ik_llama.cpp's own ggml."""
    folder.mkdir(parents=True, exist_ok=True)
    stub = folder / "flash_attention_stub.cpp"
    stub.write_text(IK_STUB)
    return build_ggml(source / "ggml", folder, jobs, "-DGGML_IQK_FLASH_ATTENTION=OFF",
                      f"-DGGML_STUBS={stub}")


def build_bitnet(source: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """The driver of bitnet.cpp's I2_S kernels."""
    headers, weights = folder / "headers", folder / "weights"
    headers.mkdir(parents=True, exist_ok=True)
    weights.mkdir(exist_ok=True)
    for name, text in BITNET_STUBS.items():
        (headers / name).write_text(text)
    # The configuration as it is works on several activations at a time; without this line, on
    # several rows of weights.
    settings = (source / "include/gemm-config.h").read_text()
    (weights / "gemm-config.h").write_text(settings.replace("#define ACT_PARALLEL\n", "", 1))
    common = [CXX, *OPTIMIZED, "-std=c++17", "-w", "-I", headers]
    kernels = ["-I", source / "include", "-c", source / "src/ggml-bitnet-mad.cpp"]
    call(*common, *kernels, "-o", folder / "activations.o")
    call(*common, "-I", weights, *(f"-D{name}=weights_{name}" for name in BITNET_KERNELS), *kernels,
         "-o", folder / "weights.o")
    driver = folder / "i2_s_products"
    call(*common, "-pthread", HERE / "i2_s_products.cpp", folder / "activations.o",
         folder / "weights.o", "-o", driver)
    return driver


def build_ffht(source: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """The driver of FFHT's transform, with the flags of its Makefile."""
    folder.mkdir(parents=True, exist_ok=True)
    objects = []
    for name in ("fht", "fast_copy"):
        objects.append(folder / f"{name}.o")
        call(CC, *OPTIMIZED, "-std=gnu99", "-w", "-c", source / f"{name}.c", "-o", objects[-1])
    driver = folder / "ffht_transform"
    call(CXX, *OPTIMIZED, "-std=c++17", "-I", source, HERE / "ffht_transform.cpp", *objects,
         "-o", driver)
    return driver


def main() -> None:
    """Builds the given peers and prints their arguments."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    for name in ("ik-llama", "ggml", "bitnet", "ffht"):
        parser.add_argument(f"--{name}", type=pathlib.Path, metavar="DIR", help="its sources")
    parser.add_argument("-o", dest="folder", type=pathlib.Path, required=True, help="for what is built")
    parser.add_argument("-j", dest="jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    folder = options.folder.resolve()
    peers: dict[str, dict[str, str]] = {}

    def add(script: str, name: str, *command) -> None:
        peers.setdefault(script, {})[name] = shlex.join(map(str, command))

    if options.bitnet:
        driver = build_bitnet(options.bitnet.resolve(), folder / "bitnet")
        add("ternary_matmul.py", "I2_S", driver)
    if options.ik_llama:
        driver = build_ik_llama(options.ik_llama.resolve(), folder / "ik_llama", options.jobs)
        add("ternary_matmul.py", "IQ2_BN", driver, "iq2_bn")
        add("ternary_matmul.py", "IQ2_BN_R4", driver, "iq2_bn_r4")
    if options.ggml:
        driver = build_ggml(options.ggml.resolve(), folder / "ggml", options.jobs)
        add("ternary_matmul.py", "TQ2_0", driver, "tq2_0")
        add("pot_matmul.py", "Q4_0", driver, "q4_0")
    if options.ffht:
        add("butterflies.py", "ffht", build_ffht(options.ffht.resolve(), folder / "ffht"))
    for script, commands in peers.items():
        print(f"\n{script}:")
        print(" ".join("--peer " + shlex.quote(f"{name}={command}")
                       for name, command in commands.items()))


if __name__ == "__main__":
    main()
