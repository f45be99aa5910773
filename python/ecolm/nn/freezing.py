"""A trained model as what it stores: quantized values in place of latents and formats."""

import copy

import torch
from torch import nn

from .basis import Basis
from .low_bit_linear import low_bit_layers
from .pot_butterfly import PotButterflyLinear
from .transformer import Transformer


@torch.no_grad()
def settled(model: Transformer) -> Transformer:
    """A copy whose rotations are constants; its latents are in the bases that they made."""
    model = copy.deepcopy(model)
    for layer in low_bit_layers(model).values():
        if layer.basis is not None:
            layer.weight.copy_(layer.latent())
            layer.basis = layer.basis.inputs_only()
        if isinstance(layer.after, Basis):
            layer.after = layer.after.inputs_only()
    return model.eval()


@torch.no_grad()
def frozen(model: Transformer, folded: bool = False) -> Transformer:
    """A copy for inference whose weights hold their quantized values as f32.

    Rotations are computed stage by stage or, `folded`, as products with their matrices.
    """
    model = settled(model)
    for layer in low_bit_layers(model).values():
        layer.weight.copy_(layer.weight_format(layer.weight))
        layer.weight_format = nn.Identity()
    for layer in (m for m in model.modules() if isinstance(m, PotButterflyLinear)):
        for latent in layer.factors:
            latent.copy_(layer.weight_format(latent))
        layer.weight_format = nn.Identity()
    for table, table_format in model.tables():
        table.copy_(table_format(table))
    model.token_format = model.position_format = nn.Identity()
    for basis in (m for m in model.modules() if isinstance(m, Basis)):
        basis.train(folded)
    return model


@torch.no_grad()
def narrowed(model: nn.Module, dtype: torch.dtype) -> nn.Module:
    """A copy whose matrices hold only values of a narrower float type."""
    model = copy.deepcopy(model)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            parameter.copy_(parameter.to(dtype).float())
    return model
