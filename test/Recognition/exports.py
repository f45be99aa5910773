"""Write a style as ONNX with each of PyTorch's exporters, over the opsets that they know."""

import contextlib
import dataclasses
import io
import logging
import os
import pathlib
import sys
import warnings
import zlib

import numpy as np
import onnx
import torch
from intentions import Style

# PyTorch 2.13 has two exporters. The one by torch.export folds what is constant unless told not
# to, and begins with opset 18; the one by TorchScript folds little, and ends with opset 23.
OPSETS = {"torch.export": range(18, 26), "torch.export, unfolded": range(18, 26),
          "TorchScript": range(13, 24)}
EXPORTERS = tuple(OPSETS)


@dataclasses.dataclass
class Export:
    """An exported graph, inputs for it, and what PyTorch says of them."""

    style: Style
    exporter: str
    opset: int
    model: onnx.ModelProto
    module: torch.nn.Module


def seed(name: str) -> int:
    """A number for a name, the same in every run."""
    return zlib.crc32(name.encode())


def choose_opset(style: Style, exporter: str) -> int:
    """Opsets take turns by the name of the style."""
    opsets = OPSETS[exporter]
    return opsets[seed(style.name + exporter) % len(opsets)]


def make_module(style: Style) -> torch.nn.Module:
    """The module of a style, the same in every run."""
    torch.manual_seed(seed(style.name))
    return style.build().eval().requires_grad_(False)


@contextlib.contextmanager
def quiet():
    """Keeps the exporters' progress reports and advice off the terminal, C++'s too."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    sys.stdout.flush()
    saved, nowhere = [os.dup(1), os.dup(2)], os.open(os.devnull, os.O_WRONLY)
    try:
        for number in (1, 2):
            os.dup2(nowhere, number)
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), \
                contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for number, file in zip((1, 2), saved):
            os.dup2(file, number)
        for file in (*saved, nowhere):
            os.close(file)
        logging.disable(level)


def find_fault(model: onnx.ModelProto) -> str:
    """What ONNX's own checker says of a graph that contradicts itself, or nothing."""
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        return str(error).split("\n")[0][:200]
    return ""


def export(style: Style, exporter: str, opset: int, file: pathlib.Path) -> Export:
    """The graph of a style, written to `file`. Raises whatever the exporter raises."""
    module = make_module(style)
    inputs = tuple(torch.from_numpy(i.draw(np.random.default_rng(0))) for i in style.inputs)
    names = [f"input_{i}" for i in range(len(inputs))]
    settings = {"input_names": names, "output_names": ["output"], "opset_version": opset}
    with quiet(), torch.no_grad():
        if exporter == "TorchScript":
            axes = {names[0]: {axis: f"size_{axis}" for axis in style.free}}
            torch.onnx.export(module, inputs, file, dynamo=False, **settings,
                              dynamic_axes=axes if style.free else None)
        else:
            shapes = tuple({axis: torch.export.Dim.DYNAMIC for axis in style.free} if i == 0
                           else {} for i in range(len(inputs)))
            torch.onnx.export(module, inputs, file, dynamo=True, **settings, verbose=False,
                              optimize=exporter == "torch.export",
                              dynamic_shapes=shapes if style.free else None)
    model = onnx.load(file)
    if style.rewrite:
        model = style.rewrite(model)
        onnx.save(model, file)
    return Export(style, exporter, opset, model, module)
