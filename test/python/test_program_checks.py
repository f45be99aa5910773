"""Programs that describe, measure and check themselves, and faults that they must find."""

import json
import re

import numpy as np
import pytest

import stub_programs as stub
from stub_programs import output, refused, run


def test_info():
    # Names that would drive a terminal are shown, not obeyed.
    assert output("language", "info") == b"name: stub \\x1b[2J\nparameters: 3\n"
    document = output("language", "info", "--json")
    assert not re.search(rb"[^\n\t -~]", document)
    assert json.loads(document) == {"name": "stub \x9b\x7f\ufffd", "parameters": 3}
    assert output("general", "info") == b"name: general\n"


def test_selftest_passes_and_says_what_it_checked():
    text = output("language", "selftest").decode()
    for words in ("ok      weights: 3 bytes with SHA-256 ba7816bf",
                  "ok      finite: 2112 of 2112 logits are numbers",
                  "ok      same logits: prefill, 1 thread, memory full of NaN before",
                  "ok      same logits: step by step, 1 thread\n",
                  "ok      same logits: step by step, 4 threads\n"):
        assert words in text
    checks = text.count("ok      ")
    assert text.endswith(f"all {checks} checks passed\n")
    # The weights, and 1 to 4 threads.
    assert output("general", "selftest").endswith(b"all 5 checks passed\n")


def test_selftest_takes_threads_chunk_and_length():
    text = output("language", "selftest", "-t", 2, "--chunk", 4, "-n", 10).decode()
    assert "330 of 330 logits" in text
    assert "2 threads" in text and "3 threads" not in text and "chunks of 5" not in text


@pytest.mark.parametrize("fault, words", [
    ("corrupt-weight", "FAILED  weights: 3 bytes with SHA-256 a52d159f.* instead of ba7816bf"),
    ("depends-on-chunk", "FAILED  same logits: step by step, 1 thread, differs from position 0"),
    ("depends-on-threads", "FAILED  same logits: prefill, 2 threads, differs from position"),
    ("changes-with-time", "FAILED  same logits: prefill, 1 thread, differs from position 0"),
    ("reads-unwritten", "FAILED  same logits: prefill, 1 thread, memory full of NaN before"),
    ("not-finite", "FAILED  finite: ")])
def test_selftest_finds_planted_faults(fault, words):
    done = run(fault, "selftest")
    assert done.returncode == stub.MODEL_FAILURE
    assert re.search(words, done.stdout.decode()), done.stdout.decode()
    assert re.search(r"error: \d+ of \d+ checks failed; do not trust", done.stderr.decode())


def test_selftest_of_general_models(tmp_path):
    done = run("general-depends-on-threads", "selftest")
    # One invented row has three elements, which four threads share.
    assert done.returncode == stub.MODEL_FAILURE
    assert "FAILED  same outputs: in parallel, 2 threads" in done.stdout.decode()
    refused(stub.BAD_INPUT, "with invented inputs (give some with --input): the model refused",
            "general-refuses", "selftest")
    np.savez(tmp_path / "in.npz", x=np.zeros((1, 3), "f4"))
    refused(stub.USAGE, "input 'double' is missing", "general", "selftest",
            "--input", tmp_path / "in.npz")


def test_bench_of_language_models():
    figures = json.loads(output("language", "bench", "--json", "-t", 2))
    assert figures["name"] == "stub" and figures["threads"] == 2
    assert [row["tokens"] for row in figures["prefill"]] == [16, 32]
    assert [row["position"] for row in figures["decode"]] == [16, 32]
    for row in figures["prefill"] + figures["decode"]:
        assert row["tokens_per_second"] == pytest.approx(row["tokens"] / row["seconds"], rel=1e-2)
    memory = figures["memory"]
    assert memory["weight_bytes"] == 3 and memory["cache_bytes"] == 512
    assert memory["peak_resident_bytes"] >= memory["resident_bytes"] > 100_000
    one = json.loads(output("language", "bench", "--json", "-p", 10, "-n", 7))
    assert [row["tokens"] for row in one["prefill"]] == [10]
    assert [row["tokens"] for row in one["decode"]] == [7]
    text = output("language", "bench", "-p", 10, "-n", 0).decode()
    assert "prefill    10 tokens" in text and "decode" not in text
    assert "key/value cache" in text
    assert "decode from" in output("language", "bench", "-p", 10, "-n", 2).decode()
    refused(stub.USAGE, "60 prompt tokens and 5 decoded ones do not fit", "language", "bench",
            "-p", 60, "-n", 5)


def test_bench_knows_a_slow_model():
    # The slow stub sleeps 50 ms for each token decoded.
    figures = json.loads(output("slow", "bench", "--json", "-p", 16, "-n", 2))
    assert 0.1 <= figures["decode"][0]["seconds"] < 10
    assert figures["decode"][0]["tokens_per_second"] < 20.1


def test_bench_of_general_models(tmp_path):
    figures = json.loads(output("general", "bench", "--json", "-n", 3))
    assert figures["runs"]["count"] == 3 and figures["runs"]["runs_per_second"] > 0
    assert b" runs, each " in output("general", "bench")
