"""EcoLM and its comparison models in PyTorch."""

from .butterfly import ButterflyLinear, apply_factor, chain_shapes
from .clipping import clip_per_layer, gradient_groups
from .dense import DenseConfig, DenseGPT
from .model import EcoLM, EcoLMConfig

__all__ = ["ButterflyLinear", "DenseConfig", "DenseGPT", "EcoLM", "EcoLMConfig",
           "apply_factor", "chain_shapes", "clip_per_layer", "gradient_groups"]
