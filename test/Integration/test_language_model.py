"""Programs of the shipped language models against onnxruntime: logits, text, codes."""

import json

import numpy as np
import onnx
import pytest

from layer_comparison import (attentions, compare_pieces, cut, open_session, probe_inputs,
                              quantizers, skip_tensors, traced)
from programs import MODELS, compile_model

NAMES = ("tiny-ecolm", "ecolm-shakespeare")
TOLERANCE = 1e-4
PROMPTS = ("To be, or not to be: that is the question", "ROMEO:\nWhat light through yonder",
           "First Citizen:\nBefore we proceed any further, hear me speak.", "the")


class Reference:
    """A model as onnxruntime computes it."""

    def __init__(self, name: str):
        path = MODELS / f"{name}.onnx"
        self.model = onnx.load(path)
        properties = {p.key: p.value for p in self.model.metadata_props}
        self.vocabulary = json.loads(properties["ecolm.tokenizer"])["vocab"]
        self.context = int(properties["ecolm.context_length"])
        self.session = open_session(path)

    def logits(self, ids: np.ndarray) -> np.ndarray:
        return self.session.run(["logits"], {"input_ids": ids})[0]

    def encode(self, text: str) -> list[int]:
        return [self.vocabulary.index(character) for character in text]

    def text_ids(self, seed: int, length: int) -> np.ndarray:
        """`length` ids: shipped prompts one after the other, from the seed-th on."""
        text = "\n".join(PROMPTS[seed:] + PROMPTS[:seed])
        ids = self.encode(text * (length // len(text) + 1))[:length]
        return np.array([ids], np.int64)

    def random_ids(self, seed: int, length: int) -> np.ndarray:
        generator = np.random.default_rng([seed, length])
        return generator.integers(0, len(self.vocabulary), (1, length))


@pytest.fixture(scope="module", params=NAMES)
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def reference(name) -> Reference:
    return Reference(name)


@pytest.fixture(scope="module")
def program(name, shipped_program):
    return shipped_program(name)


@pytest.fixture(scope="module")
def trace(reference):
    """onnxruntime's tensors before every quantizer, for some ids."""
    session = open_session(traced(reference.model))
    names = [output.name for output in session.get_outputs()]
    return lambda ids: dict(zip(names, session.run(names, {"input_ids": ids})))


@pytest.fixture(scope="module")
def pieces_program(name, reference, trace, tmp_path_factory):
    """The compiled pieces: from ids and onnxruntime's tensors to their results."""
    example = trace(reference.random_ids(0, 1))
    widths = {key: value.shape[-1] for key, value in example.items()}
    model = cut(reference.model, widths, reference.context)
    program = compile_model(model, tmp_path_factory.mktemp("pieces") / f"{name}-pieces")
    tensors = {p.tensor for p in quantizers(reference.model)} | set(skip_tensors(reference.model))

    def run(ids: np.ndarray, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        given = {f"{key}.reference": inputs[key] for key in tensors}
        for attention in attentions(reference.model):
            given |= probe_inputs(attention, widths[attention.output], reference.context,
                                  ids.shape[1])
        return program.evaluate({"input_ids": ids, **given})

    return run


def ids_of_length(reference: Reference, length: int) -> list[np.ndarray]:
    """Texts and random ids; many of the longest, so that some codes flip."""
    count = 14 if length == reference.context else 2
    return ([reference.text_ids(seed, length) for seed in range(len(PROMPTS))]
            + [reference.random_ids(seed, length) for seed in range(count)])


def compare_layers(reference: Reference, trace, pieces_program, ids: np.ndarray):
    """The comparison of every piece, started from onnxruntime's tensors."""
    tensors = trace(ids)
    return compare_pieces(reference.model, tensors, pieces_program(ids, tensors),
                          reference.context)


@pytest.mark.parametrize("length", [1, 2, 17, 64, None])
def test_logits_equal(reference, program, trace, pieces_program, length, record_property):
    """Within 1e-4; where not, a code flipped, and the layers say where and why."""
    for number, ids in enumerate(ids_of_length(reference, length or reference.context)):
        error = np.abs(program.logits(ids) - reference.logits(ids)).max()
        if error <= TOLERANCE:
            continue
        layers = compare_layers(reference, trace, pieces_program, ids)
        print(f"prompt {number}, {ids.shape[1]} tokens: logits differ by {error:.2g}: {layers}")
        record_property(f"flips of prompt {number}", layers.flips)
        assert 1 <= layers.flips
        assert layers.farthest <= 4
        assert layers.largest_logit_error <= TOLERANCE


def test_layers_equal(reference, trace, pieces_program, record_property):
    """Every layer, from onnxruntime's inputs: the same codes but at thresholds."""
    for number, ids in enumerate(ids_of_length(reference, reference.context)[::5]):
        layers = compare_layers(reference, trace, pieces_program, ids)
        print(f"prompt {number}: {layers}")
        record_property(f"layers of prompt {number}", str(layers))
        assert layers.farthest <= 4
        assert layers.largest_error <= TOLERANCE
        assert layers.largest_logit_error <= TOLERANCE


def test_layers_show_a_planted_flip(reference, trace, pieces_program):
    # Planted: one value that rounds to another power of two, far from a threshold.
    ids = reference.text_ids(0, 17)
    tensors = trace(ids)
    actual = {key: value.copy() for key, value in pieces_program(ids, tensors).items()}
    pieces = quantizers(reference.model)
    middle = pieces[len(pieces) // 2]
    position = np.unravel_index(np.abs(actual[middle.tensor]).argmax(),
                                actual[middle.tensor].shape)
    for key in (middle.tensor, middle.code):
        actual[key][position] /= 2
    layers = compare_pieces(reference.model, tensors, actual, reference.context)
    assert layers.flips >= 1
    assert layers.farthest > 4


@pytest.fixture(scope="module")
def greedy(reference):
    """The most likely token after every prefix: `count` tokens that follow a prompt."""
    known: dict[str, list[int]] = {}

    def tokens(prompt: str, count: int) -> list[int]:
        if prompt not in known:
            ids = reference.encode(prompt)
            for _ in range(count):
                logits = reference.logits(np.array([ids], np.int64))
                ids.append(int(logits[0, -1].argmax()))
            known[prompt] = ids
        return known[prompt]

    return tokens


def flips_before(reference: Reference, trace, pieces_program, ids: list[int]) -> int:
    """How many codes flip on `ids`; each one's input lies within 4 ulp of its threshold."""
    layers = compare_layers(reference, trace, pieces_program, np.array([ids], np.int64))
    assert layers.farthest <= 4
    assert layers.largest_logit_error <= TOLERANCE
    return layers.flips


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("prompt", ["T", *PROMPTS])
def test_greedy_text_equals(reference, program, trace, pieces_program, greedy, prompt, threads,
                            record_property):
    """256 tokens, or as many as the context takes.

    Where a token differs, a code before it flipped; the text goes on behind that token.
    """
    count = min(256, reference.context - len(prompt))
    expected, start, others = greedy(prompt, count), len(prompt), 0
    while start < len(expected):
        known = "".join(reference.vocabulary[i] for i in expected[:start])
        text = program.run("--prompt", known, "--temperature", 0, "--tokens",
                           "-n", len(expected) - start, "-t", threads)
        tokens = [int(token) for token in text.split()]
        if tokens == expected:
            break
        start = next(i for i, (a, b) in enumerate(zip(tokens, expected)) if a != b)
        assert flips_before(reference, trace, pieces_program, expected[:start]) >= 1
        start, others = start + 1, others + 1
    record_property("tokens that differ", others)
    print(f"{others} of {count} tokens differ")
