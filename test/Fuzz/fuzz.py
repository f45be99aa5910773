#!/usr/bin/env python3
"""Damages ONNX models and checks that the compiler takes every one of them well.

A model is compiled or refused: within bounds on time and memory, without a signal, and
if refused, with an error that names a place and a remedy and is no fault of the
compiler. Models that fail are kept. A mutant is a function of the seed and its number.

usage: fuzz.py --reader build/bin/ecolm-fuzz --count 20000 --seed 1
       fuzz.py --compiler build/bin/ecolm-compile --count 2000
"""

import argparse
import dataclasses
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import mutations
import seeds

INTERNAL = re.compile(r"failed to legalize|loc\(|' op |Stack dump|Assertion|Sanitizer|runtime error")
# docs/Errors.md: unsupported, model and limit are the model's; so is 1 of the reader.
REFUSED = {"reader": {1}, "compiler": {3, 4, 5}}


@dataclasses.dataclass
class Outcome:
    """What came of a model."""

    status: int  # as of subprocess: negative for a signal
    seconds: float
    mib: int
    message: str


class Reader:
    """Imports, types and checks models in ecolm-fuzz, which starts once."""

    def __init__(self, options):
        command = [options.reader, f"--seconds={options.seconds:.0f}", f"--memory={options.address_mib}"]
        command += [f"--plant={options.plant}"] if options.plant else []
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def take(self, path: pathlib.Path) -> Outcome:
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        kind, number, used, mib = self.process.stdout.readline().split()
        message = path.with_name(path.name + ".log").read_text(errors="replace")
        status = int(number) if kind == "exit" else -int(number)
        return Outcome(status, float(used), int(mib), message)


class Compiler:
    """Compiles models to programs, and runs what comes out."""

    def __init__(self, options):
        self.options = options

    def limit(self) -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (int(self.options.seconds) + 1,) * 2)
        size = self.options.address_mib << 20
        resource.setrlimit(resource.RLIMIT_AS, (size, size))

    def run(self, command: list, cwd: pathlib.Path) -> Outcome:
        with open(cwd / "log", "wb") as log:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, cwd=cwd, preexec_fn=self.limit)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        return Outcome(process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024,
                       (cwd / "log").read_text(errors="replace"))

    def take(self, path: pathlib.Path) -> Outcome:
        program = path.with_suffix("")
        program.unlink(missing_ok=True)
        outcome = self.run([self.options.compiler, path, "-o", program, "-O1"], path.parent)
        if outcome.status == 0:
            info = self.run([program, "info"], path.parent)
            if info.status != 0:
                return dataclasses.replace(info, message="its program: " + info.message, status=info.status or -1)
        return outcome


def judge(outcome: Outcome, options) -> str | None:
    """What is wrong with an outcome, or None."""
    refusals = REFUSED["reader" if options.reader else "compiler"]
    if outcome.status in (-signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL) or outcome.seconds > options.seconds:
        return f"took more than {options.seconds:g} s"
    if outcome.status not in {0} | refusals:
        return f"ended with {outcome.status}"
    if outcome.mib > options.mib:
        return f"took {outcome.mib} MiB"
    if any(ord(letter) < 32 and letter != "\n" for letter in outcome.message):
        return "printed control bytes of the model"
    if INTERNAL.search(outcome.message):
        return "told of internals"
    errors = [line for line in outcome.message.splitlines() if "error: " in line]
    if outcome.status != 0 and not errors:
        return "failed without an error"
    for line in errors:
        if not re.search(r"\.onnx|node '", line):
            return "named no place"
        if options.compiler and "; " not in line:
            return "named no remedy"
    return None


def find_tool(name: str) -> str:
    """The absolute path of a tool, which runs in other folders."""
    return os.path.abspath(shutil.which(name) or name)


def make_files(folder: pathlib.Path) -> None:
    """What external data of a mutant may name."""
    (folder / "weights.bin").write_bytes(bytes(range(256)) * 64)
    (folder / "link.bin").symlink_to("/etc/passwd")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tool = parser.add_mutually_exclusive_group(required=True)
    tool.add_argument("--reader", type=find_tool, help="ecolm-fuzz")
    tool.add_argument("--compiler", type=find_tool, help="ecolm-compile")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5, help="processor time")
    parser.add_argument("--mib", type=int, default=256, help="resident memory")
    parser.add_argument("--address-mib", type=int, default=2048, help="addresses, 0 for any number")
    parser.add_argument("--few", action="store_true", help="start from a few models")
    parser.add_argument("--models", nargs="+", type=pathlib.Path, help="start from these models")
    parser.add_argument("--plant", help="a fault for the reader to commit")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for what fails")
    options = parser.parse_args()

    failures, slowest, largest, refused, began = 0, 0.0, 0, 0, time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_files(folder)
        groups = [[m.read_bytes() for m in options.models]] if options.models else seeds.all_groups(folder, options.few)
        print(f"{sum(map(len, groups))} seeds with {len(seeds.operators_of(groups))} operators", flush=True)
        victim = Reader(options) if options.reader else Compiler(options)
        path = folder / "mutant.onnx"
        for number in range(options.first, options.first + options.count):
            rng = random.Random(options.seed * 1_000_003 + number)
            data = mutations.make_mutant(rng.choice(rng.choice(groups)), rng)
            path.write_bytes(data)
            outcome = victim.take(path)
            slowest, largest = max(slowest, outcome.seconds), max(largest, outcome.mib)
            refused += outcome.status != 0
            fault = judge(outcome, options)
            if not fault:
                continue
            failures += 1
            print(f"mutant {number} of seed {options.seed} {fault}: {outcome.message[-500:].strip()}", flush=True)
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"mutant-{options.seed}-{number}.onnx").write_bytes(data)
    print(f"{options.count} mutants, {refused} refused, {failures} failures; at most {slowest:.2f} s of processor "
          f"time and {largest} MiB for one; {time.monotonic() - began:.0f} s in all")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
