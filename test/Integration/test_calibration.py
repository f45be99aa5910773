"""--calibration: scales are those that the inputs of a matrix make best, by definition."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import pytest
from ecolm.matrix_inputs import collect

from programs import MODELS, ROOT, compile_model, run_compiler
from test_quantize_models import INPUTS, OUTPUTS, make_model

GROUP = 16


def weighted_group(w: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Integers of four bits for one group: the scale of the least weighted error of 200, and
    then that of the least error of the sums over the rows of x."""
    importance = (x ** 2).mean(axis=0)
    first = np.float32(np.abs(w).max() / np.float32(7))
    scales = [np.float32(first * np.float32(i)) / np.float32(100) for i in range(1, 201)]
    candidates = [np.clip(np.rint(w / scale), -8, 7) for scale in scales]
    errors = [(importance * (w - codes * scale) ** 2).sum()
              for codes, scale in zip(candidates, scales)]
    codes = candidates[int(np.argmin(errors))]
    return codes * ((x @ w) @ (x @ codes) / ((x @ codes) @ (x @ codes)))


@pytest.fixture
def data():
    g = np.random.default_rng(7)
    w = g.standard_normal((OUTPUTS, INPUTS)).astype(np.float32)
    # Inputs of very different sizes that depend on each other.
    x = g.standard_normal((200, 8)) @ g.standard_normal((8, INPUTS)) * g.uniform(0.05, 4, INPUTS)
    return w, x.astype(np.float32)


def quantized(w, x, folder: pathlib.Path, *options) -> np.ndarray:
    """The matrix that the program multiplies by."""
    program = compile_model(make_model(w), folder / "model",
                            f"--quantize=int4:zero_point=no,group={GROUP}", *options)
    return program.evaluate({"x": np.eye(INPUTS, dtype=np.float32)})["y"].T


def test_scales_are_the_best_for_the_inputs(data, tmp_path):
    w, x = data
    np.savez(tmp_path / "inputs.npz", w=x, other=x[:, :3])
    plain = quantized(w, x, tmp_path)
    fitted = quantized(w, x, tmp_path, f"--calibration={tmp_path}/inputs.npz")
    expected = np.concatenate(
        [[weighted_group(row.astype(np.float64), x[:, k:k + GROUP].astype(np.float64))
          for row in w[:, k:k + GROUP]] for k in range(0, INPUTS, GROUP)], axis=1)
    # A tie of two scales may fall either way in f32.
    wrong = np.abs(fitted - expected).max(axis=1) > 1e-4
    assert wrong.mean() < 0.1
    assert np.linalg.norm(x @ (fitted - w).T) < 0.9 * np.linalg.norm(x @ (plain - w).T)
    assert np.linalg.norm(fitted - w) > np.linalg.norm(plain - w)  # not what was minimized


@pytest.mark.parametrize("arrays, message", [
    ({"w": np.ones((2, 3), np.float32)}, "expected inputs of 48 columns for 'w', but found 3"),
    ({"w": np.ones((2, 48))}, "array 'w': expected float32 [rows, inputs]"),
    ({"w": np.full((2, 48), np.nan, np.float32)}, "holds a number that is not finite"),
    ({"v": np.ones((2, 48), np.float32)}, "has no array for any of the matrices"),
    (None, "inputs.npz"),
])
def test_files_that_do_not_fit(arrays, message, data, tmp_path):
    onnx.save(make_model(data[0]), tmp_path / "model.onnx")
    if arrays:
        np.savez(tmp_path / "inputs.npz", **arrays)
    result = run_compiler(tmp_path / "model.onnx", "-o", tmp_path / "model", "--quantize=int4",
                          f"--calibration={tmp_path}/inputs.npz")
    assert result.returncode not in (0, -6, -11)
    assert "--calibration" in result.stderr and message in result.stderr
    assert not (tmp_path / "model").exists()


def test_inputs_are_collected_by_the_names_of_the_report(tmp_path):
    """What the command collects is what the compiler looks for."""
    path = next((ROOT / "test" / "RandomModels" / "Models").glob("gpt2-*.onnx"))
    inputs = collect(path, np.arange(64) % 20, 8, rows=30)
    report = run_compiler(path, "--emit=report-json", "-o", "-", "--quantize=int8")
    matrices = {m["name"]: m["inputs"] for m in json.loads(report.stdout)["quantized"]}
    assert len(set(inputs) & set(matrices)) >= 4
    for name in set(inputs) & set(matrices):
        assert inputs[name].shape == (30, matrices[name])
        assert np.ptp(inputs[name], axis=0).min() > 0


def test_command_line(tmp_path):
    (tmp_path / "text.txt").write_text("To be, or not to be, that is the question.\n" * 20)
    subprocess.run([sys.executable, "-m", "ecolm.matrix_inputs",
                    MODELS / "families" / "pot-gpt2.plain.onnx", "--text",
                    tmp_path / "text.txt", "-o", tmp_path / "inputs.npz", "--rows", "10"],
                   check=True, cwd=pathlib.Path(__file__).parents[2] / "python")
    with np.load(tmp_path / "inputs.npz") as archive:
        assert all(archive[name].shape[0] == 10 for name in archive.files) and archive.files
