"""Runs ecolm-run-tokenizer: what a compiled program does with a tokenizer.json."""

import array
import contextlib
import os
import pathlib
import struct
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ECOLM_BUILD", ROOT / "build"))
TOOL = BUILD / "bin" / "ecolm-run-tokenizer"


class Refused(Exception):
    """What the importer said."""


class TokenizerProcess:
    """A tokenizer of the program's, behind a pipe."""

    def __init__(self, json: str):
        self._file = tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8")
        self._file.write(json)
        self._file.flush()
        self._process = subprocess.Popen([TOOL, self._file.name], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.stderr.close()
        self._process.wait()
        self._file.close()

    def _ask(self, letter: bytes, payload: bytes) -> bytes:
        pipe = self._process
        try:
            pipe.stdin.write(letter + struct.pack("<I", len(payload)) + payload)
            pipe.stdin.flush()
            head = pipe.stdout.read(8)
        except BrokenPipeError:
            head = b""
        if len(head) < 8:
            raise Refused(pipe.stderr.read().decode() + f" (ended with {pipe.wait()})")
        status, size = struct.unpack("<II", head)
        answer = pipe.stdout.read(size)
        if status:
            raise ValueError(answer.decode())
        return answer

    def encode(self, text: str | bytes, add_special_tokens: bool = True) -> list[int]:
        data = text if isinstance(text, bytes) else text.encode()
        answer = self._ask(b"E" if add_special_tokens else b"e", data)
        return array.array("i", answer).tolist()

    def decode(self, ids: list[int], skip_special_tokens: bool = True) -> str:
        answer = self._ask(b"d" if skip_special_tokens else b"D", array.array("i", ids).tobytes())
        return answer.decode()
