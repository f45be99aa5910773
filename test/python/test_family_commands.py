"""The commands of docs/Families.md and of the small models, on a small text."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SMALL = ["layers=1", "width=16", "hidden=32", "context=8", "heads=2", "kv_heads=2", "tokens=256",
         "evaluate_every=256", "batch=2"]


def documented_commands() -> list[list[str]]:
    """Every `python ...` line of the page, split into words."""
    page = (ROOT / "docs" / "Families.md").read_text()
    lines = [line for block in re.findall(r"```sh\n(.*?)```", page, re.S)
             for line in block.splitlines() if line.startswith("python ")]
    return [shlex.split(line) for line in lines]


def test_documented_commands_run(tmp_path):
    (tmp_path / "tinyshakespeare.txt").write_text("to be, or not to be: " * 40)
    (tmp_path / "test").symlink_to(ROOT / "test")
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "python"), OMP_NUM_THREADS="1")
    commands = documented_commands()
    assert len(commands) >= 8
    for words in commands:
        arguments = words[1:]
        if "ecolm.train" in words:
            arguments += SMALL
        elif "ecolm.accuracy" in words:
            arguments += ["--no-training", "--steps", "8"]
        else:  # one of the small models is enough
            arguments += ["uniform-8", "--tokens", "768", "--out", str(tmp_path)]
        result = subprocess.run([sys.executable, *arguments], cwd=tmp_path, env=environment,
                                capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
    rows = json.loads((tmp_path / "tables" / "rotations.json").read_text())
    assert {"FP32", "uniform, 2 bits, group 128", "hadamard, 2 bits, group 128",
            "butterflyquant, 2 bits, group 128"} <= set(rows)
    learned = rows["butterflyquant, 2 bits, group 128"]
    assert learned["error_after"] < learned["error_before"]
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert [line["file"] for line in manifest] == ["uniform-8.nbits.onnx", "uniform-8.qdq.onnx"]
    assert (tmp_path / "uniform-8.qdq.onnx").exists()


def test_the_tables_of_the_page_are_its_data():
    """Each row of docs/families.json stands in the page with its loss."""
    page = (ROOT / "docs" / "Families.md").read_text()
    data = json.loads((ROOT / "docs" / "families.json").read_text())
    rows = [(name, row["loss"]) for table in data.values() for name, row in table.items()]
    assert len(rows) > 40
    for name, loss in rows:
        lines = [line for line in page.splitlines() if line.startswith(f"| {name} |")]
        assert any(f"{loss:.3f}" in line for line in lines), name
