"""Make the source tree's `ecolm` package importable."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
sys.path.insert(0, str(ROOT / "test" / "Models"))

try:  # threads that wait for each other are slow on a shared machine
    import torch
    torch.set_num_threads(1)
except ImportError:
    collect_ignore = ["test_training.py", "test_export.py"]
