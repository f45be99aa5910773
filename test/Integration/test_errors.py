"""Bad input to ecolm-compile: one paragraph with place and remedy, no crash, nothing left."""

import pathlib
import resource
import signal
import subprocess

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from programs import BUILD, COMPILER, MODELS, run_compiler

TINY = MODELS / "tiny-ecolm.onnx"


def floats(name: str, *shape) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def model_of(*nodes: onnx.NodeProto, constants=(), opset: int = 23, shape=(2, 3)) -> onnx.ModelProto:
    graph = helper.make_graph(list(nodes), "bad", [floats("x", *shape)], [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
                              list(constants))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=11)


def relu() -> onnx.NodeProto:
    return helper.make_node("Relu", ["x"], ["y"], name="layers.0.relu")


def empty(path: pathlib.Path) -> None:
    path.write_bytes(b"")


def text(path: pathlib.Path) -> None:
    path.write_text("To be, or not to be\n" * 50)


def git_lfs_pointer(path: pathlib.Path) -> None:
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n")


def truncated(path: pathlib.Path) -> None:
    data = TINY.read_bytes()
    path.write_bytes(data[:len(data) * 2 // 3])


def missing(path: pathlib.Path) -> None:
    pass


def directory(path: pathlib.Path) -> None:
    path.mkdir()


def future_opset(path: pathlib.Path) -> None:
    onnx.save(model_of(relu(), opset=99), path)


def unknown_operator(path: pathlib.Path) -> None:
    onnx.save(model_of(helper.make_node("Frobnicate", ["x"], ["y"], name="layers.0.frob")), path)


def unknown_domain(path: pathlib.Path) -> None:
    model = model_of(helper.make_node("Gelu", ["x"], ["y"], name="layers.0.act", domain="com.acme"))
    model.opset_import.append(helper.make_opsetid("com.acme", 1))
    onnx.save(model, path)


def missing_external_data(path: pathlib.Path) -> None:
    weight = numpy_helper.from_array(np.ones((2, 3), np.float32), "weight")
    model = model_of(helper.make_node("Add", ["x", "weight"], ["y"], name="layers.0.add"),
                     constants=[weight])
    onnx.save(model, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    (path.parent / "weights.bin").unlink()


def short_external_data(path: pathlib.Path) -> None:
    weight = numpy_helper.from_array(np.ones((2, 3), np.float32), "weight")
    model = model_of(helper.make_node("Add", ["x", "weight"], ["y"], name="layers.0.add"),
                     constants=[weight])
    onnx.save(model, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    (path.parent / "weights.bin").write_bytes(b"\0" * 5)


def disagreeing_shapes(path: pathlib.Path) -> None:
    weight = numpy_helper.from_array(np.ones((4, 5), np.float32), "weight")
    onnx.save(model_of(helper.make_node("MatMul", ["x", "weight"], ["y"], name="layers.0.product"),
                       constants=[weight]), path)


def unranked_input(path: pathlib.Path) -> None:
    onnx.save(identity_of(TensorProto.FLOAT, None), path)


def with_tokenizer(text: str):
    """The tiny model with another tokenizer."""
    def damage(path: pathlib.Path) -> None:
        model = onnx.load(TINY)
        next(p for p in model.metadata_props if p.key == "ecolm.tokenizer").value = text
        onnx.save(model, path)
    return damage


def dangling_input(path: pathlib.Path) -> None:
    onnx.save(model_of(helper.make_node("Add", ["x", "ghost"], ["y"], name="layers.0.add")), path)


def identity_of(kind: int, shape) -> onnx.ModelProto:
    return helper.make_model(helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"], name="layers.0.relu")], "bad",
        [helper.make_tensor_value_info("x", kind, shape)], [helper.make_tensor_value_info("y", kind, shape)]),
        opset_imports=[helper.make_opsetid("", 23)], ir_version=11)


def string_input(path: pathlib.Path) -> None:
    onnx.save(identity_of(TensorProto.STRING, [2]), path)


def float8_input(path: pathlib.Path) -> None:
    onnx.save(identity_of(TensorProto.FLOAT8E4M3FN, [2]), path)


def bfloat16_input(path: pathlib.Path) -> None:
    onnx.save(identity_of(TensorProto.BFLOAT16, [2]), path)


def nine_dimensions(path: pathlib.Path) -> None:
    onnx.save(identity_of(TensorProto.FLOAT, [1] * 9), path)


def impossible_size(path: pathlib.Path) -> None:
    sizes = numpy_helper.from_array(np.array([1 << 40, 1 << 40]), "sizes")
    onnx.save(model_of(helper.make_node("ConstantOfShape", ["sizes"], ["y"], name="layers.0.fill"),
                       constants=[sizes]), path)


# What the message must say: the place, and a word of the remedy or cause.
MODELS_AND_WORDS = [
    (empty, ["model.onnx", "not an ONNX model", "empty"]),
    (text, ["model.onnx", "not an ONNX model", "export"]),
    (git_lfs_pointer, ["model.onnx", "git lfs pull"]),
    (truncated, ["model.onnx", "truncated", "complete file"]),
    (missing, ["model.onnx", "No such file", "check"]),
    (directory, ["model.onnx", "not a regular file"]),
    (future_opset, ["model.onnx", "opset 99", "version_converter"]),
    (string_input, ["model.onnx", "'x' has data type STRING", "convert the model"]),
    (float8_input, ["model.onnx", "f8E4M3FN", "convert the model to float32"]),
    (bfloat16_input, ["model.onnx", "input 'x'", "bf16", "which no .npy file holds", "Cast"]),
    (nine_dimensions, ["model.onnx", "input 'x'", "at most 8 dimensions", "Reshape"]),
    (impossible_size, ["node 'layers.0.fill' (", "no machine holds it, so export the model again"]),
    (unknown_operator, ["node 'layers.0.frob' (", "model.onnx, node 0)", "Frobnicate"]),
    (unknown_domain, ["node 'layers.0.act' (", "com.acme"]),
    (missing_external_data, ["weights.bin"]),
    (short_external_data, ["weights.bin"]),
    (disagreeing_shapes, ["node 'layers.0.product' (", "is 3 and 4, for inputs of shapes [2, 3], [4, 5]",
                          "the model contradicts itself: export it again"]),
    (unranked_input, ["node 'layers.0.relu' (", "the model states no type or no rank for its input 'x'", "export the model with a type and a shape"]),
    (with_tokenizer("{bad"), ["model.onnx", "ecolm.tokenizer is not JSON", "export"]),
    (with_tokenizer('{"type": "bpe"}'), ["model.onnx", "has another form", "export"]),
    (with_tokenizer('{"type": "char", "vocab": []}'), ["0 characters for a model of 65 tokens", "export"]),
    (with_tokenizer('{"type": "char", "vocab": ["a", "bc"]}'), ["entry 1 that is not one character"]),
    (with_tokenizer('{"type": "char", "vocab": ["a", "\u00e9", "a"]}'), ["same character as entries 0 and 2"]),
    (dangling_input, ["node 'layers.0.add' (", "ghost"]),
]


def refused(folder: pathlib.Path, *arguments, words=(), **settings) -> str:
    """The message of a run that fails as it should, in a folder that stays as it was."""
    before = sorted(folder.rglob("*"))
    result = run_compiler(*arguments, cwd=folder, timeout=300, **settings)
    assert result.returncode > 0, f"exit status {result.returncode}: {result.stderr}"
    message = result.stderr.strip()
    assert message.startswith("ecolm-compile: "), message
    # One paragraph: no empty line, no stack, no IR; a note may follow the error.
    assert "\n\n" not in message and "Stack dump" not in message
    assert '"builtin.module"' not in message and "loc(" not in message
    assert "failed to legalize" not in message and len(message) < 1500
    assert len(message.splitlines()) <= 3, message
    for word in words:
        assert word in message, f"no '{word}' in: {message}"
    assert sorted(folder.rglob("*")) == before
    return message


@pytest.mark.parametrize("make, words", MODELS_AND_WORDS, ids=lambda v: getattr(v, "__name__", ""))
def test_models_are_refused(make, words, tmp_path):
    make(tmp_path / "model.onnx")
    refused(tmp_path, tmp_path / "model.onnx", "-o", tmp_path / "program", words=words)


def test_good_models_are_not_refused(tmp_path):
    # Planted: a run that succeeds and writes must show in `refused`.
    onnx.save(model_of(relu()), tmp_path / "model.onnx")
    with pytest.raises(AssertionError, match="exit status 0"):
        refused(tmp_path, tmp_path / "model.onnx", "--emit=mlir-import", "-o", tmp_path / "ir")


@pytest.mark.parametrize("output, words", [
    ("missing/program", ["No such file or directory", "name a file"]),
    ("/proc/program", ["cannot write '/proc/program'", "name a file"]),
    ("folder", ["it is a directory", "name a file"]),
    ("/dev/full", ["it is not a regular file", "name a file"]),
    ("-", ["standard output", "-o"]),
    ("x" * 300, ["File name too long", "name a file"])])
def test_outputs_that_cannot_be_written(output, words, tmp_path):
    (tmp_path / "folder").mkdir()
    refused(tmp_path, TINY, "-o", output, words=words)
    assert pathlib.Path("/dev/full").is_char_device()


def test_output_that_is_kept(tmp_path):
    """A failed compilation leaves an older program alone."""
    truncated(tmp_path / "model.onnx")
    (tmp_path / "model").write_text("precious")
    refused(tmp_path, "model.onnx", "-o", "model")
    assert (tmp_path / "model").read_text() == "precious"


@pytest.mark.parametrize("kind, limit", [("program", 20_000), ("program", 120_000), ("obj", 20_000),
                                         ("asm", 20_000), ("mlir-optimize", 5_000)])
def test_full_disk(kind, limit, tmp_path):
    """A limit on the size of files ends writing where a full disk would."""
    def shrink():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    refused(tmp_path, TINY, f"--emit={kind}", "-o", "out", preexec_fn=shrink,
            words=["File too large" if limit < 100_000 else "File size limit"])


def test_full_device(tmp_path):
    refused(tmp_path, TINY, "--emit=mlir-import", "-o", "/dev/full", words=["No space left"])
    with open("/dev/full", "w") as full:
        result = run_compiler_into(full, TINY, "--emit=mlir-import", "-o", "-")
    assert result.returncode == 6 and "No space left" in result.stderr


def run_compiler_into(stream, *arguments):
    """The compiler with its standard output going to `stream`."""
    return subprocess.run([COMPILER, *map(str, arguments)], stdout=stream, stderr=subprocess.PIPE,
                          text=True, timeout=300)


@pytest.mark.parametrize("options, words", [
    (["--target=pdp11"], ["unknown target 'pdp11'", "x86_64-linux-gnu"]),
    (["--mcpu=skylark"], ["unknown CPU 'skylark'", "skylake", "native"]),
    (["--mcpu=i386"], ["CPU 'i386' with the features that --mattr names is no x86_64",
                       "whose programs need '+64bit'; name another CPU with --mcpu"]),
    (["--mattr=-sse2"], ["whose programs need '+sse2'"]),
    (["--mattr=+16bit-mode"], ["whose programs need '-16bit-mode'"]),
    (["--mattr=+soft-float"], ["whose programs need '-soft-float'"]),
    (["--target=aarch64-linux-gnu", "--mattr=-neon"], ["whose programs need '+neon'"]),
    (["--mattr=+avx3"], ["unknown CPU feature 'avx3'", "avx2"]),
    (["--mattr=avx2"], ["'avx2' needs + or -"]),
    (["--linker=/missing/ld"], ["cannot find the linker driver '/missing/ld'", "--linker"]),
    (["--runtime=/missing.a"], ["cannot find the runtime '/missing.a'", "--runtime"]),
    (["-O7"], ["-O takes 0 to 3", "7"]),
    (["--max-chunk=0"], ["--max-chunk takes 1 to"]),
    (["--max-chunk=-3"], ["--max-chunk takes 1 to"]),
    (["--max-chunk=many"], ["max-chunk", "many"]),
    (["--emit=cake"], ["--emit", "cake", "ecolm-compile: note: see --help"]),
    (["--emti=so"], ["unknown command line argument '--emti=so'; did you mean '--emit=so'", "--help"]),
    (["--lower-mul-to-shift=maybe"], ["--lower-mul-to-shift", "maybe"]),
    (["--frobnicate"], ["--frobnicate", "--help"]),
    (["another.onnx"], ["one model at a time, but found '", "tiny-ecolm.onnx", "'another.onnx'", "--help"]),
    (["--dump-phases=/proc/none"], ["'/proc/none'", "--dump-phases"]),
    (["--linker=/bin/false"], ["linking with '/bin/false' failed: it said nothing", "--linker"]),
    (["--target=aarch64-linux-gnu", "--mcpu=cortex-a99"], ["unknown CPU 'cortex-a99'", "cortex-a"]),
    (["--target=riscv64-linux-gnu", "--mattr=-d"], ["whose programs need '+d'"]),
    (["--target=riscv32-linux-gnu"], ["/riscv32-linux-gnu/libEcoLMRuntime.a'; name it with --runtime",
                                      "install g++-riscv32-linux-gnu and build EcoLM again, which builds one for it; "
                                      "--emit=obj needs none"]),
    (["--target=riscv32-unknown-elf"], ["a program needs a system", "--emit=obj"]),
    (["--target=riscv32-linux-gnu", f"--runtime={BUILD / 'lib' / 'libEcoLMRuntime.a'}"],
     ["; linking for riscv32", "needs lld and a C library: on Debian lld-22 and g++-riscv32-linux-gnu",
      "--linker", "--emit=obj"]),
    (["--target=wasm32-wasi", f"--runtime={BUILD / 'lib' / 'libEcoLMRuntime.a'}"],
     ["on Debian lld-22 and wasi-libc, libc++-22-dev-wasm32 and libclang-rt-22-dev-wasm32; or name"])], ids=lambda v: v[0])
def test_options_are_refused(options, words, tmp_path):
    refused(tmp_path, TINY, "-o", tmp_path / "program", *options, words=words)


def test_model_is_wanted(tmp_path):
    assert "name an ONNX file" in refused(tmp_path, words=["--help"])


@pytest.mark.parametrize("output, options", [
    ("model.onnx", []), ("./model.onnx", ["--emit=asm"]), ("link", ["--emit=mlir-import"]),
    (None, []), ("model.so", ["--emit=so"])])
def test_models_are_not_overwritten(output, options, tmp_path):
    """Nor by the header, nor where the model's name has no ending and none is given."""
    name = {None: "model", "model.so": "model.h"}.get(output, "model.onnx")
    onnx.save(model_of(relu()), tmp_path / name)
    (tmp_path / "link").symlink_to("model.onnx")
    before = (tmp_path / name).read_bytes()
    refused(tmp_path, name, *options, *(["-o", output] if output else []),
            words=["is the model itself, which would be lost", "-o"])
    assert (tmp_path / name).read_bytes() == before


def test_header_and_library_do_not_collide(tmp_path):
    refused(tmp_path, TINY, "--emit=so", "-o", "model.h", words=["is the name of the C header that goes beside the output", ".h", "-o"])


def test_ptx_of_nothing(tmp_path):
    """A model without kernels for a GPU."""
    onnx.save(model_of(relu()), tmp_path / "model.onnx")
    refused(tmp_path, "model.onnx", "--emit=ptx", "-o", "out.ptx", words=["has a kernel for a gpu", "butterflies"])
