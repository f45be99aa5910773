"""Programs that generate text: every option, every error, every way to stop."""

import itertools
import os
import re
import resource
import signal
import subprocess

import numpy as np
import pytest

import stub_programs as stub
from stub_programs import output, refused, run

PROMPT = "to be or not"


def test_text_is_prompt_and_continuation():
    text = output("language", "--prompt", PROMPT, "-n", 30).decode()
    expected = stub.continuation(stub.encode(PROMPT), 30)
    assert text == PROMPT + stub.decode(expected)


@pytest.mark.parametrize("temperature, top_k, top_p, seed", [
    (0, 0, 1, 0), (1, 0, 1, 3), (0.3, 0, 1, 2**64 - 1), (2, 5, 1, 1),
    (1, 0, 0.5, 9), (1.5, 7, 0.8, 4), (1, 33, 1, 5), (5, 1, 1, 6), (1, 0, 0, 7)])
def test_sampling_follows_its_definition(temperature, top_k, top_p, seed):
    ids = output("language", "-p", PROMPT, "-n", 40, "--tokens", "--temperature", temperature,
                 "--top-k", top_k, "--top-p", top_p, "--seed", seed)
    prompt = stub.encode(PROMPT)
    expected = prompt + stub.continuation(prompt, 40, temperature, top_k, top_p, seed)
    assert ids == " ".join(map(str, expected)).encode() + b"\n"


def test_sampling_reference_can_disagree():
    # Planted: another seed must show in the comparison above.
    prompt = stub.encode(PROMPT)
    assert stub.continuation(prompt, 40, seed=1) != stub.continuation(prompt, 40, seed=2)


def test_threads_and_chunks_change_nothing():
    texts = {output("language", "-p", PROMPT, "-n", 40, "-t", threads, "--chunk", chunk)
             for threads, chunk in itertools.product((1, 2, 7), (1, 3, 16, 1000))}
    assert len(texts) == 1


def test_prompt_from_file_and_standard_input(tmp_path):
    expected = output("language", "-p", PROMPT, "-n", 10)
    path = tmp_path / "prompt"
    path.write_text(PROMPT)
    assert output("language", "--prompt-file", path, "-n", 10) == expected
    with path.open() as stream:
        assert output("language", "--prompt-file", "-", "-n", 10, stdin=stream) == expected


def test_code_points_arrive_whole():
    # Every piece is written by one call, so every read holds whole characters.
    process = subprocess.Popen([stub.FOLDER / "slow", "-p", "é€😀", "-n", "8", "--seed", "5"],
                               stdout=subprocess.PIPE)
    parts = []
    while part := os.read(process.stdout.fileno(), 4096):
        parts.append(part.decode())
    process.stdout.close()
    assert process.wait() == 0
    assert len(parts) > 2, "the text does not stream"


def test_terminals_get_whole_lines():
    ours, theirs = os.openpty()
    subprocess.run([stub.FOLDER / "language", "-p", "ab", "-n", "0"], stdout=theirs, check=True)
    subprocess.run([stub.FOLDER / "language", "-p", "ab\n", "-n", "0"], stdout=theirs, check=True)
    # A terminal may hand out what it has in pieces.
    seen = b""
    while len(seen) < 8:
        seen += os.read(ours, 100)
    assert seen == b"ab\r\nab\r\n"
    os.close(ours)
    os.close(theirs)


def test_logits(tmp_path):
    path = tmp_path / "logits.npy"
    ids = output("language", "-p", PROMPT, "-n", 20, "--tokens", "--logits", path).split()
    logits = np.load(path)
    assert logits.dtype == np.float32 and logits.shape == (1, len(PROMPT) + 20, 33)
    assert np.array_equal(logits[0], stub.logits_of(map(int, ids)))


def test_context_ends_with_a_note():
    for count, room in ((100, 64 - len(PROMPT)), (None, 64 - len(PROMPT))):
        wanted = ["-n", count] if count else []
        done = run("language", "-p", PROMPT, *wanted)
        assert done.returncode == 0
        assert len(done.stdout.decode()) == 64
        assert (f"note: stopped after {room} of {count or 200} tokens: the model's context of 64 "
                "tokens is full") in done.stderr.decode()


