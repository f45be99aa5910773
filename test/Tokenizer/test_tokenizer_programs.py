"""Programs and libraries that hold a tokenizer.json."""

import json
import os
import subprocess
import sys

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

import tokenizer_styles as styles
import texts
from tokenizer_process import BUILD, ROOT

COMPILER = BUILD / "bin" / "ecolm-compile"
MODELS = ROOT / "test" / "Models"
TEXT = "Héllo  wörld, it's 漢字 😀\n\tx"
LINES = texts.corpus()


def run(*command, **settings) -> subprocess.CompletedProcess:
    return subprocess.run([*map(str, command)], capture_output=True, timeout=120, **settings)


def compile_model(model, output, tokenizer=None, *options) -> subprocess.CompletedProcess:
    given = []
    if tokenizer:
        path = output.with_suffix(".json")
        path.write_text(tokenizer)
        given = ["--tokenizer", path]
    return run(COMPILER, MODELS / f"{model}.onnx", "-o", output, *given, *options)


def output(program, *arguments, **settings) -> bytes:
    done = run(program, *arguments, **settings)
    assert (done.returncode, done.stderr) == (0, b""), done
    return done.stdout


def small_tokenizer(size) -> Tokenizer:
    """`size` ids, for the tiny language model of 65."""
    tokenizer = Tokenizer(models.BPE(unk_token="?", fuse_unk=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    ascii_lines = [line for line in LINES if line.isascii()]
    tokenizer.train_from_iterator(ascii_lines, trainers.BpeTrainer(
        vocab_size=size, special_tokens=["?", "<s>"], limit_alphabet=size - 8, show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A", special_tokens=[("<s>", 1)])
    assert tokenizer.get_vocab_size() == size
    return tokenizer


@pytest.fixture(scope="module")
def llama3():
    return styles.llama3(LINES)


@pytest.fixture(scope="module")
def program(llama3, tmp_path_factory):
    """A model that is no language model, with a tokenizer."""
    path = tmp_path_factory.mktemp("program") / "model"
    done = compile_model("ternary-matmul", path, llama3.to_str())
    assert (done.returncode, done.stderr) == (0, b""), done
    return path


def test_tokenize(program, llama3):
    ids = llama3.encode(TEXT).ids
    line = " ".join(map(str, ids)).encode() + b"\n"
    assert output(program, "tokenize", "--text", TEXT) == line
    assert output(program, "tokenize", input=TEXT.encode()) == line
    plain = llama3.encode(TEXT, add_special_tokens=False).ids
    assert output(program, "tokenize", "--no-special", input=TEXT.encode()).split() == [
        str(i).encode() for i in plain]
    broken = b"\xff\xe6\xbc\x00\xf0\x9f"
    expected = llama3.encode(broken.decode(errors="replace")).ids
    assert output(program, "tokenize", input=broken).split() == [str(i).encode() for i in expected]
    assert output(program, "tokenize", input=b"") == b"1200\n"


def test_detokenize(program, llama3):
    ids = llama3.encode(TEXT).ids
    assert output(program, "detokenize", "--ids", " ".join(map(str, ids))).decode() == TEXT
    assert output(program, "detokenize", "--keep-special",
                  input=",\n".join(map(str, ids)).encode()).decode() == "<|begin_of_text|>" + TEXT
    assert output(program, "detokenize", "--ids", "-5 99999999999") == b""
    done = run(program, "detokenize", "--ids", "5 x")
    assert done.returncode == 3 and b"the ids hold 'x', which is no id; give numbers with" in done.stderr


def test_info_and_dependencies(program):
    assert json.loads(output(program, "info", "--json"))["tokenizer"] == "BPE, 1202 ids"
    needed = run("readelf", "-d", program).stdout.decode()
    libraries = {line.split("[")[1].rstrip("]") for line in needed.split("\n") if "NEEDED" in line}
    assert libraries <= {"libc.so.6", "libm.so.6", "libpthread.so.0"}


def test_programs_without_one_hold_no_code_for_it(program, tmp_path):
    """What a tokenizer.json needs is linked where there is one."""
    def symbols(path):
        return run("nm", path).stdout.decode()
    plain = tmp_path / "plain"
    assert compile_model("tiny-ecolm", plain).returncode == 0
    for name in ("pcre2_match", "utf8proc_decompose", "TableTokenizer"):
        assert name in symbols(program) and name not in symbols(plain)
    done = run(plain, "tokenize", "--text", "Ab")
    assert done.returncode == 0 and len(done.stdout.split()) == 2


def test_generation(tmp_path):
    tokenizer, path = small_tokenizer(65), tmp_path / "model"
    done = compile_model("tiny-ecolm", path, tokenizer.to_str())
    assert (done.returncode, done.stderr) == (0, b""), done
    options = ["--prompt", "the model is", "-n", 30, "--seed", 5]
    ids = [int(i) for i in output(path, *options, "--tokens").split()]
    prompt = tokenizer.encode("the model is").ids
    assert ids[:len(prompt)] == prompt and len(ids) == len(prompt) + 30
    assert output(path, *options).decode() == tokenizer.decode(ids)
    assert output(path, *options, "--keep-special").decode() == tokenizer.decode(
        ids, skip_special_tokens=False)
    plain = [int(i) for i in output(path, *options, "--tokens", "--no-special").split()]
    assert plain[:len(prompt) - 1] == prompt[1:]


def test_vocabularies_that_do_not_fit(llama3, tmp_path):
    done = compile_model("tiny-ecolm", tmp_path / "model", llama3.to_str())
    assert done.returncode == 2 and not (tmp_path / "model").exists()
    assert (b"the tokenizer has 1202 ids, but the model gives 65 logits; it is the tokenizer of "
            b"another model") in done.stderr
    done = compile_model("tiny-ecolm", tmp_path / "model", small_tokenizer(62).to_str())
    assert done.returncode == 0
    assert (b"remark: " in done.stderr and b"the tokenizer has 62 ids, and the model gives 65 logits; "
            b"those beyond have no text" in done.stderr)


def test_remarks_and_errors(tmp_path):
    tokenizer = small_tokenizer(65)
    tokenizer.enable_truncation(5)
    done = compile_model("tiny-ecolm", tmp_path / "model", tokenizer.to_str())
    assert done.returncode == 0 and b"model.json': truncation: is ignored" in done.stderr
    done = compile_model("tiny-ecolm", tmp_path / "other", "{bad")
    assert done.returncode == 4 and b"other.json': is not JSON: " in done.stderr
    assert b"; docs/Rationale/Tokenizers.md says what of a tokenizer is read [model]" in done.stderr
    done = run(COMPILER, MODELS / "tiny-ecolm.onnx", "--tokenizer", tmp_path / "none.json")
    assert done.returncode == 6 and b"none.json': the tokenizer cannot be read: " in done.stderr


def test_python(llama3, tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text(llama3.to_str())
    code = f"""
import ecolm, json
model = ecolm.compile({str(MODELS / "ternary-matmul.onnx")!r}, tokenizer={str(path)!r})
ids = model.tokenize({TEXT!r})
print(json.dumps([ids, model.tokenize(b"a\\xff", add_special_tokens=False), model.detokenize(ids),
                  model.detokenize(ids, skip_special_tokens=False)]))
plain = ecolm.compile({str(MODELS / "ternary-matmul.onnx")!r})
try:
    plain.tokenize("a")
except ValueError as error:
    assert "this model holds no tokenizer" in str(error)
else:
    assert False
"""
    paths = os.pathsep.join([str(ROOT / "python"), str(BUILD / "python")])
    done = run(sys.executable, "-c", code, env={**os.environ, "PYTHONPATH": paths})
    assert done.returncode == 0, done.stderr.decode()
    ids = llama3.encode(TEXT).ids
    broken = llama3.encode("a\ufffd", add_special_tokens=False).ids
    assert json.loads(done.stdout) == [ids, broken, TEXT, "<|begin_of_text|>" + TEXT]


def test_libraries_show_the_interface_only(llama3, tmp_path):
    path = tmp_path / "model.so"
    assert compile_model("ternary-matmul", path, llama3.to_str(), "--emit=so").returncode == 0
    listing = run("nm", "-D", "--defined-only", path).stdout.decode()
    assert {line.split()[-1] for line in listing.splitlines()} == {
        "ecolm_model_descriptor", "ecolm_parallel_for", "ecolm_run", "ecolm_set_threads"}
