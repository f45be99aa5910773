"""What the metadata of a model file says: its tokenizer, its context."""

import json
import pathlib

import numpy as np
import onnx


def read_metadata(path: pathlib.Path) -> dict[str, str]:
    """The metadata of an ONNX file; weights beside it are not read."""
    model = onnx.load(path, load_external_data=False)
    return {entry.key: entry.value for entry in model.metadata_props}


def encode(text: str, metadata: dict[str, str]) -> np.ndarray:
    """The ids of a text for a model with a tokenizer of characters.

    Characters that the vocabulary lacks are left out. Raises ValueError for a model
    without such a tokenizer.
    """
    tokenizer = json.loads(metadata.get("ecolm.tokenizer", "{}"))
    if tokenizer.get("type") != "char":
        raise ValueError("the model has no tokenizer of characters; give its tokens with --ids")
    index = {character: i for i, character in enumerate(tokenizer["vocab"])}
    return np.array([index[c] for c in text if c in index], np.int64)
