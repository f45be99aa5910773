"""Write a random model as ONNX with one of torch's two exporters."""

import contextlib
import dataclasses
import io
import json
import pathlib
import warnings

import onnx
import torch

from configurations import Configuration
from families import make_model

PAST = 3  # Tokens of past in the example, and in a model with static shapes.


def make_inputs(c: Configuration, tokens: int, past: int) -> dict[str, torch.Tensor]:
    """Random inputs by name."""
    draw = torch.Generator().manual_seed(c.seed + 1000 * tokens + past)
    ids = torch.randint(0, c.vocabulary, (c.batch, tokens), generator=draw)
    if c.family == "bert":
        mask = (torch.rand(c.batch, tokens, generator=draw) < 0.8).long()
        mask[:, 0] = 1
        return {"ids": ids, "mask": mask, "kinds": torch.randint(0, 2, ids.shape, generator=draw)}
    inputs = {"ids": ids}
    heads = c.heads if c.family == "gpt2" else c.key_heads
    for layer in range(c.layers if c.past else 0):
        for kind in ("key", "value"):
            shape = (c.batch, heads, past, c.head_size)
            inputs[f"past_{kind}_{layer}"] = torch.randn(shape, generator=draw).to(getattr(torch, c.dtype))
    return inputs


def name_outputs(c: Configuration) -> list[str]:
    """The outputs, in the order of the model."""
    if c.family == "bert":
        return ["states", "pooled"]
    presents = [f"present_{kind}_{layer}" for layer in range(c.layers) for kind in ("key", "value")]
    return ["logits", *(presents if c.past else [])]


def export(c: Configuration, path: pathlib.Path) -> None:
    """Writes the model of `c` to `path`, with `c` in its metadata."""
    run_exporter(c, path)
    model = onnx.load(path)
    del model.metadata_props[:]
    model.metadata_props.add(key="configuration", value=json.dumps(dataclasses.asdict(c)))
    for node in model.graph.node:  # Stack traces of the machine that exported.
        del node.metadata_props[:]
        node.doc_string = ""
    onnx.save(model, path)


def run_exporter(c: Configuration, path: pathlib.Path) -> None:
    """Calls the exporter of `c`, silently."""
    model, inputs = make_model(c), make_inputs(c, c.tokens, PAST)
    sizes = {1: "tokens"} if c.batch == 1 else {0: "batch", 1: "tokens"}
    axes = {name: dict(sizes) if not name.startswith("past") else {**{k: v for k, v in sizes.items() if k == 0}, 2: "past"}
            for name in inputs}
    arguments = tuple(inputs.values())
    options = dict(input_names=list(inputs), output_names=name_outputs(c), opset_version=c.opset)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        if c.exporter == "torchscript":
            torch.onnx.export(model, arguments, path, dynamo=False, dynamic_axes=axes if c.dynamic else None, **options)
            return
        shapes = None
        if c.dynamic:
            every = [dict.fromkeys(axes[name], torch.export.Dim.DYNAMIC) for name in inputs]
            shapes = (every[0], tuple(every[1:])) if c.past else tuple(every)
        torch.onnx.export(model, arguments, path, dynamo=True, dynamic_shapes=shapes, external_data=False,
                          verbose=False, **options)
