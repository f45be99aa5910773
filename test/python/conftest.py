"""Make the source tree's `ecolm` package importable."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
sys.path.insert(0, str(ROOT / "test" / "Models"))

try:  # threads that wait for each other are slow on a shared machine
    import torch
    torch.set_num_threads(1)
    NEED_TORCH = []
except ImportError:
    NEED_TORCH = ["test_training.py", "test_training_commands.py", "test_export.py",
                  "test_families.py", "test_spellings.py", "test_family_commands.py"]
collect_ignore = NEED_TORCH


def pytest_terminal_summary(terminalreporter):
    """Says at the end what is not tested."""
    if NEED_TORCH:
        terminalreporter.write_line(f"not run, for want of PyTorch: {' '.join(NEED_TORCH)}")
