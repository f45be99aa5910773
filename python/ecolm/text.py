"""Character-level text: vocabulary, nanoGPT's 90/10 split, batches, windows."""

import pathlib

import torch
from torch import Tensor


class CharacterText:
    """A text file as character ids; the vocabulary is the sorted set of its characters."""

    def __init__(self, path: str | pathlib.Path):
        text = pathlib.Path(path).read_text(encoding="utf-8")
        self.vocabulary = sorted(set(text))
        index = {character: i for i, character in enumerate(self.vocabulary)}
        ids = torch.tensor([index[character] for character in text])
        split = int(0.9 * len(text))
        self.train, self.validation = ids[:split], ids[split:]

    def batch(self, size: int, context: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Random training windows: inputs and next-character targets, (size, context) each."""
        starts = torch.randint(len(self.train) - context - 1, (size,), generator=generator)
        rows = torch.stack([self.train[s:s + context + 1] for s in starts])
        return rows[:, :-1], rows[:, 1:]


def windows(ids: Tensor, context: int) -> list[tuple[Tensor, Tensor]]:
    """Cut `ids` into consecutive windows that cover every target exactly once."""
    result = []
    for start in range(0, len(ids) - 1, context):
        stop = min(start + context, len(ids) - 1)
        result.append((ids[start:stop], ids[start + 1:stop + 1]))
    return result
