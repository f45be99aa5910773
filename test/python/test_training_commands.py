"""The commands of docs/Training.md, on a small text and a small model."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SMALL = ["tokens=512", "evaluate_every=256", "context=16", "layers=1", "width=32", "hidden=64",
         "batch=2", "stages=[[8,1],[8,4]]"]


def documented_commands() -> list[list[str]]:
    """Every `python -m ecolm...` line of the page, split into words."""
    page = (ROOT / "docs" / "Training.md").read_text()
    lines = [line for block in re.findall(r"```sh\n(.*?)```", page, re.S)
             for line in block.splitlines() if line.startswith("python -m ecolm")]
    return [shlex.split(line) for line in lines]


def test_documented_commands_run(tmp_path):
    (tmp_path / "tinyshakespeare.txt").write_text("to be, or not to be: " * 60)
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "python"), OMP_NUM_THREADS="1")
    commands = documented_commands()
    assert len(commands) == 6
    for words in commands:
        arguments = words[1:] + SMALL if "ecolm.train" in words else words[1:]
        result = subprocess.run([sys.executable, *arguments], cwd=tmp_path, env=environment,
                                capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
    record = json.loads((tmp_path / "run" / "record.json").read_text())
    assert record["tokens"] == 512 and len(record["curve"]) == 2
    assert (tmp_path / "run" / "loss.png").exists()
    assert (tmp_path / "run" / "model.onnx").exists()


def test_unknown_options_are_refused(tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "ecolm.train", "none.txt", "run", "--set", "widht=3"], cwd=tmp_path,
        env=dict(os.environ, PYTHONPATH=str(ROOT / "python")), capture_output=True, text=True)
    assert result.returncode == 2 and "unknown option widht=3" in result.stderr
