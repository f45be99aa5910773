"""Measures whole language models: prefill and decode of compiled programs beside other engines.

    python3 test/Benchmark/model_speed.py PROGRAM --peer "NAME=COMMAND" [--onnx NAME=model.onnx]

A peer's command gets `prefill` or `decode`, a number of tokens and a number of threads as
arguments, and prints tokens per second. An ONNX model is evaluated by ONNX Runtime: a prompt as
it is, a token as a sequence of length one, which is less than what decoding with a cache takes.
All are measured in turn in every round; medians over rounds. Decoding starts at position 1."""

import argparse
import json
import shlex
import statistics
import subprocess
import time


def program_speed(program: str, kind: str, tokens: int, threads: int) -> float:
    """Tokens per second of a compiled program."""
    prompt, new = (tokens, 1) if kind == "prefill" else (1, tokens)
    done = subprocess.run([program, "bench", "--json", "-t", str(threads), "-p", str(prompt),
                           "-n", str(new)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)[kind][0]["tokens_per_second"]


def resident_megabytes(program: str, prompt: int, new: int) -> float:
    """Peak resident memory of a run."""
    done = subprocess.run(["/usr/bin/time", "-f", "%M", program, "bench", "-t", "1", "-p",
                           str(prompt), "-n", str(new)], check=True, capture_output=True, text=True)
    return int(done.stderr.split()[-1]) / 1024


def peer_speed(command: str, kind: str, tokens: int, threads: int) -> float:
    """Tokens per second that a peer's command prints."""
    done = subprocess.run([*shlex.split(command), kind, str(tokens), str(threads)], check=True,
                          capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def session_speed(path: str, kind: str, tokens: int, threads: int) -> float:
    """Tokens per second of ONNX Runtime."""
    import numpy as np
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
    length, runs = (tokens, 3) if kind == "prefill" else (1, tokens)
    ids = {session.get_inputs()[0].name: np.zeros((1, length), np.int64)}
    session.run(None, ids)
    start = time.perf_counter()
    for _ in range(runs):
        session.run(None, ids)
    return length * runs / (time.perf_counter() - start)


def main() -> None:
    """Prints a line for each kind of work and number of threads."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--onnx", action="append", default=[], metavar="NAME=model.onnx")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--prompt", type=int, default=128)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    engines = {"ecolm": lambda *work: program_speed(options.program, *work)}
    for label, command in (peer.split("=", 1) for peer in options.peer):
        engines[label] = lambda *work, c=command: peer_speed(c, *work)
    for label, path in (model.split("=", 1) for model in options.onnx):
        engines[label] = lambda *work, p=path: session_speed(p, *work)
    for threads in options.threads:
        for kind, tokens in (("prefill", options.prompt), ("decode", options.tokens)):
            speeds = {label: [] for label in engines}
            for _ in range(options.rounds):
                for label, speed in engines.items():
                    speeds[label].append(speed(kind, tokens, threads))
            ours = statistics.median(speeds["ecolm"])
            parts = [f"{label} {statistics.median(s):.1f} tokens/s ({ours / statistics.median(s):.2f} x)"
                     for label, s in speeds.items()]
            print(f"{kind} of {tokens}, {threads} thread(s): " + "; ".join(parts), flush=True)
    print(f"peak resident: {resident_megabytes(options.program, options.prompt, options.tokens):.0f} MiB")


if __name__ == "__main__":
    main()
