"""EcoLM and its comparison models in PyTorch."""

from .butterfly import ButterflyLinear, chain_shapes, dense_matrices
from .clipping import clip_per_layer, gradient_groups
from .model import EcoLM, EcoLMConfig

__all__ = ["ButterflyLinear", "EcoLM", "EcoLMConfig",
           "chain_shapes", "clip_per_layer", "dense_matrices", "gradient_groups"]
