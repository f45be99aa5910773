"""A linear layer whose weight, input and basis a family chooses."""

import torch.nn.functional as F
from torch import Tensor, nn


def straight_through(x: Tensor, quantized: Tensor, training: bool) -> Tensor:
    """`quantized`; while training, with the gradient of `x`."""
    return x + (quantized - x).detach() if training else quantized


class TokenInt8(nn.Module):
    """Per-token int8 as BitNet computes it: s = 127 / max|x|, round half to even."""

    def forward(self, x: Tensor) -> Tensor:
        """x (..., n) -> clip(round(x s), -128, 127) / s, same shape."""
        scale = 127 / x.abs().amax(dim=-1, keepdim=True).clamp(min=1e-5)
        quantized = (x * scale).round().clamp(-128, 127) / scale
        return straight_through(x, quantized, self.training)


class LowBitLinear(nn.Linear):
    """y = after(Q(basis of W) a(basis x)) + bias.

    `weight_format` is Q, which gives values of the format as f32; `activation` is a, the
    quantizer of the input; `basis` is a change of basis of the input with a method
    `weight` that changes the rows of W to match (`nn.Identity`: none); `after` is
    applied to the product.
    """

    def __init__(self, n_in: int, n_out: int, bias: bool, weight_format: nn.Module,
                 activation: nn.Module | None = None, basis: nn.Module | None = None,
                 after: nn.Module | None = None):
        super().__init__(n_in, n_out, bias=bias)
        self.weight_format = weight_format
        self.activation = activation or nn.Identity()
        self.basis = basis
        self.after = after or nn.Identity()

    def latent(self) -> Tensor:
        """The weight in the basis in which it is quantized (n_out, n_in)."""
        return self.weight if self.basis is None else self.basis.weight(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        """x (..., n_in) -> (..., n_out)."""
        if self.basis is not None:
            x = self.basis(x)
        y = self.after(F.linear(self.activation(x), self.weight_format(self.latent())))
        return y if self.bias is None else y + self.bias


def low_bit_layers(model: nn.Module) -> dict[str, LowBitLinear]:
    """Every quantized linear layer by its dotted name."""
    return {name: layer for name, layer in model.named_modules()
            if isinstance(layer, LowBitLinear)}
