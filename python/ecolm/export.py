"""Export a trained EcoLM checkpoint to ONNX and compare it with onnxruntime."""

import argparse
import dataclasses
import json
import pathlib

import numpy as np
import onnx
import torch
import torch.nn.functional as F

from .checkpoints import load_model
from .nn import ButterflyLinear, EcoLM
from .onnx_model import (AttentionFormat, BlockWeights, LanguageModelWeights, LinearWeights,
                         NormWeights, language_model, largest_sum)
from .text import CharacterText, windows


def linear_weights(layer: ButterflyLinear) -> LinearWeights:
    """The ternary factors and the power-of-two scale of a trained layer."""
    with torch.no_grad():
        return LinearWeights([v.numpy().astype(np.int8) for v in layer.values()],
                             layer.scale().numpy())


def norm_weights(norm: torch.nn.LayerNorm) -> NormWeights:
    """Weight of a LayerNorm, which has no bias."""
    return NormWeights(norm.weight.detach().numpy())


def model_weights(model: EcoLM, vocabulary: list[str], name: str) -> LanguageModelWeights:
    """Everything the ONNX file holds, as numpy arrays."""
    if model.config.fp32:
        raise ValueError("the FP32 twin has no ternary factors to export")
    blocks = [BlockWeights(
        attention_norm=norm_weights(block.attention_norm),
        query=linear_weights(block.attention.query), key=linear_weights(block.attention.key),
        value=linear_weights(block.attention.value),
        output=linear_weights(block.attention.output),
        attention_alpha=block.attention_alpha.detach().numpy(),
        feed_forward_norm=norm_weights(block.feed_forward_norm),
        up=linear_weights(block.feed_forward.up), down=linear_weights(block.feed_forward.down),
        feed_forward_alpha=block.feed_forward_alpha.detach().numpy())
        for block in model.layers]
    config = model.config
    return LanguageModelWeights(
        token_embedding=model.token_embedding.weight.detach().numpy(),
        position_embedding=model.position_embedding.weight.detach().numpy(),
        blocks=blocks, final_norm=norm_weights(model.final_norm),
        head=model.head.weight.detach().numpy().T, heads=config.heads,
        kv_heads=config.kv_heads, emin=config.emin, emax=config.emax,
        vocabulary=vocabulary, name=name,
        attention=AttentionFormat(config.attention_exponent, config.probability_emin))


@dataclasses.dataclass
class Comparison:
    """How onnxruntime's logits differ from PyTorch's."""

    largest: float  # over all logits
    median_row: float  # median over positions of the largest difference
    rows_within: float  # share of positions whose logits all agree within the tolerance
    same_best: float  # share of positions with the same most likely character


def open_session(source: pathlib.Path | bytes):
    """A single-threaded onnxruntime session of a file or of serialized bytes."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(source, options)


def compare(model: EcoLM, onnx_file: pathlib.Path, ids: np.ndarray,
            tolerance: float = 1e-4) -> Comparison:
    """Run both on `ids` (rows, sequence), row by row.

    A value that lands on the other side of a power of two in one of them flips
    by a factor of two, so single positions may differ by more than rounding.
    """
    session = open_session(onnx_file)
    differences, same = [], []
    for row in ids:
        actual = session.run(None, {"input_ids": row[None]})[0][0]
        with torch.no_grad():
            expected = model(torch.from_numpy(row[None]))[0].numpy()
        differences.append(np.abs(actual - expected).max(axis=-1))
        same.append(actual.argmax(-1) == expected.argmax(-1))
    rows = np.concatenate(differences)
    return Comparison(float(rows.max()), float(np.median(rows)),
                      float((rows <= tolerance).mean()), float(np.concatenate(same).mean()))


def validation_loss(onnx_file: pathlib.Path, text: CharacterText, context: int) -> float:
    """onnxruntime's mean cross entropy (nats per character) over the validation split."""
    session, total = open_session(onnx_file), 0.0
    for inputs, targets in windows(text.validation, context):
        logits = session.run(None, {"input_ids": inputs.numpy()[None]})[0][0]
        total += F.cross_entropy(torch.from_numpy(logits), targets, reduction="sum").item()
    return total / (len(text.validation) - 1)


def statistics(weights: LanguageModelWeights) -> dict:
    """Parameter counts, sparsity and bits per weight of what is exported."""
    layers = [linear for b in weights.blocks for linear in
              (b.query, b.key, b.value, b.output, b.up, b.down)]
    factors = [f for linear in layers for f in linear.factors]
    ternary = sum(f.size for f in factors)
    zeros = sum(int((f == 0).sum()) for f in factors)
    scales = sum(linear.scale.size for linear in layers)
    share = np.array([sum(int((f == v).sum()) for f in factors) for v in (-1, 0, 1)]) / ternary
    floats = (weights.token_embedding.size + weights.position_embedding.size
              + weights.head.size + weights.final_norm.weight.size
              + sum(b.attention_norm.weight.size + b.feed_forward_norm.weight.size + 2
                    for b in weights.blocks))
    return {
        "ternary_weights": ternary, "zero_share": zeros / ternary,
        "entropy_bits_per_weight": float(-(share * np.log2(share)).sum()),
        "power_of_two_scales": scales, "float_parameters": floats,
        "dense_equivalent": sum(int(np.prod([f.shape[0] * f.shape[2] * f.shape[3]
                                             for f in linear.factors[:1]]))
                                * linear.scale.size for linear in layers),
        "bits_per_weight_stored": (2 * ternary + 32 * scales) / ternary,
        "largest_sum_in_units": max(largest_sum(linear.factors, weights.emin, weights.emax)
                                    for linear in layers)}


def main() -> None:
    """Command line of `python -m ecolm.export`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("onnx_file", type=pathlib.Path)
    parser.add_argument("--name", default="ecolm")
    parser.add_argument("--text", type=pathlib.Path, help="text whose end is compared")
    parser.add_argument("--evaluate", action="store_true",
                        help="measure the file's loss on the validation split of the text")
    arguments = parser.parse_args()
    model, vocabulary = load_model(arguments.checkpoint, compute="float32")
    weights = model_weights(model, vocabulary, arguments.name)
    onnx.save(language_model(weights), arguments.onnx_file)
    report = statistics(weights)
    report["file_bytes"] = arguments.onnx_file.stat().st_size
    context = model.config.context
    if arguments.text:
        index = {character: i for i, character in enumerate(vocabulary)}
        text = arguments.text.read_text(encoding="utf-8")[-8 * context:]
        ids = np.array([index[character] for character in text], np.int64)
    else:
        ids = np.random.default_rng(0).integers(0, len(vocabulary), 8 * context)
    comparison = compare(model, arguments.onnx_file, ids.reshape(8, context))
    report["onnxruntime"] = dataclasses.asdict(comparison)
    if arguments.text and arguments.evaluate:
        report["validation_loss"] = validation_loss(
            arguments.onnx_file, CharacterText(arguments.text), context)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
