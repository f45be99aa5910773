"""Trained models as files: what `ecolm.train` saves, and how to go on from it."""

import pathlib

import torch
from torch import nn

from .nn import EcoLM, EcoLMConfig


def load_model(path: pathlib.Path, compute: str) -> tuple[EcoLM, list[str]]:
    """The EcoLM or FP32 twin of a checkpoint, for evaluation, and its vocabulary.

    `compute` is the type of the matmul operands: float32 or bfloat16.
    """
    checkpoint = torch.load(path, weights_only=True)
    model = EcoLM(EcoLMConfig(**{**checkpoint["config"], "compute": compute}))
    model.load_state_dict(checkpoint["model"])
    return model.eval(), checkpoint["vocabulary"]


def start_from(model: nn.Module, path: pathlib.Path) -> None:
    """Give `model` the weights of a checkpoint of the same shape.

    The context may be longer: position p starts as position p mod (old context).
    """
    weights = torch.load(path, weights_only=True)["model"]
    positions = weights["position_embedding.weight"]
    wanted = torch.arange(model.config.context) % len(positions)
    weights["position_embedding.weight"] = positions[wanted]
    model.load_state_dict(weights)