def test_full_prompts():
    prompt = "ab" * 32
    assert output("language", "-p", prompt, "-n", 0).decode() == prompt
    assert run("language", "-p", prompt, "-n", 1).stdout.decode() == prompt
    refused(stub.BAD_INPUT, "the prompt has 65 tokens and the model's context holds 64; shorten",
            "language", "-p", prompt + "a")


@pytest.mark.parametrize("prompt, words", [
    ("", " is empty; give at least one token"),
    ("abcX", "'X' (U+0058) at byte offset 3"),
    ("é\x1b[2J", "'\\x1b' (U+001B) at byte offset 2"),
    ("a\u0085", "'\\u0085' (U+0085) at byte offset 1"),
    (b"ab\xff", "not valid UTF-8: byte 0xff at byte offset 2"),
    (b"\xed\xa0\x80", "not valid UTF-8: byte 0xed at byte offset 0"),
    (b"ab\xe2\x82", "not valid UTF-8: byte 0xe2 at byte offset 2")])
def test_prompts_that_are_refused(prompt, words, tmp_path):
    refused(stub.BAD_INPUT, words, "language", "--prompt", os.fsdecode(prompt))
    path = tmp_path / "prompt"
    path.write_bytes(os.fsencode(prompt))
    refused(stub.BAD_INPUT, words, "language", "--prompt-file", path)


@pytest.mark.parametrize("code, words, arguments", [
    (stub.USAGE, "nothing to do; try --prompt", []),
    (stub.USAGE, "unknown or ambiguous option '--colour'", ["--colour"]),
    (stub.USAGE, "'--prompt' needs a value", ["--prompt"]),
    (stub.USAGE, "unknown command 'sing'", ["sing"]),
    (stub.USAGE, "--max-tokens is 'many'", ["-p", "a", "-n", "many"]),
    (stub.USAGE, "--seed does not belong to info", ["info", "--seed", "1"]),
    (stub.USAGE, "--logits - would mix", ["--prompt", "a", "--logits", "-"]),
    (stub.INPUT_OUTPUT, "cannot open '/none': No such file", ["--prompt-file", "/none"]),
    (stub.INPUT_OUTPUT, "'/' is a directory; name a file", ["--prompt-file", "/"]),
    (stub.USAGE, "unknown or ambiguous option '--\\x1b'", ["--\x1b"])])
def test_command_lines_that_are_refused(code, words, arguments):
    refused(code, words, "language", *arguments)


def test_standard_input_that_cannot_be_read():
    folder = os.open("/", os.O_RDONLY)
    refused(stub.INPUT_OUTPUT, "'standard input' is a directory", "language", "--prompt-file", "-",
            stdin=folder)
    os.close(folder)


def test_programs_that_are_refused():
    refused(stub.MODEL_FAILURE, "version 99 of the model interface", "wrong-abi", "info")
    refused(stub.MODEL_FAILURE, "cache needs 1152921504606846976 bytes", "huge-cache", "-p", "a")
    refused(stub.USAGE, "this program holds no tokenizer, so", "no-tokenizer", "-p", "a")
    refused(stub.USAGE, "generating text needs a language model", "general", "-p", "a")
    refused(stub.MODEL_FAILURE, "1 are not finite, so no token can be chosen; run selftest",
            "not-finite", "-p", "ab")


def test_disk_full_and_places_that_cannot_be_written(tmp_path):
    with open("/dev/full", "wb") as full:
        refused(stub.INPUT_OUTPUT, "cannot write standard output: No space left", "language",
                "-p", "a", stdout=full)
        refused(stub.INPUT_OUTPUT, "cannot write standard output: No space left", "language",
                "--help", stdout=full)
    refused(stub.INPUT_OUTPUT, "cannot write /dev/full: No space left", "language", "-p", "a",
            "-n", 3, "--logits", "/dev/full")
    refused(stub.INPUT_OUTPUT, "the directory must exist and be writable", "language", "-p", "a",
            "-n", 3, "--logits", tmp_path / "none" / "l.npy")
    # A limit on the size of files stands in for a disk that fills up halfway.
    limit = lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                     resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
    refused(stub.INPUT_OUTPUT, "File too large", "language", "-p", "a", "-n", 30,
            "--logits", tmp_path / "l.npy", preexec_fn=limit)
    assert list(tmp_path.iterdir()) == []


