"""What is no tokenizer, or none that programs can run, is refused by name and place."""

import copy
import json
import re
import subprocess

import pytest

from tokenizer_process import TOOL, TokenizerProcess

SOUND = {
    "version": "1.0", "truncation": None, "padding": None,
    "added_tokens": [{"id": 4, "content": "<s>", "single_word": False, "lstrip": False,
                      "rstrip": False, "normalized": False, "special": True}],
    "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None,
    "model": {"type": "BPE", "unk_token": None, "vocab": {"a": 0, "b": 1, "ab": 2, " ": 3},
              "merges": [["a", "b"]]}}
PIECE = {"type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "##",
         "max_input_chars_per_word": 100, "vocab": {"a": 0}}


def changed(**fields) -> str:
    """The sound file with other fields; model__vocab is the field vocab of model."""
    document = copy.deepcopy(SOUND)
    for name, value in fields.items():
        *path, last = name.split("__")
        place = document
        for part in path:
            place = place[part]
        place[last] = value
    return json.dumps(document)


def check(tmp_path, text: str | bytes) -> subprocess.CompletedProcess:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return subprocess.run([TOOL, "--check", path], capture_output=True, text=True, timeout=60)


def split(pattern, behavior="Isolated", kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": False}


def token(**fields):
    return {**SOUND["added_tokens"][0], **fields}


REFUSED = [
    ("{", "is not JSON: "),
    ("[" * 100000, "nests deeper than 64 brackets"),
    ("[]", "expects an object"),
    (changed(version="2.0"), "version: expects version 1.0"),
    (changed(model=None), "model.vocab: expects an object"),
    (changed(model__type="BPE2"), "model.type: the model 'BPE2' is not known"),
    (changed(model__vocab__b=0), "model.vocab.b: has the id 0 of 'a'"),
    (changed(model__vocab__b=-1), "model.vocab.b: expects a whole number from 0 to 4194303"),
    (changed(model__vocab__b=10**30), "model.vocab.b: expects a whole number from 0 to 4194303"),
    (changed(model__vocab__b=2**31), "model.vocab.b: expects a whole number"),
    (changed(model__vocab__b="1"), "model.vocab.b: expects a whole number"),
    (changed(model__merges=5), "model.merges: expects a list"),
    (changed(model__merges=[["a", "c"]]), "model.merges[0]: 'c' is not in the vocabulary"),
    (changed(model__merges=[["a", "b"], ["b", "a"]]), "model.merges[1]: 'ba' is not in the"),
    (changed(model__merges=["a b c"]), "model.merges[0]: expects two pieces with a blank between"),
    (changed(model__merges=[["a"]]), "model.merges[0][1]: expects a string"),
    (changed(model__continuing_subword_prefix="##"),
     "model.merges[0]: expects a second piece that begins with '##'"),
    (changed(model__dropout=0.1), "model.dropout: expects no dropout, with which ids are chance"),
    (changed(model__byte_fallback=1), "model.byte_fallback: expects true or false"),
    (changed(model={"type": "Unigram", "vocab": [["a", "b"]]}), "model.vocab[0][1]: expects a number"),
    (changed(model={"type": "Unigram", "vocab": [["a", 0]], "unk_id": 7}),
     "model.unk_id: expects an id of the vocabulary"),
    (changed(added_tokens=[token(id=-4)]), "added_tokens[0].id: expects a whole number"),
    (changed(added_tokens=[token(content=" ", normalized=True)],
             normalizer={"type": "Strip", "strip_left": True, "strip_right": True}),
     "added_tokens: nothing is left of the token ' ' after normalization"),
    (changed(added_tokens=[token(content="a" * 40 + "bc", normalized=True)],
             normalizer={"type": "Replace", "pattern": {"Regex": "(?:a+)+c"}, "content": ""}),
     "added_tokens: cannot be normalized"),
    (changed(normalizer={"type": "NFX"}), "normalizer.type: the normalizer 'NFX' is not known"),
    (changed(normalizer={"type": "Precompiled", "precompiled_charsmap": "?"}),
     "normalizer.precompiled_charsmap: is not base 64"),
    (changed(normalizer={"type": "Precompiled", "precompiled_charsmap": "/////w=="}),
     "normalizer.precompiled_charsmap: is no map of characters"),
    (changed(normalizer={"type": "Replace", "pattern": {"String": ""}, "content": "x"}),
     "normalizer.pattern.String: expects some text to look for"),
    (changed(normalizer={"type": "Sequence", "normalizers": [{"type": "NFC"}, 7]}),
     "normalizer.normalizers[1].type: expects a string"),
    (changed(pre_tokenizer={"type": "UnicodeScripts"}),
     "pre_tokenizer.type: the pre-tokenizer 'UnicodeScripts' is not known"),
    (changed(pre_tokenizer=split("a", "Sometimes")),
     "pre_tokenizer.behavior: the behavior 'Sometimes' is not known"),
    (changed(pre_tokenizer={"type": "CharDelimiterSplit", "delimiter": "ab"}),
     "pre_tokenizer.delimiter: expects one character"),
    (changed(pre_tokenizer={"type": "FixedLength", "length": 0}),
     "pre_tokenizer.length: expects some length"),
    (changed(pre_tokenizer={"type": "Metaspace", "replacement": "_", "prepend_scheme": "last"}),
     "pre_tokenizer.prepend_scheme: the scheme 'last' is not known"),
    (changed(pre_tokenizer={"type": "Metaspace", "replacement": "_", "prepend_scheme": "always",
                            "add_prefix_space": False}),
     "pre_tokenizer.prepend_scheme: does not agree with add_prefix_space"),
    (changed(post_processor={"type": "Other"}),
     "post_processor.type: the post-processor 'Other' is not known"),
    (changed(post_processor={"type": "TemplateProcessing", "single": [{"Sequence": {"id": "B"}}]}),
     "post_processor.single[0].Sequence.id: expects the sequence A"),
    (changed(decoder={"type": "CTC"}), "decoder.type: the decoder 'CTC' is not known"),
    (changed(decoder={"type": "BPEDecoder", "suffix": ""}),
     "decoder.suffix: expects some text to look for"),
]

# The expression, and what is said of it.
EXPRESSIONS = [
    ("a(", "is no expression that programs can match: missing closing parenthesis at byte 2"),
    ("(?<=a+)b", "is no expression that programs can match: "),
    ("a\\", "nothing follows the backslash at byte 1 of the expression"),
    ("[a\\", "nothing follows the backslash at byte 2 of the expression"),
    ("\\K", "the escape \\K is not known at byte 0"),
    ("[\\W]", "the escape \\W is not known within a set"),
    ("\\pL", "a property has no name in braces"),
    ("\\p{Is-Han}", "the property \\p{Is-Han} is not known"),
    ("[a[^b]]", "a negated set within a set is not known"),
    ("[]a]", "a set is empty, or begins with a bracket without a backslash"),
    ("[a&&b]", "intersections of sets are not known"),
    ("[[:alpha:]]", "sets with names are not known; write them as properties"),
    ("[a", "a set does not end at byte 2"),
    ("(?m:a)", "a group of this kind is not known"),
    ("a{99999}", "a quantifier is too large"),
    ("a{2,3}+", "a plus behind a quantifier in braces is not known"),
    ("a{2}?", "a question mark behind a count in braces is not known"),
]


@pytest.mark.parametrize("text, words", REFUSED, ids=[words for _, words in REFUSED])
def test_refuses_with_the_place(text, words, tmp_path):
    done = check(tmp_path, text)
    assert (done.returncode, done.stdout) == (1, ""), done
    assert re.fullmatch(r"ecolm-run-tokenizer: error: '[^'\n]*': [^\n]+\n", done.stderr), done.stderr
    assert words in done.stderr, done.stderr


@pytest.mark.parametrize("pattern, words", EXPRESSIONS)
def test_refuses_expressions(pattern, words, tmp_path):
    done = check(tmp_path, changed(pre_tokenizer=split(pattern)))
    assert done.returncode == 1 and "pre_tokenizer.pattern.Regex: " in done.stderr, done
    assert words in done.stderr, done.stderr


def test_refuses_files_that_it_cannot_read(tmp_path):
    done = subprocess.run([TOOL, "--check", tmp_path / "none"], capture_output=True, text=True)
    assert done.returncode == 1 and "none': the tokenizer cannot be read: " in done.stderr
    large = tmp_path / "large"
    with open(large, "wb") as file:
        file.truncate(2**26 + 1)
    done = subprocess.run([TOOL, "--check", large], capture_output=True, text=True)
    assert done.returncode == 1 and "large': is larger than 67108864 bytes" in done.stderr


def test_says_what_it_does_not_do(tmp_path):
    done = check(tmp_path, changed(truncation={"max_length": 3}, padding={"pad_id": 0},
                                   added_tokens=[token(id=9)]))
    assert (done.returncode, done.stdout.split(",")[:2]) == (0, ["BPE", " 5 ids"]), done
    assert "truncation: is ignored\n" in done.stderr and "padding: is ignored\n" in done.stderr
    assert "added_tokens[0]: '<s>' gets the id 4, not 9, as in tokenizers\n" in done.stderr


def test_texts_that_a_model_cannot_take():
    with TokenizerProcess(changed(model=PIECE)) as tokenizer:
        assert tokenizer.encode("a") == [0]
        with pytest.raises(ValueError, match="the tokenizer has no piece for 'b' and none for the "
                                             "unknown; remove or replace it"):
            tokenizer.encode("b")
    with TokenizerProcess(changed(model__unk_token="?")) as tokenizer:
        with pytest.raises(ValueError, match="has no piece for 'c'"):
            tokenizer.encode("abc")
    with TokenizerProcess(changed(pre_tokenizer=split("(?:a+)+c"))) as tokenizer:
        with pytest.raises(ValueError, match="the tokenizer's pattern takes too many steps on this "
                                             "text; make the text shorter"):
            tokenizer.encode("a" * 60 + "bc")
        assert tokenizer.encode("ab") == [2]


def test_pairs_of_escapes_are_one_character(tmp_path):
    """LLVM's parser reads U+20000 and those behind it as others."""
    source = changed(model__vocab={"a": 0, "b": 1, "ab": 2, "\U00023456": 3, "\\ud84d\\udc56": 4})
    assert "\\ud84d\\udc56" in source
    with TokenizerProcess(source) as tokenizer:
        assert tokenizer.encode("\U00023456") == [3]
        assert tokenizer.decode([4]) == "\\ud84d\\udc56"
