#!/usr/bin/env python3
"""Export random models, compile each, and hold it against onnxruntime.

Models that a folder holds already are not exported again.
"""

import argparse
import json
import logging
import pathlib
import subprocess
import sys

from configurations import draw

HERE = pathlib.Path(__file__).parent


def export_all(seeds: range, folder: pathlib.Path) -> list[pathlib.Path]:
    """The model of every seed."""
    logging.disable(logging.WARNING)
    paths = []
    for seed in seeds:
        configuration = draw(seed)
        paths.append(folder / f"{configuration.name}.onnx")
        if not paths[-1].exists():
            from export import export
            export(configuration, paths[-1])
    return paths


def compare(path: pathlib.Path, seconds: float) -> dict:
    """The result of a model, from a process of its own."""
    command = [sys.executable, HERE / "compare.py", path]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return {"model": path.stem, "problems": [f"no result after {seconds:g} seconds"]}
    lines = done.stdout.splitlines()
    if done.returncode in (0, 1) and lines and lines[-1].startswith("{"):
        return json.loads(lines[-1])
    return {"model": path.stem, "problems": [f"ended with {done.returncode}: {done.stderr[-500:]}"]}


def write_table(results: list[dict]) -> str:
    """Markdown: one row a model."""
    lines = ["| model | largest difference | greedy tokens | |", "|---|---|---|---|"]
    for result in results:
        difference = f"{result['difference']:.2g}" if "difference" in result else ""
        verdict = "; ".join(result["problems"])[:300] or "; ".join(["agrees", *result.get("notes", [])])
        verdict = verdict.replace("\n", " ").replace("|", "\\|")
        lines.append(f"| {result['model']} | {difference} | {result.get('greedy') or ''} | {verdict} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Runs what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path, help="where the models are")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=120, help="how many seeds")
    parser.add_argument("--export-only", action="store_true")
    parser.add_argument("--timeout", type=float, default=600, help="seconds for one model")
    parser.add_argument("--markdown", type=pathlib.Path, help="write a table here")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    paths = export_all(range(options.first, options.first + options.count), options.folder)
    if options.export_only:
        return 0
    results = []
    for path in paths:
        results.append(compare(path, options.timeout))
        print(json.dumps(results[-1]), flush=True)
    if options.markdown:
        options.markdown.write_text(write_table(results))
    good = sum(not result["problems"] for result in results)
    print(f"{good} of {len(results)} agree")
    return 0 if good == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
