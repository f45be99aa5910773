#!/usr/bin/env python3
"""Checks that a test expects every sentence with which the compiler can answer.

A message is a string of C++, or of an exception of Python, with two words in a row,
wherever it stands: as the argument of emitError, of Status::failure, in a table of
reasons. So a new way to report an error needs no word here. It is expected by a test
when the longest piece of it, or a run of its words, at least WINDOW letters long and
part of no other message, stands in a check line, an expected-error, or a string of a
Python or C++ test; a message that several places give has to be expected as often.
"""

import argparse
import ast
import pathlib
import re
import sys

SOURCES = ("include", "lib", "tools", "python")
WINDOW = 16
# Text that no user meets as a message: the developer's notes to a pattern driver,
# and the descriptions of options, passes and Python functions.
UNHEARD = {"assert", "static_assert", "llvm_unreachable", "notifyMatchFailure", "desc",
           "value_desc", "clEnumValN", "def", "PassPipelineRegistration",
           "OptionCategory", "MlirOptMain", "asMainReturnCode",
           "ParseCommandLineOptions", "TranslateFromMLIRRegistration"}
TOKEN = re.compile(r"""
    (?P<skip> //[^\n]* | /\*.*?\*/ | ^[ ]*\#(?:[^\n]*\\\n)*[^\n]* | \s+)
  | R"(?P<mark>[^(\s]*)\((?P<raw>.*?)\)(?P=mark)"
  | "(?P<text>(?:\\.|[^"\\\n])*)"
  | (?P<other>'(?:\\.|[^'\\\n])+' | [A-Za-z_]\w* | \d[\w.]* | && | \|\| | :: | .)
""", re.VERBOSE | re.DOTALL | re.MULTILINE)
SENTENCE = re.compile(r"[A-Za-z]{2}[,:;)']* [('`]*[A-Za-z]{2}")
PLACEHOLDER = re.compile(r"%(?:%|[-+#0 *.\d]*(?:hh|h|ll|l|z|j|t)?[a-zA-Z])|\{\d+\}|\n|\\n")
CHECK_LINE = re.compile(r"(?:^|\s)(?:[A-Z][A-Z0-9_-]*:(?!:)|expected-\w+)(.*)")


def plain(text: str) -> str:
    """Resolve escapes and collapse white space."""
    return " ".join(re.sub(r"\\([\"'\\])", r"\1", text).split())


class Group:
    """The strings between two boundaries: one message, with what is printed in between."""

    def __init__(self, callee: str):
        self.callee, self.line, self.pieces, self.list = callee, 0, [], False


class Reader:
    """Collects the messages of one C++ file."""

    def __init__(self):
        self.groups, self.messages = [Group("")], []

    def close(self) -> None:
        group = self.groups[-1]
        if group.pieces and not any(g.callee in UNHEARD for g in self.groups):
            self.messages.append((group.line, group.pieces))
        group.pieces = []

    def add(self, line: int, text: str, adjacent: bool) -> None:
        group = self.groups[-1]
        if adjacent and group.pieces:
            group.pieces[-1] += text
            return
        group.line = group.line if group.pieces else line
        group.pieces.append(text)

    def leave(self) -> None:
        """A bracket ends: what it holds belongs to the sentence around it, unless
        it is a list of arguments."""
        group = self.groups[-1]
        if group.list or group.callee in UNHEARD:
            self.close()
        self.groups.pop()
        for piece in group.pieces:
            self.add(group.line, piece, adjacent=False)

    def read(self, text: str) -> list[tuple[int, list[str]]]:
        before, word, template = "", "", ""
        for match in TOKEN.finditer(text):
            if match["skip"] is not None:
                continue
            literal = match["raw"] if match["raw"] is not None else match["text"]
            token = match["other"]
            if literal is not None:
                self.add(text.count("\n", 0, match.start()) + 1, literal, before == '"')
                token = '"'
            elif token in "([{":
                if token == "{":
                    self.close()
                self.groups.append(Group({word: word, ">": template}.get(before, "")))
                self.groups[-1].list = token == "{"
            elif token in ")]}" and len(self.groups) > 1:
                self.leave()
                if token == "}":
                    self.close()
            elif token in (";", "?", ":", ",", "&&", "||"):
                self.close()
                self.groups[-1].list |= token == ","
            elif token == "<":
                template = word
            before = token
            if token[0].isalpha() or token[0] == "_":
                word = token
        return self.messages


def messages_of(path: pathlib.Path) -> list[tuple[int, list[str]]]:
    """Line and pieces of every message in a file."""
    found = []
    for line, strings in Reader().read(path.read_text()):
        pieces = [plain(part) for text in strings for part in PLACEHOLDER.split(text)]
        pieces = [piece for piece in pieces if piece]
        if any(map(SENTENCE.search, pieces)):
            found.append((line, pieces))
    return found


def raised_in(path: pathlib.Path) -> list[tuple[int, list[str]]]:
    """Line and pieces of every exception that a Python file raises."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Raise):
            pieces = [plain(part.value) for part in ast.walk(node)
                      if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            found.append((node.lineno, pieces))
    return [(line, pieces) for line, pieces in found if any(map(SENTENCE.search, pieces))]


def expectations(path: pathlib.Path) -> str:
    """What a test says that it will read."""
    text = path.read_text()
    if path.suffix in {".mlir", ".test"}:
        return "\n".join(plain(m[1]) for m in map(CHECK_LINE.search, text.splitlines()) if m)
    if path.suffix == ".py":
        text = re.sub(r"\"[ )(]*\n\s*[frb]*\"", "", text)
        return "\n".join(plain(m[2]) for m in re.finditer(
            r"(?P<q>\"|')((?:\\.|(?!(?P=q))[^\\\n])*)(?P=q)", text))
    strings = [piece for _, pieces in Reader().read(text) for piece in pieces]
    return "\n".join(map(plain, strings))


READERS = {".cpp": messages_of, ".h": messages_of, ".py": raised_in}


def windows(piece: str) -> list[str]:
    """The runs of whole words of `piece` that are long enough, shortest first."""
    words = piece.split(" ")
    runs = [" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)]
    return sorted((run for run in runs if len(run) >= WINDOW), key=len)


def times_expected(pieces: list[str], others: str, tests: str) -> int:
    """How often tests expect the longest piece of a message, or a run of words that is
    in no other one."""
    long = [piece for piece in pieces if len(piece) >= WINDOW]
    runs = [run for piece in long for run in windows(piece) if run not in others]
    return max(tests.count(run) for run in [max(pieces, key=len), *runs])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", type=pathlib.Path, action="append", default=[],
                        help="a page that a test compares with what a tool prints")
    parser.add_argument("root", type=pathlib.Path)
    arguments = parser.parse_args()
    root = arguments.root.resolve()

    tests = "\n".join(expectations(p) for p in sorted((root / "test").rglob("*"))
                      if p.suffix in {".mlir", ".test", ".py", ".cpp", ".c"}
                      and "House" not in p.relative_to(root).parts)
    tests += "\n".join(plain(page.read_text()) for page in arguments.page)
    sites: dict[str, list[tuple[str, list[str]]]] = {}
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            reader = READERS.get(path.suffix)
            for line, pieces in reader(path) if reader else []:
                place = f"{path.relative_to(root)}:{line}"
                sites.setdefault(" ... ".join(pieces), []).append((place, pieces))
    complaints = []
    for text, places in sites.items():
        others = "\n".join(other for other in sites if other != text)
        times = times_expected(places[0][1], others, tests)
        if times < len(places):
            complaints += [f"{place}: {times} tests expect: {text}" for place, _ in places]
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
