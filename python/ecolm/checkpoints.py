"""Trained models as files: what `ecolm.train` saves, and how to go on from it."""

import pathlib

import torch
from torch import nn

from .nn import EcoLM, EcoLMConfig
from .nn.families import build_family, calibrate


def load_model(path: pathlib.Path, compute: str = "float32") -> tuple[nn.Module, list[str]]:
    """The model of a checkpoint, for evaluation, and its vocabulary.

    `compute` is the type of an EcoLM's matmul operands: float32 or bfloat16.
    """
    checkpoint = torch.load(path, weights_only=True)
    config = dict(checkpoint["config"])
    if "family" in config:
        model = build_family(config.pop("family"), **config)
    else:
        model = EcoLM(EcoLMConfig(**{**config, "compute": compute}))
    model.load_state_dict(checkpoint["model"])
    return model.eval(), checkpoint["vocabulary"]


def start_from(model: nn.Module, path: pathlib.Path) -> None:
    """Give `model` the weights of a checkpoint of the same shape.

    The context may be longer: position p starts as position p mod (old context). A model
    of a family may start from its FP32 twin: scales start from the weights, rotations as
    they are.
    """
    weights = torch.load(path, weights_only=True)["model"]
    if "position_embedding.weight" in weights:
        positions = weights["position_embedding.weight"]
        wanted = torch.arange(model.config.context) % len(positions)
        weights["position_embedding.weight"] = positions[wanted]
    missing, unexpected = model.load_state_dict(weights, strict=False)
    strange = unexpected + [name for name in missing
                            if not {"weight_format", "basis", "after"} & set(name.split("."))]
    if strange:
        raise ValueError(f"{path} does not fit the model: {strange[0]}")
    if missing:
        calibrate(model)
