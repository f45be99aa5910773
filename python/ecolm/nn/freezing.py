"""A trained model as what it stores: quantized values in place of latents and formats."""

import copy

import torch
from torch import nn

from .basis import Basis
from .low_bit_linear import low_bit_layers
from .pot_butterfly import PotButterflyLinear
from .transformer import Transformer


@torch.no_grad()
def frozen(model: Transformer) -> Transformer:
    """A copy for inference whose weights hold their quantized values as f32."""
    model = copy.deepcopy(model).eval()
    for layer in low_bit_layers(model).values():
        layer.weight.copy_(layer.weight_format(layer.latent()))
        layer.weight_format = nn.Identity()
        if layer.basis is not None:
            layer.basis = layer.basis.inputs_only()
        if isinstance(layer.after, Basis):
            layer.after = layer.after.inputs_only()
    for layer in (m for m in model.modules() if isinstance(m, PotButterflyLinear)):
        for latent in layer.factors:
            latent.copy_(layer.weight_format(latent))
        layer.weight_format = nn.Identity()
    for table, table_format in model.tables():
        table.copy_(table_format(table))
    model.token_format = model.position_format = nn.Identity()
    return model


@torch.no_grad()
def narrowed(model: nn.Module, dtype: torch.dtype) -> nn.Module:
    """A copy whose matrices hold only values of a narrower float type."""
    model = copy.deepcopy(model)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            parameter.copy_(parameter.to(dtype).float())
    return model
