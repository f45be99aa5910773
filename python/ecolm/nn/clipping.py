"""Per-layer gradient clipping: each layer's gradient norm is bounded on its own."""

import torch
from torch import nn


def gradient_groups(model: nn.Module) -> list[list[nn.Parameter]]:
    """One group per block of `model.layers`, and one for everything outside them."""
    groups = [list(layer.parameters()) for layer in model.layers]
    inside = {id(p) for group in groups for p in group}
    return groups + [[p for p in model.parameters() if id(p) not in inside]]


def clip_per_layer(groups: list[list[nn.Parameter]], bound: float) -> None:
    """Scale each group's gradients so that their joint norm is at most `bound`."""
    for group in groups:
        torch.nn.utils.clip_grad_norm_(group, bound)
