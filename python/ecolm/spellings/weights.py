"""What a quantized layer stores, as numpy arrays."""

import dataclasses

import numpy as np
import torch

from ..nn.low_bit_linear import LowBitLinear
from ..nn.uniform import Uniform


@dataclasses.dataclass
class LayerWeights:
    """Codes of a weight (N, K): ternary values, power-of-two codes per term, or integers."""

    kind: str  # ternary, pot or uniform
    terms: list[np.ndarray]  # int8 (uint8 if uniform)
    scale: np.ndarray  # f32, () or (N, G)
    zero: np.ndarray | None = None  # integers (N, G), uniform only
    bits: int = 8
    emin: int = 0
    emax: int = 0
    code_bits: float = 0  # of one weight, all terms

    @property
    def groups(self) -> int:
        """Scales per row; 0 is one for the tensor."""
        return self.scale.shape[1] if self.scale.ndim else 0

    @property
    def codes(self) -> np.ndarray:
        """The codes of the only term."""
        return self.terms[0]


@torch.no_grad()
def layer_weights(layer: LowBitLinear) -> LayerWeights:
    """The stored form of a trained layer, from its format and latent."""
    form, latent = layer.weight_format, layer.latent()
    codes = form.codes(latent)
    if isinstance(form, Uniform):
        scale, zero = (t[..., 0].numpy() for t in form.grid(latent))
        return LayerWeights("uniform", [codes.numpy()], scale, zero.astype(np.int64), form.bits,
                            code_bits=form.bits)
    scale = form.scale(latent)
    scale = scale.view(()) if scale.numel() == 1 else scale[..., 0]
    if form.kind == "ternary":
        return LayerWeights("ternary", [codes.numpy().astype(np.int8)], scale.numpy(), bits=2,
                            code_bits=2)
    return LayerWeights("pot", [term.numpy() for term in codes], scale.numpy(),
                        emin=form.emin, emax=form.emax, code_bits=form.code_bits)


def integer_weights(weights: LayerWeights) -> LayerWeights:
    """The same values as integers times a scale, for operators that know nothing else."""
    if weights.kind != "pot":
        return weights
    if len(weights.terms) << (weights.emax - weights.emin) > 127:
        raise ValueError(f"2^{weights.emin} ... 2^{weights.emax} are no int8 multiples of one unit")
    codes = np.stack(weights.terms).astype(np.int64)
    integers = (np.sign(codes) << np.maximum(np.abs(codes) - 1, 0)).sum(0)
    return LayerWeights("uniform", [integers.astype(np.int8)],
                        weights.scale * np.float32(2.0**weights.emin))


def bits_per_weight(layer: LowBitLinear) -> float:
    """Stored bits of a weight: its codes, scales of 16 bits, zero points of the codes' width."""
    weights = layer_weights(layer)
    scales = max(weights.scale.size, 1) * 16
    zeros = weights.zero.size * weights.bits if weights.zero is not None else 0
    return weights.code_bits + (scales + zeros) / layer.weight.numel()
