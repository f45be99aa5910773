"""Learn rotations after training: layer by layer, from what the twin's layers read."""

import torch
from torch import Tensor, nn

from .nn.low_bit_linear import LowBitLinear, low_bit_layers
from .nn.transformer import Transformer


@torch.no_grad()
def input_moments(twin: Transformer, ids: Tensor) -> dict[str, Tensor]:
    """X^T X / rows of the input of every linear layer of `twin`, (n, n) by dotted name."""
    moments, handles = {}, []
    for name, layer in twin.named_modules():
        if isinstance(layer, nn.Linear) and name.startswith("layers."):
            def record(module: nn.Module, inputs: tuple[Tensor], name: str = name) -> None:
                x = inputs[0].flatten(0, -2)
                moments[name] = x.T @ x / len(x)
            handles.append(layer.register_forward_pre_hook(record))
    twin(ids)
    for handle in handles:
        handle.remove()
    return moments


def reconstruction_error(layer: LowBitLinear, moment: Tensor) -> Tensor:
    """E|Q(W M) M^-1 x - W x|^2 / E|W x|^2 over inputs of second moment `moment`, a scalar.

    M is what the layer's basis does to rows; inputs go through the basis itself.
    """
    inputs = layer.basis(torch.eye(layer.in_features))
    weight = layer.weight.detach()
    difference = layer.weight_format(layer.basis.weight(weight)) @ inputs.T - weight
    return (difference @ moment * difference).sum() / (weight @ moment * weight).sum()


def calibrate_layer(layer: LowBitLinear, moment: Tensor, steps: int, rate: float
                    ) -> tuple[float, float]:
    """Learn the basis of one layer by Adam, cosine schedule; errors before and after.

    The basis that was best on the way stays.
    """
    parameters = list(layer.basis.parameters())
    optimizer = torch.optim.Adam(parameters, rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    layer.train()
    first, best, kept = None, float("inf"), []
    for _ in range(steps):
        error = reconstruction_error(layer, moment)
        if error.item() < best:
            best, kept = error.item(), [p.detach().clone() for p in parameters]
        first = error.item() if first is None else first
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        for parameter, value in zip(parameters, kept):
            parameter.copy_(value)
    layer.eval()
    return first, best


def calibrate_bases(model: Transformer, twin: Transformer, ids: Tensor, steps: int = 200,
                    rate: float = 0.02) -> dict[str, tuple[float, float]]:
    """Learn every basis of `model`, which has the weights of `twin`, on the text `ids`.

    ids (rows, time). Returns the relative errors of each layer before and after.
    """
    moments = input_moments(twin, ids)
    return {name: calibrate_layer(layer, moments[name], steps, rate)
            for name, layer in low_bit_layers(model).items()}
