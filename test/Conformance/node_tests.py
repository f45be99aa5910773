#!/usr/bin/env python3
"""Compile ONNX's own node tests, run them, and say what came of each.

passed: the outputs are right (integers exactly, floats within 1e-5).
refused: the compiler or the program gave a message. wrong: the outputs are not
right. crashed, timed out: of the compiler or the program.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import json
import multiprocessing
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile

import numpy as np
import onnx

from backend_cases import MODES, Case, generate, in_mode, read_case, unpack
from libraries import ProgramError, evaluate

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUTCOMES = ("passed", "refused", "wrong", "crashed", "timed out")
TOLERANCE = 1e-5
MEMORY = 8 << 30


@dataclasses.dataclass
class Result:
    """What came of a case."""

    case: str
    mode: str
    operators: list[str]
    outcome: str
    message: str = ""


def limit_memory() -> None:
    """Bounds what a child process may allocate."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def compile_case(case: Case, compiler: pathlib.Path, folder: pathlib.Path,
                 seconds: float) -> tuple[str, str]:
    """Writes folder/model.so; gives an outcome other than "passed" with its message."""
    onnx.save(case.model, folder / "model.onnx")
    command = [compiler, folder / "model.onnx", "--emit=so", "-o", folder / "model.so"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds,
                              preexec_fn=limit_memory)
    except subprocess.TimeoutExpired:
        return "timed out", "the compiler did not end"
    text = done.stderr.replace(str(folder) + "/", "").strip()
    if done.returncode == 0:
        return "passed", ""
    # A signal, or what LLVM prints on its way out of a broken assumption.
    broken = done.returncode < 0 or done.returncode > 128 or "PLEASE submit a bug" in text
    return ("crashed" if broken or not text else "refused"), text


