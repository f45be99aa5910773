#!/usr/bin/env python3
"""Checks the shape of the tree: headers, sizes, names, READMEs and formatting."""

import argparse
import pathlib
import re
import subprocess
import sys

SOURCES = {".cpp", ".h", ".c", ".td"}
FOLDERS = ("include", "lib", "tools", "test", "cmake", "docs", "python")
MAX_LINES = 400
MAX_README_LINES = 20
VAGUE = re.compile(r"(Utils?|Misc|Common|Helpers?|Uncategorized)(\.|$)", re.IGNORECASE)
# The library says what is wrong to its caller; it asks nobody and never gives up.
FORBIDDEN = re.compile(r"\b(cl::opt|report_fatal_error|std::abort)\b")


def tree(root: pathlib.Path) -> list[pathlib.Path]:
    """Every file below the folders that hold our own text."""
    found = []
    for folder in FOLDERS:
        found += [p for p in sorted((root / folder).rglob("*")) if p.is_file()]
    return [p for p in found if "__pycache__" not in p.parts]


def check_source(name: str, text: str) -> list[str]:
    """Complaints about a C, C++ or TableGen file."""
    complaints = []
    lines = text.splitlines()
    if not re.match(r"//===-+ " + re.escape(pathlib.Path(name).name) + " - ", text):
        complaints.append(f"{name}: expected a banner with the file's name and purpose")
    if "SPDX-License-Identifier: Apache-2.0" not in text:
        complaints.append(f"{name}: expected the licence's identifier")
    if any(line.startswith("//") and "\\n" in line for line in lines[:20]):
        complaints.append(f"{name}: expected lines in the banner, but found an escaped newline")
    if len(lines) > MAX_LINES:
        complaints.append(f"{name}: expected at most {MAX_LINES} lines, but found {len(lines)}")
    if name.startswith("lib/") and (match := FORBIDDEN.search(text)):
        complaints.append(f"{name}: expected no {match[0]} in lib/")
    return complaints


def check_names(name: str) -> list[str]:
    """Complaints about words that say nothing."""
    if any(VAGUE.search(part) for part in pathlib.PurePath(name).parts):
        return [f"{name}: expected a name that says what the file is for"]
    return []


def check_readmes(root: pathlib.Path, files: list[pathlib.Path]) -> list[str]:
    """Complaints about folders of lib/ without a README of their own or their parent's."""
    complaints = []
    lib = root / "lib"
    for folder in sorted({f.parent for f in files if lib in f.parents and f.suffix == ".cpp"}):
        places = [p / "README.md" for p in (folder, folder.parent) if p not in (lib, root)]
        readme = next((p for p in places if p.exists()), None)
        if readme is None:
            complaints.append(f"{folder.relative_to(root)}: expected a README.md")
    for readme in sorted(lib.rglob("README.md")):
        count = len(readme.read_text().splitlines())
        if count > MAX_README_LINES:
            complaints.append(f"{readme.relative_to(root)}: expected at most {MAX_README_LINES} "
                              f"lines, but found {count}")
    return complaints


def check_spaces(name: str, text: str) -> list[str]:
    """Complaints about white space that nobody sees."""
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            return [f"{name}:{number}: expected no white space at the end of the line"]
    return [] if not text or text.endswith("\n") else [f"{name}: expected a final newline"]


def check_format(root: pathlib.Path, tool: str, files: list[pathlib.Path]) -> list[str]:
    """Complaints about C and C++ files that clang-format would change."""
    sources = [str(f) for f in files if f.suffix in {".cpp", ".h", ".c"}]
    if not sources:
        return []
    command = [tool, "--dry-run", "--style=file:" + str(root / ".clang-format"), *sources]
    report = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    named = re.findall(r"^(.+?):(\d+):\d+: warning: code should be clang-formatted",
                       report, re.MULTILINE)
    first = {path: line for path, line in reversed(named)}
    return [f"{pathlib.Path(path).relative_to(root)}:{line}: expected the text of clang-format"
            for path, line in sorted(first.items())]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clang-format", help="the tool; formatting is not checked without it")
    parser.add_argument("root", type=pathlib.Path)
    arguments = parser.parse_args()
    root = arguments.root.resolve()

    files = tree(root)
    complaints = []
    for path in files:
        name = path.relative_to(root).as_posix()
        complaints += check_names(name)
        if path.suffix in SOURCES | {".py", ".mlir", ".test", ".md", ".cmake", ".txt"}:
            text = path.read_text()
            complaints += check_spaces(name, text)
            if path.suffix in SOURCES:
                complaints += check_source(name, text)
    complaints += check_readmes(root, files)
    if arguments.clang_format:
        complaints += check_format(root, arguments.clang_format, files)
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
