"""Compares the speed of encoding with PyPI's `tokenizers`, one thread each.

Trains a tokenizer in each style on the text of this repository and of Python's standard library,
and encodes a part of that text, in pieces of 16 KiB; words repeat in it as they do in prose. The
time is that of the processor, so that other work on the machine counts little; the program's is
that of ecolm-run-tokenizer, pipe included.

usage: tokenizer_speed.py --megabytes 3 --vocabulary 16000
"""

import argparse
import os
import pathlib
import sys
import sysconfig
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "Tokenizer"))

from tokenizers import Tokenizer  # noqa: E402

import tokenizer_styles as styles  # noqa: E402
from tokenizer_process import TokenizerProcess  # noqa: E402

PIECE = 16384


def read_text(megabytes):
    """Prose and code, shuffled by name."""
    text = "".join(path.read_text() for path in sorted(ROOT.glob("docs/**/*.md")))
    folder = pathlib.Path(sysconfig.get_paths()["stdlib"])
    for path in sorted(folder.glob("*.py")):
        text += path.read_text(errors="replace")
        if len(text) > megabytes * 1_000_000:
            break
    return text


def seconds_of(pid):
    """Processor time of a process: clock_getcpuclockid(3), by Linux's numbers."""
    return time.clock_gettime((~pid << 3) | 2)


def best(call, clock=time.process_time, repeats=5):
    """Seconds of the fastest run."""
    times = []
    for _ in range(repeats):
        began = clock()
        call()
        times.append(clock() - began)
    return min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=3)
    parser.add_argument("--vocabulary", type=int, default=16000)
    parser.add_argument("--style", action="append")
    options = parser.parse_args()
    text = read_text(options.megabytes)
    pieces = [text[at:at + PIECE] for at in range(0, len(text), PIECE)]
    size = sum(len(piece.encode()) for piece in pieces) / 1e6
    styles.VOCABULARY = options.vocabulary
    print("| style | ids | tokenizers, encode | encode_batch_fast | program | ratio |")
    print("|---|--:|--:|--:|--:|--:|")
    for name in options.style or ["gpt2", "llama3", "llama2", "bert", "t5", "xlm_roberta"]:
        source = styles.STYLES[name](text.split("\n")).to_str()
        theirs = Tokenizer.from_str(source)
        slow = best(lambda: [theirs.encode(piece) for piece in pieces])
        fast = best(lambda: theirs.encode_batch_fast(pieces))
        with TokenizerProcess(source) as ours:
            for piece in pieces[:40]:
                assert ours.encode(piece) == theirs.encode(piece).ids
            program = best(lambda: [ours.encode(piece) for piece in pieces],
                           lambda: seconds_of(ours.pid))
        print(f"| {name} | {theirs.get_vocab_size()} | {size / slow:.1f} MB/s "
              f"| {size / fast:.1f} MB/s | {size / program:.1f} MB/s | {fast / program:.1f} |",
              flush=True)


if __name__ == "__main__":
    main()