def difference(actual: np.ndarray, expected: np.ndarray) -> str:
    """How two tensors differ, or nothing."""
    if actual.dtype != expected.dtype or actual.shape != expected.shape:
        return (f"{actual.dtype}{list(actual.shape)}, "
                f"expected {expected.dtype}{list(expected.shape)}")
    is_float = expected.dtype.kind == "f" or expected.dtype.name.startswith(("bfloat", "float"))
    if not is_float:
        good = actual == expected
    else:
        actual, expected = actual.astype(np.float64), expected.astype(np.float64)
        good = np.isclose(actual, expected, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
    if good.all():
        return ""
    place = tuple(int(i) for i in np.argwhere(~good)[0]) if good.ndim else ()
    return (f"{np.count_nonzero(~good)} of {good.size} elements, first at {list(place)}: "
            f"{actual[place]}, expected {expected[place]}")


def compare(actual: list[np.ndarray], expected: list[np.ndarray]) -> tuple[str, str]:
    """The outcome of outputs, and what is wrong with them."""
    if len(actual) != len(expected):
        return "wrong", f"{len(actual)} outputs, expected {len(expected)}"
    for i, (found, right) in enumerate(zip(actual, expected)):
        if right is not None and (text := difference(found, right)):
            return "wrong", f"output {i}: {text}"
    return "passed", ""


def run_child(case: Case, library: pathlib.Path, pipe) -> None:
    """Evaluates in a process of its own, which a fault may end."""
    limit_memory()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(os.open(library.with_suffix(".txt"), os.O_WRONLY | os.O_CREAT), 2)
    try:
        pipe.send(compare(evaluate(library, case.feeds), case.outputs))
    except ProgramError as error:
        pipe.send(("refused", str(error)))
    pipe.close()


def describe_end(exitcode: int, text: str) -> tuple[str, str]:
    """The outcome of a program that ended without an answer."""
    if exitcode == -signal.SIGABRT and text:  # A check that the program makes says why.
        return "refused", text
    return "crashed", f"the program ended with {exitcode}: {text}"


def run_case(case: Case, library: pathlib.Path, seconds: float) -> tuple[str, str]:
    """The outcome of a compiled case."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=run_child, args=(case, library, theirs))
    child.start()
    theirs.close()
    answer = None
    try:
        if ours.poll(seconds):
            answer = ours.recv()
    except EOFError:
        pass
    if answer is None and child.exitcode is None:
        child.join(1)
    if child.is_alive() and answer is None:
        child.kill()
        child.join()
        return "timed out", "the program did not end"
    child.join()
    output = library.with_suffix(".txt")
    text = output.read_text(errors="replace").strip() if output.exists() else ""
    return answer or describe_end(child.exitcode, text)


def test_case(folder: pathlib.Path, mode: str, compiler: pathlib.Path, seconds: float) -> Result:
    """Everything about one case in one mode."""
    case = read_case(folder)
    operators = case.operators
    with tempfile.TemporaryDirectory() as scratch:
        case = in_mode(case, mode)
        outcome, message = compile_case(case, compiler, pathlib.Path(scratch), seconds)
        if outcome == "passed":
            outcome, message = run_case(case, pathlib.Path(scratch) / "model.so", seconds)
    return Result(folder.name, mode, operators, outcome, message)


def run_all(folders: list[pathlib.Path], modes: list[str], compiler: pathlib.Path,
            seconds: float, jobs: int) -> list[Result]:
    """All cases in all modes, some at a time."""
    context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(jobs, mp_context=context) as pool:
        work = [pool.submit(test_case, folder, mode, compiler, seconds)
                for mode in modes for folder in folders]
        return [job.result() for job in work]


def count(results: list[Result]) -> dict[str, int]:
    """How many cases had each outcome."""
    counts = collections.Counter(result.outcome for result in results)
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def row(*cells) -> str:
    """A row of a Markdown table."""
    return "| " + " | ".join(map(str, cells)) + " |"


def write_table(results: list[Result]) -> str:
    """Markdown: outcomes by mode, then by operator and mode."""
    modes = [mode for mode in MODES if any(r.mode == mode for r in results)]
    lines = [row("mode", *OUTCOMES), row(*["---"] * (len(OUTCOMES) + 1))]
    for mode in modes:
        lines.append(row(mode, *count([r for r in results if r.mode == mode]).values()))
    lines += ["", "Passed of all cases, by the operator that a case is named for:", "",
              row("operator", *modes, "not passed"), row(*["---"] * (len(modes) + 2))]
    groups = collections.defaultdict(list)
    for result in results:
        groups[result.operators[0] if result.operators else "none"].append(result)
    for operator, group in sorted(groups.items()):
        cells = []
        for mode in modes:
            own = [r for r in group if r.mode == mode]
            cells.append(f"{count(own)['passed']} of {len(own)}")
        rest = {k: v for k, v in count(group).items() if v and k != "passed"}
        lines.append(row(operator, *cells, ", ".join(f"{v} {k}" for k, v in rest.items())))
    return "\n".join(lines) + "\n"


def choose(folder: pathlib.Path, names: pathlib.Path | None, part: str) -> list[pathlib.Path]:
    """The cases to run: those listed in the file `names`, or all, whose name has `part`."""
    chosen = sorted(f for f in folder.iterdir() if (f / "model.onnx").exists() and part in f.name)
    if names:
        listed = json.loads(names.read_text())
        listed = set(listed["cases"] if isinstance(listed, dict) else listed)
        chosen = [f for f in chosen if f.name in listed]
    return chosen


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path,
                        help="folder or archive of backend tests; without it, the node cases of "
                             "the installed onnx package")
    parser.add_argument("--cases", type=pathlib.Path, help="JSON list of the cases to run")
    parser.add_argument("--filter", default="", help="run the cases whose name has this part")
    parser.add_argument("--mode", action="append", choices=MODES, help="default: all three")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--timeout", type=float, default=60, help="seconds for each step")
    parser.add_argument("--compiler", type=pathlib.Path, default=pathlib.Path(
        os.environ.get("ECOLM_COMPILE", ROOT / "build/bin/ecolm-compile")))
    parser.add_argument("--json", type=pathlib.Path, help="write every result here")
    parser.add_argument("--markdown", type=pathlib.Path, help="write the table here")
    return parser.parse_args()


def main() -> int:
    """Fails if a case is wrong, crashes or does not end."""
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        folder = unpack(arguments.data, folder) if arguments.data else generate(folder)
        folders = choose(folder, arguments.cases, arguments.filter)
        results = run_all(folders, arguments.mode or list(MODES), arguments.compiler,
                          arguments.timeout, arguments.jobs)
    if arguments.json:
        rows = [dataclasses.asdict(result) for result in results]
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")
    if arguments.markdown:
        arguments.markdown.write_text(write_table(results))
    counts = count(results)
    print(", ".join(f"{number} {outcome}" for outcome, number in counts.items()))
    return int(not results or any(counts[k] for k in ("wrong", "crashed", "timed out")))


if __name__ == "__main__":
    sys.exit(main())
