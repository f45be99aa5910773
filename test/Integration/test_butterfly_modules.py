"""Butterflies and rotations in models that PyTorch exported, recognized by structure.

One model holds all modules of butterfly_modules.py, each with an input and an output of its
own. TorchScript's exporter is fast and runs here; what the dynamo exporter makes of the same
modules is Inputs/butterflies-dynamo.onnx, written by `python test_butterfly_modules.py`.
"""

import json
import pathlib
import re
import warnings

import numpy as np
import onnx
import pytest

torch = pytest.importorskip("torch")

import butterfly_modules as modules  # noqa: E402
import ordinary_modules as ordinary  # noqa: E402
from layer_comparison import open_session  # noqa: E402
from programs import compile_model, run_compiler  # noqa: E402

DYNAMO = pathlib.Path(__file__).parent / "Inputs" / "butterflies-dynamo.onnx"
N = modules.N
SHAPE = (2, 3, N)

# A module, the shape of its input, and the factors that it is made of.
BUTTERFLIES = {
    "torch_butterfly": (modules.TorchButterfly, SHAPE, [4]),
    "torch_butterfly_padded": (lambda: modules.TorchButterfly(12, 40), (2, 3, 12), [4]),
    "torch_butterfly_blocks": (lambda: modules.TorchButterfly(blocks=2, increasing=False),
                               SHAPE, [8]),
    "view_stack_flatten": (modules.ViewStackFlatten, SHAPE, [4]),
    "view_stack_decreasing": (lambda: modules.ViewStackFlatten(decreasing=True), SHAPE, [4]),
    "even_odd_slices": (modules.EvenOddSlices, SHAPE, [4]),
    "chunk_cat": (modules.ChunkCat, SHAPE, [4]),
    "einsum_blocks": (modules.EinsumBlocks, SHAPE, [4]),
    "matmul_blocks": (modules.MatmulBlocks, SHAPE, [4]),
    "partner_gather": (modules.PartnerGather, SHAPE, [4]),
    "roll_stages": (modules.RollStages, (3, N), [4]),
    "recursive_fft": (modules.RecursiveFFT, SHAPE, [4]),
    "walsh_hadamard": (modules.WalshHadamard, SHAPE, [4]),
    "normalized_hadamard": (modules.NormalizedHadamard, SHAPE, [1, 1, 1, 1]),
    "ternary_stages": (modules.TernaryStages, (3, N), [4]),
    "givens_rotations": (modules.GivensRotations, SHAPE, [4]),
    "kronecker_companion": (modules.KroneckerCompanion, (2, 3, 48), [4]),
    "explicit_pairs": (modules.ExplicitPairs, SHAPE, [4]),
    "monarch": (modules.Monarch, SHAPE, [2]),
    "channels_first": (modules.ChannelsFirst, (2, N, 3), [4]),
    "log_quantized_stages": (modules.LogQuantizedStages, SHAPE, [1, 1, 1, 1]),
}
# Sums of more than two terms, which onnxruntime adds in another order.
ROUNDED = {"kronecker_companion", "monarch"}
OTHERS = {
    "mlp": (ordinary.Mlp, SHAPE), "gated_halves": (ordinary.GatedHalves, SHAPE),
    "self_attention": (ordinary.SelfAttention, SHAPE),
    "rotary_positions": (ordinary.RotaryPositions, (2, 5, N)),
    "decomposed_layer_norm": (ordinary.DecomposedLayerNorm, SHAPE),
    "pixel_shuffle": (ordinary.PixelShuffle, SHAPE),
    "unfolded_convolution": (ordinary.UnfoldedConvolution, SHAPE),
    "grouped_linear": (ordinary.GroupedLinear, SHAPE),
    "residual_sums": (ordinary.ResidualSums, SHAPE),
    "feature_pooling": (ordinary.FeaturePooling, SHAPE),
    "left_over_element": (ordinary.LeftOverElement, SHAPE),
    "data_dependent_pairs": (ordinary.DataDependentPairs, SHAPE),
}


class Gallery(torch.nn.Module):
    """All modules side by side."""

    def __init__(self, names):
        super().__init__()
        torch.manual_seed(0)
        table = {**BUTTERFLIES, **OTHERS}
        self.parts = torch.nn.ModuleDict({name: table[name][0]() for name in names})

    def forward(self, *inputs):
        return tuple(part(x) for part, x in zip(self.parts.values(), inputs))


def make_inputs(names) -> list:
    """One tensor for each module."""
    g = np.random.default_rng(5)
    table = {**BUTTERFLIES, **OTHERS}
    return [torch.from_numpy(g.standard_normal(table[name][1]).astype(np.float32))
            for name in names]


def export(names, path: pathlib.Path, dynamo: bool) -> None:
    """The gallery of `names` with unknown batch sizes."""
    inputs = tuple(make_inputs(names))
    settings = {"input_names": [f"{n}.in" for n in names], "output_names": list(names)}
    if dynamo:
        shapes = (tuple({0: torch.export.Dim.DYNAMIC} for _ in names),)
        settings |= {"dynamic_shapes": shapes, "external_data": False, "verbose": False}
    else:
        settings["dynamic_axes"] = {f"{n}.in": {0: f"{n}_batch"} for n in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(Gallery(names).eval(), inputs, path, dynamo=dynamo, **settings)