def test_closed_standard_output_is_an_error(tmp_path):
    # Without care the logits file would become file descriptor 1.
    path = tmp_path / "l.npy"
    done = run("language", "-p", "a", "-n", 3, "--logits", path,
               preexec_fn=lambda: os.close(1), stdout=None)
    assert done.returncode == stub.INPUT_OUTPUT
    assert b"cannot write standard output: Bad file descriptor" in done.stderr
    assert not path.exists()


def test_interrupt_finishes_the_token(tmp_path):
    path = tmp_path / "logits.npy"
    for number in (signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen([stub.FOLDER / "slow", "-p", "a", "-n", "60", "--tokens",
                                    "--logits", path], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        # Once tokens come, the handlers are in place.
        seen = b""
        while seen.count(b" ") < 4:
            part = os.read(process.stdout.fileno(), 100)
            assert part, process.stderr.read()
            seen += part
        process.send_signal(number)
        text, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (stub.INTERRUPTED, b"")
        text = seen + text
        assert re.fullmatch(rb"\d+( \d+)+\n", text)
        assert 4 < len(text.split()) < 60
    assert list(tmp_path.iterdir()) == []


def test_reader_that_goes_away():
    process = subprocess.Popen([stub.FOLDER / "slow", "-p", "a", "-n", "60"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(1)
    process.stdout.close()
    assert process.wait(timeout=20) == stub.READER_GONE
    assert process.stderr.read() == b""
    process.stderr.close()


def test_too_little_memory_never_faults():
    """Whatever the limit, a program works or says why it does not."""
    outcomes = set()
    for kibibytes in range(2000, 12000, 400):
        limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (kibibytes * 1024,) * 2)
        try:
            done = run("language", "-p", "a", "-n", 3, "-t", 4, preexec_fn=limit)
        except OSError:
            continue
        # The loader says 127 when not even the libraries fit.
        assert done.returncode in (0, stub.MODEL_FAILURE, 127), done
        if done.returncode == 0 and b"note" in done.stderr:
            assert b"threads; going on with those" in done.stderr
        outcomes.add((done.returncode, done.stderr != b""))
    assert (0, True) in outcomes, "no limit was met that leaves fewer threads"
    assert (0, False) in outcomes


def test_small_stacks():
    limit = lambda: resource.setrlimit(resource.RLIMIT_STACK, (256 * 1024,) * 2)
    output("language", "-p", PROMPT, "-n", 40, "-t", 4, preexec_fn=limit)


def test_processors_that_are_too_old():
    # Planted: an instruction that no processor has.
    refused(stub.MODEL_FAILURE, "this processor lacks an instruction", "illegal-instruction",
            "-p", PROMPT)


def test_token_loop_allocates_nothing():
    def allocations(program, count):
        done = run(program, "-p", "a", "-n", count, "--top-p", 0.9)
        return int(re.fullmatch(rb"(\d+) allocations\n", done.stderr)[1])
    assert 0 < allocations("counts-allocations", 1) == allocations("counts-allocations", 60)
    # Planted: one allocation in each call of the model shows.
    assert allocations("allocates", 60) == allocations("allocates", 1) + 59


def test_help_names_options_and_exit_codes():
    text = output("language", "--help").decode()
    for option in ("prompt prompt-file max-tokens temperature top-k top-p seed tokens logits "
                   "input output json profile prompt-tokens threads chunk help version").split():
        assert f"--{option}" in text
    for code in (0, 2, 3, 4, 5, 130, 141):
        assert re.search(rf"\b{code}\b", text.split("exit codes")[1])
    assert output("language", "-h").decode() == text
    assert output("language", "--version").startswith(b"stub (EcoLM ")
    assert b", model interface " in output("language", "--version")


def test_program_needs_the_c_library_only():
    listing = subprocess.run(["ldd", stub.FOLDER / "language"], capture_output=True, check=True)
    names = {line.split()[0].decode().split("/")[-1] for line in listing.stdout.splitlines()}
    assert names <= {"linux-vdso.so.1", "libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2"}
