"""The commands and the IR in README.md and docs/, against what the tools do today."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ECOLM_BUILD", ROOT / "build"))
PAGES = ["README.md", "docs/Tutorial.md", "docs/Architecture.md"]
# Installs and builds, or runs this very test: held by the next test and by CI.
SCRIPTS = ["bash tools/quickstart.sh", "bash tools/check.sh"]

pytestmark = pytest.mark.skipif(
    not (BUILD / "bin/ecolm-compile").exists(), reason="the tools are not built")


def blocks(page: str, language: str) -> list[str]:
    """The text of every fenced block of a language."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.S)


def commands(page: str) -> list[str]:
    return [line for block in blocks(page, "sh") for line in block.splitlines()]


def run_in(folder: pathlib.Path, command: str) -> str:
    """Runs a documented command: the tools of this build, and outputs in `folder`."""
    command = re.sub(r"(?<![\w/])build/(bin/)?",
                     lambda m: f"{BUILD}/bin/" if m[1] else f"{folder}/", command)
    path = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=dict(os.environ, PATH=path),
                          capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout


def normalized(line: str) -> str:
    """IR without the numbers of values, which any change to the compiler moves."""
    return re.sub(r"%\w+", "%", line.strip())


def missing_lines(excerpt: str, text: str) -> list[str]:
    """The lines of an excerpt that the IR does not hold; `...` ends the part that counts."""
    known = [normalized(line) for line in text.splitlines()]
    lines = [normalized(line.split("...")[0]) for line in excerpt.splitlines()]
    return [line for line in lines if not any(k.startswith(line) for k in known)]


@pytest.mark.parametrize("page", PAGES)
def test_commands_run(page, tmp_path):
    training = commands("docs/Training.md")  # run on a small text by test_training_commands.py
    ran = 0
    for command in commands(page):
        if command in SCRIPTS:
            script = ROOT / command.split()[1]
            subprocess.run(["bash", "-n", str(script)], check=True)
        elif command not in training:
            run_in(tmp_path, command)
            ran += 1
    assert ran > 0


def test_quickstart_speaks(tmp_path):
    environment = dict(os.environ, ECOLM_SKIP_BUILD="1", ECOLM_BUILD=str(BUILD))
    done = subprocess.run(["bash", str(ROOT / "tools/quickstart.sh")], cwd=tmp_path,
                          env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("To be") and len(done.stdout) > 200


def test_a_command_that_fails_is_noticed(tmp_path):
    with pytest.raises(AssertionError, match="no-such-model"):
        run_in(tmp_path, "build/bin/ecolm-compile no-such-model.onnx -o build/none")


def test_python_page(tmp_path, monkeypatch):
    """Commands and statements in their order; what a comment after print says is printed."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'python'}{os.pathsep}{BUILD.absolute() / 'python'}")
    for command in commands("docs/Python.md"):
        run_in(tmp_path, command)
    script = "\n".join(blocks("docs/Python.md", "python"))
    done = subprocess.run([sys.executable, "-c", script.replace('"build/', f'"{tmp_path}/')], cwd=ROOT,
                          capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    promised = re.findall(r"print\(.*\) +# (.*?)(?:\.\.\.)?$", script, re.M)
    assert len(promised) == 3
    for words in promised:
        assert words in done.stdout, f"{words!r} is not in: {done.stdout}"


def test_phases_are_as_documented(tmp_path):
    run_in(tmp_path, commands("docs/Architecture.md")[0])
    names = ["1-import", "2-recognize", "3-optimize", "4-lower"]
    excerpts = blocks("docs/Architecture.md", "mlir")
    assert len(excerpts) == len(names)
    for name, excerpt in zip(names, excerpts):
        assert not missing_lines(excerpt, (tmp_path / f"phases/{name}.mlir").read_text()), name


def test_a_wrong_excerpt_is_noticed():
    assert not missing_lines("%1 = ecolm.shift %0 by [1, ...", "  %7 = ecolm.shift %3 by [1, 2]")
    assert missing_lines("%1 = ecolm.shift %0 by [1, ...", "  %7 = ecolm.shift %3 by [2, 2]")
