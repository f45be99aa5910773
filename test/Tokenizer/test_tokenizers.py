"""Ids and texts equal those of PyPI's `tokenizers`. A longer run is compare_tokenizers.py."""

import json
import random
import unicodedata

import pytest
from tokenizers import Tokenizer

import tokenizer_styles as styles
import texts
from compare_tokenizers import UNKNOWN, differences, mixtures
from tokenizer_process import Refused, TokenizerProcess

LINES = texts.corpus()


@pytest.fixture(scope="session")
def trained():
    """The JSON of every style."""
    return {name: style(LINES).to_str() for name, style in styles.STYLES.items()}


@pytest.mark.parametrize("name", styles.STYLES)
def test_styles(name, trained):
    assert list(differences(name, trained[name], random.Random(name), 120)) == []


def test_mixtures_of_all_parts(trained):
    pool = [json.loads(source)["model"] for source in trained.values()]
    rng = random.Random(3)
    for name, source in mixtures(rng, pool, 60):
        try:
            assert list(differences(name, source, rng, 15)) == [], source[:2000]
        except Refused as error:
            assert any(reason in str(error) for reason in UNKNOWN), error


# All of Unicode, in texts of 4096 characters; noncharacters and unassigned ones too.
EVERYTHING = [chr(c) for c in range(1, 0x110000) if not 0xD800 <= c <= 0xDFFF]
BLOCKS = ["".join(EVERYTHING[at:at + 4096]) for at in range(0, 0x34000, 4096)]
BLOCKS.append("".join(c for c in EVERYTHING if ord(c) >= 0xE0000 and ord(c) % 97 == 0))

WORD_LEVEL = {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0}}
BYTE_PAIRS = {"type": "BPE", "unk_token": None, "byte_fallback": True, "merges": [],
              "vocab": {f"<0x{byte:02X}>": byte for byte in range(256)}}
EMPTY = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [],
         "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None}


@pytest.mark.parametrize("normalizer", [
    {"type": "NFC"}, {"type": "NFD"}, {"type": "NFKC"}, {"type": "NFKD"}, {"type": "Lowercase"},
    {"type": "StripAccents"}, {"type": "Nmt"},
    {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
     "strip_accents": True, "lowercase": True}], ids=lambda n: n["type"])
def test_normalizers_on_all_of_unicode(normalizer):
    """The ids are the bytes of the normalized text."""
    source = json.dumps({**EMPTY, "normalizer": normalizer, "model": BYTE_PAIRS})
    theirs = Tokenizer.from_str(source)
    with TokenizerProcess(source) as ours:
        for block in BLOCKS:
            # Characters alone, and each between others that it may join.
            for text in (" ".join(block[::3]), "".join(f"e{c}\u0323" for c in block[1::9])):
                assert ours.encode(text) == theirs.encode(text).ids, hex(ord(block[0]))


@pytest.mark.parametrize("pre_tokenizer", [
    {"type": "Whitespace"}, {"type": "WhitespaceSplit"}, {"type": "BertPreTokenizer"},
    {"type": "Punctuation", "behavior": "Isolated"}, {"type": "Digits", "individual_digits": True},
    *({"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
      for pattern in (styles.GPT4_PATTERN, styles.GPT4O_PATTERN, styles.BLOOM_PATTERN, r"\w+",
                      r"[\w]+", r"\W", r"\s+", r"\d", r"\p{P}", r"\p{S}+", r"\p{M}|\p{Cf}",
                      r"\p{Han}+", r"\p{Greek}+", r"\b", r"[^\s\p{L}\p{N}]"))],
    ids=lambda p: json.dumps(p.get("pattern", p["type"]))[:40])
def test_words_on_all_of_unicode(pre_tokenizer):
    """One id for every word; a text of single characters shows where each belongs."""
    source = json.dumps({**EMPTY, "pre_tokenizer": pre_tokenizer, "model": WORD_LEVEL})
    theirs = Tokenizer.from_str(source)
    with TokenizerProcess(source) as ours:
        for block in BLOCKS:
            for text in (block, "a".join(block[::4]) + "a", " ".join(block[1::4]) + " "):
                assert len(ours.encode(text)) == len(theirs.encode(text).ids), hex(ord(block[0]))


def test_finds_planted_differences(trained):
    """The comparison itself: a merge, a flag or a normal form that is not the file's is seen."""
    def planted(name, change):
        document = json.loads(trained[name])
        change(document)
        rng = random.Random(1)
        theirs = Tokenizer.from_str(trained[name])
        with TokenizerProcess(json.dumps(document)) as ours:
            for _ in range(200):
                text = texts.make_text(rng).decode(errors="replace")
                if ours.encode(text) != theirs.encode(text).ids:
                    return True
        return False

    assert planted("gpt2", lambda d: d["model"]["merges"].pop(7))
    assert planted("bert", lambda d: d["normalizer"].update(strip_accents=False))
    assert planted("t5", lambda d: d["normalizer"]["normalizers"][1].update(type="NFC"))
    assert planted("llama2", lambda d: d["model"].update(byte_fallback=False))
    assert not planted("gpt2", lambda d: None)


def test_newest_characters_are_known_by_their_categories():
    """Of the Unicode that `tokenizers` knows, two thousand characters are newer than Python's."""
    new = [c for c in EVERYTHING if unicodedata.category(c) == "Cn" and 0x1C80 <= ord(c) < 0x1FC00]
    source = json.dumps({**EMPTY, "model": WORD_LEVEL, "pre_tokenizer": {
        "type": "Split", "pattern": {"Regex": r"\p{L}"}, "behavior": "Isolated", "invert": False}})
    theirs = Tokenizer.from_str(source)
    letters = [c for c in new if len(theirs.encode(f"1{c}1").ids) == 3]
    assert len(letters) > 100
    with TokenizerProcess(source) as ours:
        assert all(len(ours.encode(f"1{c}1")) == 3 for c in letters)
        text = "1".join(new)
        assert len(ours.encode(text)) == len(theirs.encode(text).ids)
