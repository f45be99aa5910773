"""Export the dense comparison model (`ecolm.train --model dense`) to ONNX, in f32.

    python -m ecolm.export_dense dense/best.pt dense.onnx

A plain GPT without anything of this project in it: what `ecolm-compile --quantize` and
`ecolm.evaluate` are measured on.
"""

import argparse
import json
import pathlib

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper

from .nn.dense import DenseConfig, DenseGPT
from .onnx_model import GraphBuilder, NormWeights


def load_dense(path: pathlib.Path) -> tuple[DenseGPT, list[str]]:
    """The model of a checkpoint, and its vocabulary."""
    checkpoint = torch.load(path, weights_only=True)
    model = DenseGPT(DenseConfig(**checkpoint["config"]))
    model.load_state_dict(checkpoint["model"])
    return model.eval(), checkpoint["vocabulary"]


def dense_model(model: DenseGPT, vocabulary: list[str], name: str) -> onnx.ModelProto:
    """input_ids int64 [1, sequence] -> logits f32 [1, sequence, vocabulary]."""
    b, config = GraphBuilder(), model.config
    weights = {key: value.numpy() for key, value in model.state_dict().items()}

    def linear(x: str, key: str, rows: slice = slice(None)) -> str:
        suffix = "" if rows == slice(None) else f"_{rows.start // config.width}"
        matrix = b.constant(f"{key}{suffix}.weight", weights[f"{key}.weight"][rows].T)
        return b.op("MatMul", [x, matrix], f"{key}{suffix}")

    def norm(x: str, key: str) -> str:
        return b.norm(x, NormWeights(weights[f"{key}.weight"]), key)

    embedding = b.constant("token_embedding.weight", weights["token_embedding.weight"])
    tokens = b.op("Gather", [embedding, "input_ids"], "token_embedding")
    number = {n: b.constant(f"number_{n}", np.array(n, np.int64)) for n in (0, 1)}
    length = b.op("Gather", [b.op("Shape", ["input_ids"], "input_shape"), number[1]], "length")
    positions = b.op("Range", [number[0], length, number[1]], "positions")
    places = b.constant("position_embedding.weight", weights["position_embedding.weight"])
    h = b.op("Add", [tokens, b.op("Gather", [places, positions], "position_embedding")],
             "embedding")
    width = config.width
    for i in range(config.layers):
        layer = f"layers.{i}"
        x = norm(h, f"{layer}.attention_norm")
        q, k, v = (linear(x, f"{layer}.qkv", slice(j * width, (j + 1) * width)) for j in range(3))
        y = b.op("Attention", [q, k, v], f"{layer}.attention", q_num_heads=config.heads,
                 kv_num_heads=config.heads, is_causal=1)
        h = b.op("Add", [h, linear(y, f"{layer}.output")], f"{layer}.attention_skip")
        x = linear(norm(h, f"{layer}.feed_forward_norm"), f"{layer}.up")
        x = b.op("Gelu", [x], f"{layer}.gelu")
        h = b.op("Add", [h, linear(x, f"{layer}.down")], f"{layer}.feed_forward_skip")
    x = norm(h, "final_norm")
    head = b.op("Transpose", [embedding], "lm_head.transpose", perm=[1, 0])
    b.op("MatMul", [x, head], "lm_head", out="logits")
    info = helper.make_tensor_value_info
    return b.model(
        name, [info("input_ids", TensorProto.INT64, [1, "sequence"])],
        [info("logits", TensorProto.FLOAT, [1, "sequence", config.vocabulary])],
        {"ecolm.tokenizer": json.dumps({"type": "char", "vocab": vocabulary}),
         "ecolm.context_length": str(config.context), "ecolm.name": name})


def main() -> None:
    """Command line of `python -m ecolm.export_dense`."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("onnx_file", type=pathlib.Path)
    parser.add_argument("--name", default="dense")
    arguments = parser.parse_args()
    onnx.save(dense_model(*load_dense(arguments.checkpoint), arguments.name),
              arguments.onnx_file)


if __name__ == "__main__":
    main()
