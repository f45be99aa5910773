"""Run the compiler under test and the programs that it writes."""

import dataclasses
import os
import pathlib
import subprocess

import numpy as np
import onnx

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = ROOT / "test" / "Models"
BUILD = pathlib.Path(os.environ.get("ECOLM_BUILD", ROOT / "build"))
COMPILER = pathlib.Path(os.environ.get("ECOLM_COMPILE", BUILD / "bin" / "ecolm-compile"))


def run_compiler(*arguments, **settings) -> subprocess.CompletedProcess:
    """The compiler's exit status and what it printed; never raises."""
    return subprocess.run([COMPILER, *map(str, arguments)], capture_output=True, text=True,
                          **settings)


# For a model of less than 1 MiB in which there is a layer of every kind, or one of any size.
ANY_SIZE = "--max-operations=0"


@dataclasses.dataclass
class Program:
    """A compiled model."""

    path: pathlib.Path
    # What runs it, if this machine does not.
    runner: tuple[str, ...] = ()

    def run(self, *arguments) -> str:
        """Standard output of a run that must succeed."""
        result = subprocess.run([*self.runner, self.path, *map(str, arguments)],
                                capture_output=True, text=True)
        assert result.returncode == 0, f"{self.path.name} {arguments}: {result.stderr}"
        return result.stdout

    def evaluate(self, inputs: dict[str, np.ndarray], *options) -> dict[str, np.ndarray]:
        """All outputs by name."""
        read, written = self.path.with_suffix(".in.npz"), self.path.with_suffix(".out.npz")
        np.savez(read, **inputs)
        self.run("--input", read, "--output", written, *options)
        with np.load(written) as outputs:
            return dict(outputs)

    def logits(self, ids: np.ndarray, *options) -> np.ndarray:
        """Logits of a language model for `ids` int64 [1, sequence]."""
        read, written = self.path.with_suffix(".ids.npy"), self.path.with_suffix(".logits.npy")
        np.save(read, ids)
        self.run("--input", read, "--output", written, *options)
        return np.load(written)


def compile_model(model: onnx.ModelProto | pathlib.Path, path: pathlib.Path,
                  *options) -> Program:
    """Compile a model, which is written beside `path` unless it is a file."""
    if isinstance(model, onnx.ModelProto):
        file = path.with_suffix(".onnx")
        onnx.save(model, file)
        model = file
    result = run_compiler(model, "-o", path, *options)
    assert result.returncode == 0, result.stderr
    return Program(path)
