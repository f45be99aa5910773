"""The ways in which a trained model of a family is written as ONNX.

| spelling | linear layers |
|---|---|
| plain | f32 weights that hold the quantized values, as torch.onnx writes them |
| plain-f16, plain-bf16 | the same, stored narrower and cast |
| decomposed | plain weights, and rotations or butterflies stage by stage in standard operators |
| folded | plain weights, and each rotation as a product with its matrix |
| chain | the quantizers themselves on f32 latents and on activations |
| chain-training | the same in training mode: x + (q(x) - x) |
| qdq | DequantizeLinear on integers of 2, 4 or 8 bits |
| nbits, nbits-float-zero | com.microsoft MatMulNBits; zero points packed or f32 |
| functions | functions of the domain ai.ecolm |

`-dynamo` is PyTorch's newer exporter. Rotations are an Einsum a stage in qdq and nbits,
ButterflyFactor in functions.
"""

import onnx
import torch
from onnx import TensorProto, helper

from ..nn.freezing import frozen, narrowed, settled
from ..nn.transformer import Transformer
from ..onnx_model import language_properties
from .linear_writers import WRITERS
from .torch_exporter import export_module, narrow_initializers
from .transformer_graph import transformer_model

NARROW = {"plain-f16": (torch.float16, TensorProto.FLOAT16),
          "plain-bf16": (torch.bfloat16, TensorProto.BFLOAT16)}
STORED = ("plain", "plain-dynamo", "decomposed", "decomposed-dynamo", "folded", "folded-dynamo")
SPELLINGS = (*STORED, *NARROW, "chain", "chain-dynamo", "chain-training", *WRITERS)


def computed_module(model: Transformer, spelling: str) -> Transformer:
    """The PyTorch module whose logits a file of `spelling` has."""
    if spelling in NARROW:
        return narrowed(frozen(model), NARROW[spelling][0])
    return settled(model).train(spelling == "chain-training")


def spell(model: Transformer, spelling: str, vocabulary: list[str], name: str) -> onnx.ModelProto:
    """`model` as input_ids int64 (1, T) -> logits f32 (1, T, V)."""
    properties = language_properties(vocabulary, model.config.context, name)
    if spelling in WRITERS:
        return transformer_model(model, WRITERS[spelling], properties, name)
    module = computed_module(model, spelling)
    if spelling in STORED:
        module = frozen(model, folded=spelling.startswith("folded"))
    dynamo = spelling.endswith("dynamo")
    result = export_module(module, dynamo, fold=spelling != "chain-dynamo")
    if spelling in NARROW:
        result = narrow_initializers(result, NARROW[spelling][1])
    result.graph.name = name
    helper.set_model_props(result, properties)
    return result
