#!/usr/bin/env python3
"""Checks that ops, types, attributes and passes are described, with examples that tests hold."""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import textwrap

FENCE = re.compile(r"^```mlir\n(.*?)^```", re.MULTILINE | re.DOTALL)


def normalize(text: str) -> str:
    """Collapse white space, so that line breaks do not matter."""
    return " ".join(text.split())


def examples(description: str) -> list[str]:
    """The fenced mlir blocks of a description."""
    return FENCE.findall(textwrap.dedent(description))


def statements(block: str) -> list[str]:
    """Split a block where a line is not indented: continuation lines are."""
    parts: list[list[str]] = []
    for line in filter(str.strip, block.splitlines()):
        if line.startswith((" ", "}")) and parts:
            parts[-1].append(line)
        else:
            parts.append([line])
    return [normalize(" ".join(part)) for part in parts]


def entities(records: dict) -> list[tuple[str, dict]]:
    """Name and record of everything that a source defines and must describe."""
    found = []
    classes = records["!instanceof"]
    for name in classes.get("Op", []):
        record = records[name]
        dialect = records[record["opDialect"]["def"]]["name"]
        found.append((f"{dialect}.{record['opName']}", record))
    for kind, sigil in (("TypeDef", "!"), ("AttrDef", "#")):
        for name in classes.get(kind, []):
            record = records[name]
            dialect = records[record["dialect"]["def"]]["name"]
            if record["mnemonic"] and dialect != "builtin":
                found.append((f"{sigil}{dialect}.{record['mnemonic']}", record))
    return found


def check_entity(name: str, record: dict, tests: str) -> list[str]:
    """Complaints about one operation, type or attribute."""
    if not record.get("summary"):
        return [f"{name} has no summary"]
    blocks = examples(record.get("description") or "")
    if not blocks:
        return [f"{name} has no example in its description"]
    return [f"the example of {name} is in no test: {statement}"
            for block in blocks for statement in statements(block) if statement not in tests]


def check_pass(record: dict) -> list[str]:
    """Complaints about one pass."""
    name = record["argument"]
    description = record.get("description") or ""
    complaints = [] if record.get("summary") else [f"{name} has no summary"]
    if not examples(description):
        complaints.append(f"{name} has no example in its description")
    for word in ("Precondition", "Postcondition"):
        if word.lower() not in description.lower():
            complaints.append(f"{name} states no {word.lower()}")
    return complaints


def check_source(command: list[str], source: pathlib.Path, tests: str) -> list[str]:
    """Complaints about one TableGen file, which has to define something."""
    text = subprocess.run([*command, str(source)], check=True, capture_output=True).stdout
    records = json.loads(text)
    complaints = []
    for name, record in entities(records):
        complaints += check_entity(name, record, tests)
    passes = records["!instanceof"].get("PassBase", [])
    for name in passes:
        complaints += check_pass(records[name])
    if not entities(records) and not passes:
        complaints.append(f"{source.name} defines nothing to check")
    return complaints


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--llvm-tblgen", required=True)
    parser.add_argument("-I", dest="include", action="append", default=[])
    parser.add_argument("--tests", type=pathlib.Path, nargs="*", default=[],
                        help="folders whose .mlir files hold the examples")
    parser.add_argument("source", type=pathlib.Path,
                        help="a TableGen file, or a folder for every Passes.td below it")
    arguments = parser.parse_args()

    command = [arguments.llvm_tblgen, "--dump-json"]
    command += [f"-I{folder}" for folder in arguments.include]
    files = [f for folder in arguments.tests for f in folder.rglob("*.mlir")]
    # A file whose every case fails to verify is no home for an example.
    tests = normalize("\n".join(f.read_text() for f in files if not f.name.startswith("invalid")))
    source = arguments.source
    sources = sorted(source.rglob("Passes.td")) if source.is_dir() else [source]

    complaints = [] if sources else [f"{source} holds no Passes.td"]
    for one in sources:
        complaints += check_source(command, one, tests)
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
