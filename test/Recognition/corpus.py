#!/usr/bin/env python3
"""Export every module of the corpus, compile it, and say what was recognized.

A graph counts as recognized when what the compiler reports is what was intended and its program
computes what the graph means; an ordinary one passes when nothing is found in it that is not
there. A module that an exporter cannot write, or writes wrongly, does not count. Exits with 1
when fewer than 95 % are recognized or an ordinary model was taken for another.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import json
import multiprocessing
import os
import pathlib
import sys
import tempfile

os.environ.setdefault("OMP_NUM_THREADS", "1")

from agreement import NoStableInput, WrongExport, measure  # noqa: E402
from exports import EXPORTERS, choose_opset, export, find_fault  # noqa: E402
from found import count_found  # noqa: E402
from intentions import Style, describe, matches  # noqa: E402
from programs import run_compiler  # noqa: E402
from styles import all_styles  # noqa: E402

OUTCOMES = ("recognized", "missed", "false positive", "refused", "wrong", "not exported")
REQUIRED = 0.95


@dataclasses.dataclass
class Result:
    """What came of one graph."""

    style: str
    exporter: str
    opset: int
    is_ordinary: bool
    intended: str
    outcome: str
    found: str = ""
    message: str = ""


def judge(style: Style, found: dict[str, int]) -> str:
    """The outcome of a graph whose program is right."""
    if matches(style, found):
        return "recognized"
    return "false positive" if style.ordinary else "missed"


def check_graph(style: Style, exporter: str, folder: pathlib.Path,
                is_run: bool = True) -> tuple[str, str, str]:
    """Outcome, what was found, and what else there is to say."""
    file = folder / "model.onnx"
    try:
        exported = export(style, exporter, choose_opset(style, exporter), file)
    except Exception as error:  # Whatever an exporter says, it is not about the compiler.
        return "not exported", "", f"{type(error).__name__}: {error}".split("\n")[0][:200]
    report = run_compiler(file, "--emit=report-json", "-o", "-")
    if report.returncode:
        if fault := find_fault(exported.model):
            return "not exported", "", fault
        return "refused", "", report.stderr.replace(str(folder) + "/", "").strip()
    data = json.loads(report.stdout)
    found = count_found(data)
    notes = "; ".join(f"{n['name']}: {n['idea']}: {n['reason']}" for n in data["almost_recognized"])
    if not is_run:
        return judge(style, found), describe(found), notes
    try:
        gap, allowed = measure(exported, folder)
    except WrongExport as error:
        return "not exported", describe(found), str(error)
    except NoStableInput:
        return "wrong", describe(found), "no input was found at which the answer stands still"
    except AssertionError as error:  # The compiler or the program said no.
        return "refused", describe(found), str(error).replace(str(folder) + "/", "")
    if gap > allowed:
        return "wrong", describe(found), f"differs by {gap:.1e} of the largest output"
    return judge(style, found), describe(found), notes


def check_style(style: Style, exporter: str, is_run: bool = True) -> Result:
    """Everything about one style by one exporter; what its program computes only if `is_run`."""
    with tempfile.TemporaryDirectory() as folder:
        outcome, found, message = check_graph(style, exporter, pathlib.Path(folder), is_run)
    return Result(style.name, exporter, choose_opset(style, exporter), style.ordinary,
                  describe(style.intent), outcome, found, message)


def check_name(name: str, exporter: str, is_run: bool) -> Result:
    """`check_style` of the style with this name: modules cannot be sent to another process."""
    return check_style(next(s for s in all_styles() if s.name == name), exporter, is_run)


def check_all(work: list[tuple[str, str, bool]], jobs: int) -> list[Result]:
    """The results of styles and exporters, some at a time."""
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(jobs, mp_context=context) as pool:
        return list(pool.map(check_name, *zip(*work), chunksize=4))


def count(results: list[Result]) -> dict[str, int]:
    """How many graphs had each outcome."""
    counts = collections.Counter(result.outcome for result in results)
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def share(results: list[Result]) -> float:
    """The share of graphs that were recognized, of those that count."""
    counted = [r for r in results if r.outcome != "not exported"]
    return sum(r.outcome == "recognized" for r in counted) / max(len(counted), 1)


def is_good(results: list[Result]) -> bool:
    """Whether enough was recognized, and nothing ordinary was taken for more than it is."""
    meant = [r for r in results if not r.is_ordinary]
    plain = [r for r in results if r.is_ordinary]
    return (share(meant) >= REQUIRED or not meant) and \
        all(r.outcome not in ("false positive", "wrong") for r in plain)


def row(*cells) -> str:
    """A row of a Markdown table."""
    return "| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in cells) + " |"


def write_tables(results: list[Result]) -> str:
    """Markdown: the outcomes, then every graph."""
    lines = [row("graphs", *OUTCOMES, "share"), row(*["---"] * (len(OUTCOMES) + 2))]
    groups = {"modules with an intention": False, "ordinary models": True}
    for title, is_ordinary in groups.items():
        group = [r for r in results if r.is_ordinary == is_ordinary]
        lines.append(row(title, *count(group).values(), f"{share(group):.1%}"))
    for title, is_ordinary in groups.items():
        lines += ["", f"## {title.capitalize()}", "",
                  row("style", "exporter", "opset", "intended", "found", "outcome"),
                  row(*["---"] * 6)]
        lines += [row(r.style, r.exporter, r.opset, r.intended, r.found, r.outcome)
                  for r in results if r.is_ordinary == is_ordinary]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--filter", default="", help="only styles whose name has this part")
    parser.add_argument("--exporter", action="append", choices=EXPORTERS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--report-only", action="store_true",
                        help="compare what was recognized, not what the programs compute")
    parser.add_argument("--json", type=pathlib.Path, help="write the results here")
    parser.add_argument("--markdown", type=pathlib.Path, help="write tables here")
    arguments = parser.parse_args()
    work = [(style.name, exporter, not arguments.report_only) for style in all_styles() if arguments.filter in style.name
            for exporter in arguments.exporter or EXPORTERS]
    if not work:
        parser.error(f"no style is named {arguments.filter}")
    results = check_all(work, arguments.jobs)
    for r in results:
        if r.outcome != "recognized":
            print(f"{r.outcome}: {r.style} ({r.exporter}, opset {r.opset}): intended {r.intended}, "
                  f"found {r.found or 'nothing'}. {r.message}".rstrip())
    if arguments.json:
        text = json.dumps([dataclasses.asdict(r) for r in results], indent=1)
        arguments.json.write_text(text + "\n")
    if arguments.markdown:
        arguments.markdown.write_text(write_tables(results))
    for title, is_ordinary in (("modules with an intention", False), ("ordinary models", True)):
        group = [r for r in results if r.is_ordinary == is_ordinary]
        if group:
            counts = ", ".join(f"{v} {k}" for k, v in count(group).items() if v)
            print(f"{title}: {counts}: {share(group):.1%}")
    return 0 if is_good(results) else 1


if __name__ == "__main__":
    sys.exit(main())
