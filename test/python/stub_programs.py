"""Runs the stub programs of test/Unit/Runtime, and computes what they should say.

ECOLM_STUB_PROGRAMS names the folder that holds them; ctest sets it. Without it they are looked
for where `ninja -C build ecolm-stub-programs` puts them.
"""

import os
import pathlib
import re
import subprocess

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(os.environ.get("ECOLM_STUB_PROGRAMS", ROOT / "build/unit/stubs"))
assert FOLDER.is_dir(), f"{FOLDER} is missing: run ninja -C build ecolm-stub-programs"

VOCABULARY = list("\n !abcdefghijklmnopqrstuvwxyz?é€😀")
CONTEXT = 64
CHUNK = 16

USAGE, BAD_INPUT, INPUT_OUTPUT, MODEL_FAILURE = 2, 3, 4, 5
INTERRUPTED, READER_GONE = 130, 141


def run(name, *arguments, **keywords):
    """Runs a program to its end; standard output and error are bytes."""
    command = [str(FOLDER / name), *map(str, arguments)]
    keywords.setdefault("stdin", subprocess.DEVNULL)
    keywords.setdefault("stdout", subprocess.PIPE)
    return subprocess.run(command, stderr=subprocess.PIPE, timeout=60, **keywords)


def output(name, *arguments, **keywords):
    """Standard output of a program that must succeed without a word on standard error."""
    done = run(name, *arguments, **keywords)
    assert (done.returncode, done.stderr) == (0, b""), done
    return done.stdout


def refused(code, words, name, *arguments, **keywords):
    """Checks that a program fails with this code and one paragraph that holds `words`."""
    done = run(name, *arguments, **keywords)
    message = done.stderr.decode()
    assert done.returncode == code, done
    assert re.fullmatch(rf"{name}: error: [^\n]+\n", message), message
    assert words in message, message
    return done


def mix(x):
    """The hash of StubLanguageModel.c, on numpy's 64-bit numbers."""
    x = (x ^ (x >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    x = (x ^ (x >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> np.uint64(33))


def logits_of(ids):
    """What the stub language model computes, shape (len(ids), vocabulary)."""
    state, rows = np.uint64(0), []
    with np.errstate(over="ignore"):
        for token in ids:
            state = mix(state * np.uint64(31) + np.uint64(token) + np.uint64(1))
            bits = mix(state + np.arange(len(VOCABULARY), dtype=np.uint64))
            value = (bits >> np.uint64(40)).astype(np.float32) * np.float32(2**-23)
            rows.append(np.float32(4) * (value - np.float32(1)))
    return np.array(rows)


def encode(text):
    return [VOCABULARY.index(character) for character in text]


def decode(ids):
    return "".join(VOCABULARY[i] for i in ids)


class SplitMix64:
    """Vigna's generator, with Python's unbounded integers."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        mask = 2**64 - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & mask
        return z ^ (z >> 31)


def continuation(ids, count, temperature=0.8, top_k=0, top_p=1.0, seed=0):
    """What a program should generate: sampling written down a second time."""
    ids, random = list(ids), SplitMix64(seed)
    start = len(ids)
    for _ in range(count):
        logits = logits_of(ids)[-1].astype(np.float64)
        ranked = sorted(range(len(logits)), key=lambda i: (-logits[i], i))
        if temperature == 0 or top_k == 1:
            ids.append(ranked[0])
            continue
        everything = top_k in (0, len(logits)) and top_p >= 1
        kept = range(len(logits)) if everything else ranked[: top_k or None]
        weights = [float(np.exp((logits[i] - logits.max()) / temperature)) for i in kept]
        if not everything:
            reached, size = 0.0, 0
            while size < len(weights) and (size == 0 or reached < top_p * sum(weights)):
                reached += weights[size]
                size += 1
            kept, weights = kept[:size], weights[:size]
        point = (random.next() >> 11) * 2.0**-53 * sum(weights)
        passed = 0.0
        for token, weight in zip(kept, weights):
            passed += weight
            if point < passed:
                break
        ids.append(token)
    return ids[start:]
