"""Make the source tree's `ecolm` package importable, and share compiled programs."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
for folder in (ROOT / "python", ROOT / "test" / "Models", pathlib.Path(__file__).parent):
    sys.path.insert(0, str(folder))

from programs import COMPILER, MODELS, Program, compile_model  # noqa: E402

os.environ.setdefault("ECOLM_COMPILE", str(COMPILER))


@pytest.fixture(scope="session")
def shipped_program(tmp_path_factory):
    """A function from the name of a shipped model to its program, compiled once."""
    made: dict[str, Program] = {}

    def program(name: str) -> Program:
        if name not in made:
            folder = tmp_path_factory.mktemp("shipped")
            made[name] = compile_model(MODELS / f"{name}.onnx", folder / "program")
        return made[name]

    return program
