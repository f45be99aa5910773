"""Every family in every spelling: recognized as a whole, and equal to onnxruntime."""

import pytest

from family_comparison import (FAMILIES, GREEDY_TOKENS, INAPPLICABLE, TOLERANCE, WAYS, Pair,
                               count_recognized, manifest, report, way_of)

ENTRIES = manifest()


@pytest.fixture(params=ENTRIES, ids=[entry["file"] for entry in ENTRIES])
def entry(request) -> dict:
    return request.param


def test_every_linear_layer_is_recognized(entry):
    assert count_recognized(entry, report(FAMILIES / entry["file"])) == entry["linear_layers"]


@pytest.mark.filterwarnings("ignore:.*every new token will take")
def test_logits_and_greedy_tokens_agree(entry):
    pair = Pair(FAMILIES / entry["file"])
    assert pair.largest_difference() <= TOLERANCE
    assert pair.count_equal(GREEDY_TOKENS) == GREEDY_TOKENS


def test_every_family_comes_in_every_way_or_cannot():
    """A model for each family and each of the six ways, or a reason, and never both."""
    tested = {(entry["family"], way_of(entry["spelling"])) for entry in ENTRIES}
    families = {family for family, _ in tested}
    assert tested | set(INAPPLICABLE) == {(family, way) for family in families for way in WAYS}
    assert not tested & set(INAPPLICABLE)


def test_another_format_is_not_counted():
    entry = dict(ENTRIES[0], weights="i4")
    assert count_recognized(entry, report(FAMILIES / entry["file"])) == 0
