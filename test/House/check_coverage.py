#!/usr/bin/env python3
"""Checks that every operation, type, attribute, pass, pipeline and option has its tests.

Operations, types and attributes make three round trips: in their own syntax, in the
generic one, and as bytecode. An operation with a folder or patterns occurs in a test of
canonicalization. The flag of a pass or pipeline, and every option of it, stands in a
RUN line.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

ROUND_TRIPS = {"custom": r"ecolm-opt %s \| ecolm-opt",
               "generic": r"--mlir-print-op-generic\b.*\| ecolm-opt",
               "bytecode": r"--emit-bytecode\b.*\| ecolm-opt"}
PIPELINE = re.compile(r'"(ecolm-[\w-]+-pipeline)"')
PIPELINE_OPTION = re.compile(r'\*this,\s*"([\w-]+)"')


class Test:
    """A lit test: its commands, what it checks, and all of it."""

    def __init__(self, path: pathlib.Path):
        self.text = path.read_text()
        lines = re.sub(r"\\\n\W*RUN:", "", self.text)
        self.runs = re.findall(r"RUN:(.*)", lines)
        self.checks = "\n".join(re.findall(r"^.*?[A-Z]+(?:-[A-Z]+)?:(.*)", lines, re.MULTILINE))

    def runs_with(self, pattern: str) -> list[str]:
        return [run for run in self.runs if re.search(pattern, run)]


def records_of(command: list[str], source: pathlib.Path) -> dict:
    text = subprocess.run([*command, str(source)], check=True, capture_output=True).stdout
    return json.loads(text)


def entities(records: dict, dialect: str) -> list[str]:
    """Operations, types and attributes as the IR spells them."""
    classes, found = records["!instanceof"], []
    found += [f"{dialect}.{records[name]['opName']}" for name in classes.get("Op", [])]
    for kind, sigil in (("TypeDef", "!"), ("AttrDef", "#")):
        found += [f"{sigil}{dialect}.{records[name]['mnemonic']}" for name in classes.get(kind, [])
                  if records[name]["mnemonic"]
                  and records[records[name]["dialect"]["def"]]["name"] == dialect]
    return found


def check_dialect(records: dict, dialect: str, tests: list[Test]) -> list[str]:
    """Complaints about round trips and canonicalization."""
    complaints = []
    for entity in entities(records, dialect):
        for kind, pattern in ROUND_TRIPS.items():
            word = re.compile(re.escape(entity) + r"(?![\w])")
            if not any(t.runs_with(pattern) and word.search(t.checks) for t in tests):
                complaints.append(f"{entity} makes no {kind} round trip")
    for name in records["!instanceof"].get("Op", []):
        record = records[name]
        if any(record[f"has{what}"] for what in ("Folder", "Canonicalizer", "CanonicalizeMethod")):
            entity = f"{dialect}.{record['opName']}"
            if not any(t.runs_with(r"--?canonicalize\b") and entity in t.text for t in tests):
                complaints.append(f"{entity} is folded by no test")
    return complaints


def check_flag(flag: str, options: list[str], tests: list[Test]) -> list[str]:
    """Complaints about one pass or pipeline."""
    runs = [run for t in tests for run in t.runs_with(rf"(?<![\w-])(?:--?)?{flag}(?![\w-])")]
    if not runs:
        return [f"{flag} is run by no test"]
    return [f"option {option} of {flag} is given by no test" for option in options
            if not any(re.search(rf"(?<![\w-]){option}(?![\w-])", run) for run in runs)]


def flags(root: pathlib.Path, command: list[str]) -> dict[str, list[str]]:
    """Every flag with the names of its options."""
    found = {}
    for source in sorted((root / "include").rglob("Passes.td")):
        records = records_of(command, source)
        for name in records["!instanceof"].get("PassBase", []):
            record = records[name]
            found[record["argument"]] = [records[o["def"]]["argument"] for o in record["options"]]
    for source in sorted((root / "lib/Pipelines").glob("*.cpp")):
        header = (root / "include/ecolm/Pipelines" / f"{source.stem}.h").read_text()
        structs = dict(re.findall(r"struct (\w+) : .*?\{(.*?)\n\};", header, re.DOTALL))
        for options, name in re.findall(r'PassPipelineRegistration<(\w*)>\(\s*"([\w-]+)"',
                                        source.read_text()):
            found[name] = PIPELINE_OPTION.findall(structs.get(options, ""))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--llvm-tblgen", required=True)
    parser.add_argument("-I", dest="include", action="append", default=[])
    parser.add_argument("root", type=pathlib.Path)
    arguments = parser.parse_args()
    root = arguments.root

    command = [arguments.llvm_tblgen, "--dump-json"]
    command += [f"-I{folder}" for folder in [root / "include", *arguments.include]]
    complaints = []
    for folder in sorted((root / "include/ecolm/Dialect").iterdir()):
        source = folder / "IR" / f"{folder.name}Ops.td"
        if source.exists():
            tests = [Test(p) for p in sorted((root / "test/Dialect" / folder.name).rglob("*.mlir"))]
            complaints += check_dialect(records_of(command, source), folder.name.lower(), tests)
    tests = [Test(p) for p in sorted((root / "test").rglob("*"))
             if p.suffix in {".mlir", ".test"} and "House" not in p.relative_to(root).parts]
    found = flags(root, command)
    for flag, options in found.items():
        complaints += check_flag(flag, options, tests)
    if not found:
        complaints.append("there is no pass to check")
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
