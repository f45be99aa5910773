"""Tokenizers in the styles of published models, trained on a few kilobytes, and random mixtures
of every part that a tokenizer.json can have."""

import base64
import json
import struct

from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers,
                        processors, trainers)

GPT4_PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
                r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
GPT4O_PATTERN = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
                 r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
                 r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}"
                 r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
BLOOM_PATTERN = " ?[^(\\s|[.,!?…。，、।۔،])]+"
# For those who want larger ones.
VOCABULARY = None
BYTES = pre_tokenizers.ByteLevel.alphabet


def byte_fallback_tokens():
    return [f"<0x{byte:02X}>" for byte in range(256)]


def charsmap(mapping: dict[str, str]) -> str:
    """A precompiled_charsmap, in base 64: a darts-clone double array and its strings."""
    strings, values = b"", {}
    for key, value in sorted(mapping.items()):
        values[key.encode()] = len(strings)
        strings += value.encode() + b"\0"
    units, used = {0: 0}, {0}

    def place(node, keys, depth):
        """Children of `node` at base ^ label; its offset is base ^ node."""
        labels = sorted({key[depth] if len(key) > depth else 0 for key in keys})
        base = 1
        while any((base ^ label) in used for label in labels) or base ^ node >= 1 << 21:
            base += 1
        used.update(base ^ label for label in labels)
        units[node] |= (base ^ node) << 10
        for label in labels:
            child = base ^ label
            below = [key for key in keys if (key[depth] if len(key) > depth else 0) == label]
            if label == 0:
                units[node] |= 1 << 8
                units[child] = 1 << 31 | values[below[0]]
            else:
                units[child] = label
                place(child, below, depth + 1)

    place(0, list(values), 0)
    trie = b"".join(struct.pack("<I", units.get(i, 0)) for i in range(max(used) + 256))
    return base64.b64encode(struct.pack("<I", len(trie)) + trie + strings).decode()


CHARSMAP = charsmap({"ﬁ": "fi", "½": "1/2", "Å": "Å", "A\u0300": "À", "a\u0301": "á", "\t": " ",
                     "\n": " ", "\xA0": " ", "\u200B": "", "\x01": "", "…": "...", "ｆ": "f", "①": "1",
                     "\u3000": " ", "I": "i", "가": "가", "ﷺ": "صلى", "😀": ":)", "\u0345": "ι"})


def trained(model, trainer, lines, pre_tokenizer=None, normalizer=None):
    tokenizer = Tokenizer(model)
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer


def gpt2(lines):
    tokenizer = trained(models.BPE(), trainers.BpeTrainer(
        vocab_size=VOCABULARY or 900, special_tokens=["<|endoftext|>"], initial_alphabet=BYTES(),
        show_progress=False), lines, pre_tokenizers.ByteLevel(add_prefix_space=False))
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def roberta(lines):
    tokenizer = trained(models.BPE(), trainers.BpeTrainer(
        vocab_size=VOCABULARY or 900, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], initial_alphabet=BYTES(),
        show_progress=False), lines, pre_tokenizers.ByteLevel(add_prefix_space=True))
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return tokenizer


def llama3(lines, pattern=GPT4_PATTERN):
    split = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer = trained(models.BPE(ignore_merges=True), trainers.BpeTrainer(
        vocab_size=VOCABULARY or 1200, initial_alphabet=BYTES(), show_progress=False), lines, split)
    tokenizer.add_special_tokens(["<|begin_of_text|>", "<|eot_id|>"])
    begin = tokenizer.token_to_id("<|begin_of_text|>")
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(), processors.TemplateProcessing(
            "<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", begin)])])
    return tokenizer


def gpt4o(lines):
    return llama3(lines, GPT4O_PATTERN)


def bloom(lines):
    return llama3(lines, BLOOM_PATTERN)


def llama2(lines):
    """As converted from SentencePiece: normalizers put the marks."""
    normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer = trained(
        models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True), trainers.BpeTrainer(
            vocab_size=VOCABULARY or 1200, special_tokens=["<unk>", "<s>", "</s>", *byte_fallback_tokens()],
            limit_alphabet=120, show_progress=False), lines,
        pre_tokenizers.Split("▁", "merged_with_next"), normalizer)
    tokenizer.pre_tokenizer = None
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(),
                                           decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A", special_tokens=[("<s>", 1)])
    return tokenizer


def mistral(lines):
    """The newer conversion, with a Metaspace that marks the first word."""
    tokenizer = llama2(lines)
    tokenizer.normalizer = normalizers.Sequence([])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    return tokenizer


def bert(lines, lowercase=True):
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = trained(models.WordPiece(unk_token="[UNK]"), trainers.WordPieceTrainer(
        vocab_size=VOCABULARY or 1500, special_tokens=special, show_progress=False), lines,
        pre_tokenizers.BertPreTokenizer(), normalizers.BertNormalizer(lowercase=lowercase))
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def bert_cased(lines):
    tokenizer = bert(lines, lowercase=False)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def t5(lines):
    # A piece for each character is more than such a small model has.
    lines = [line for line in lines if all(c < "\u0250" or c in "éß▁😀" for c in line)]
    normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(),
                                       normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer = trained(models.Unigram(), trainers.UnigramTrainer(
        vocab_size=VOCABULARY or 800, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>",
        show_progress=False), lines, pre_tokenizers.Metaspace(), normalizer)
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing("$A </s>",
                                                             special_tokens=[("</s>", 1)])
    return tokenizer


def albert(lines):
    tokenizer = t5(lines)
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Replace("``", '"'), normalizers.NFKD(), normalizers.StripAccents(),
        normalizers.Lowercase(), normalizers.Precompiled(base64.b64decode(CHARSMAP))])
    return tokenizer


def xlm_roberta(lines):
    tokenizer = t5(lines)
    tokenizer.normalizer = normalizers.Precompiled(base64.b64decode(CHARSMAP))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    tokenizer.post_processor = processors.TemplateProcessing(
        "<pad> $A </s>", special_tokens=[("<pad>", 0), ("</s>", 1)])
    return tokenizer


def gpt1(lines):
    tokenizer = trained(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"), trainers.BpeTrainer(
        vocab_size=VOCABULARY or 1200, special_tokens=["<unk>"], end_of_word_suffix="</w>", limit_alphabet=200,
        show_progress=False), lines, pre_tokenizers.BertPreTokenizer(), normalizers.BertNormalizer())
    tokenizer.decoder = decoders.BPEDecoder("</w>")
    return tokenizer


def prefixed(lines):
    return trained(models.BPE(unk_token="[UNK]", continuing_subword_prefix="##"),
                   trainers.BpeTrainer(vocab_size=VOCABULARY or 1200, special_tokens=["[UNK]"], limit_alphabet=200,
                                       continuing_subword_prefix="##", show_progress=False),
                   lines, pre_tokenizers.Whitespace(), normalizers.NFC())


def word_level(lines):
    return trained(models.WordLevel(unk_token="[UNK]"), trainers.WordLevelTrainer(
        vocab_size=VOCABULARY or 1500, special_tokens=["[UNK]"], show_progress=False), lines,
        pre_tokenizers.Whitespace(), normalizers.Lowercase())


STYLES = {style.__name__: style for style in (
    gpt2, roberta, llama3, gpt4o, bloom, llama2, mistral, bert, bert_cased, t5, albert, xlm_roberta,
    gpt1, prefixed, word_level)}


def random_normalizer(rng):
    choice = rng.randrange(16)
    simple = ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel"]
    if choice < 8:
        return {"type": simple[choice]}
    if choice == 8:
        return {"type": "Strip", "strip_left": rng.random() < .5, "strip_right": rng.random() < .5}
    if choice == 9:
        return {"type": "BertNormalizer", "clean_text": rng.random() < .5,
                "handle_chinese_chars": rng.random() < .5, "lowercase": rng.random() < .5,
                "strip_accents": rng.choice([None, True, False])}
    if choice == 10:
        return {"type": "Replace", "pattern": {"String": rng.choice([" ", "a", "e", "  ", "é"])},
                "content": rng.choice(["▁", "", "xy", " "])}
    if choice == 11:
        return {"type": "Replace", "pattern": {"Regex": random_pattern(rng)},
                "content": rng.choice(["▁", "", "xy", " "])}
    if choice == 12:
        return {"type": "Prepend", "prepend": rng.choice(["▁", " ", "ab"])}
    if choice == 13:
        return {"type": "Precompiled", "precompiled_charsmap": CHARSMAP}
    count = rng.randrange(4)
    return {"type": "Sequence", "normalizers": [random_normalizer(rng) for _ in range(count)]}


def random_pattern(rng):
    return rng.choice([r"\s+", r"\p{L}+", r"\d", r"[^\s\w]+", r"\w+", r" ?\p{Lu}\p{Ll}*", r"[aeiou]",
                       r"\p{P}", r"\b\w", r"\S+", r"[\p{L}\p{M}]+|\p{N}{1,3}", r"\W+", r"(?i)the",
                       r"[一-龥぀-ゟ゠-ヿ]+", r"\p{Han}+", r".", r"^.", r"\s+$", r"[^\W\d]+",
                       BLOOM_PATTERN, GPT4_PATTERN])


BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]


def random_pre_tokenizer(rng):
    choice = rng.randrange(14)
    if choice == 0:
        return {"type": "ByteLevel", "add_prefix_space": rng.random() < .5, "trim_offsets": True,
                "use_regex": rng.random() < .6}
    if choice < 4:
        return {"type": ["Whitespace", "WhitespaceSplit", "BertPreTokenizer"][choice - 1]}
    if choice < 6:
        return {"type": "Metaspace", "replacement": rng.choice(["▁", "_"]),
                "prepend_scheme": rng.choice(["always", "first", "never"]),
                "split": rng.random() < .6}
    if choice < 8:
        pattern = ({"Regex": random_pattern(rng)} if rng.random() < .7 else
                   {"String": rng.choice([" ", "e", "▁", "th"])})
        return {"type": "Split", "pattern": pattern, "behavior": rng.choice(BEHAVIORS),
                "invert": rng.random() < .4}
    if choice == 8:
        return {"type": "Punctuation", "behavior": rng.choice(BEHAVIORS)}
    if choice == 9:
        return {"type": "Digits", "individual_digits": rng.random() < .5}
    if choice == 10:
        return {"type": "CharDelimiterSplit", "delimiter": rng.choice([" ", "-", "é"])}
    if choice == 11:
        return {"type": "FixedLength", "length": rng.randrange(1, 7)}
    count = rng.randrange(4)
    return {"type": "Sequence", "pretokenizers": [random_pre_tokenizer(rng) for _ in range(count)]}


def random_decoder(rng):
    choice = rng.randrange(12)
    if choice == 0:
        return None
    if choice < 4:
        return {"type": ["ByteFallback", "Fuse", "ByteLevel"][choice - 1], "add_prefix_space": True,
                "trim_offsets": True, "use_regex": True}
    if choice == 4:
        return {"type": "WordPiece", "prefix": rng.choice(["##", ""]), "cleanup": rng.random() < .5}
    if choice == 5:
        return {"type": "Metaspace", "replacement": "▁",
                "prepend_scheme": rng.choice(["always", "first", "never"]), "split": True}
    if choice == 6:
        return {"type": "BPEDecoder", "suffix": rng.choice(["</w>", "e"])}
    if choice == 7:
        return {"type": "Strip", "content": rng.choice([" ", "a", "▁"]), "start": rng.randrange(3),
                "stop": 0}
    if choice == 8:
        pattern = ({"Regex": random_pattern(rng)} if rng.random() < .5 else {"String": "▁"})
        return {"type": "Replace", "pattern": pattern, "content": rng.choice([" ", "", "é"])}
    return {"type": "Sequence", "decoders": [random_decoder(rng) or {"type": "Fuse"}
                                             for _ in range(rng.randrange(4))]}


def random_added_tokens(rng, size):
    contents = rng.sample(["<s>", "</s>", "[MASK]", "the", "é", "HELLO", "1234", "<|endoftext|>",
                           "😀", "foo", "a b", "##ing", "ﬁne", "   "], rng.randrange(6))
    return [{"id": size + i, "content": content, "single_word": rng.random() < .3,
             "lstrip": rng.random() < .3, "rstrip": rng.random() < .3,
             "normalized": rng.random() < .5, "special": rng.random() < .5}
            for i, content in enumerate(contents)]


def random_tokenizer(rng, model_pool) -> dict:
    """The JSON of a mixture; `model_pool` are "model" fields of trained tokenizers."""
    model = json.loads(json.dumps(rng.choice(model_pool)))
    if model["type"] == "BPE":
        model["ignore_merges"] = rng.random() < .3
        model["fuse_unk"] = rng.random() < .5
    size = len(model["vocab"])
    template = {"type": "TemplateProcessing", "single": [
        {"SpecialToken": {"id": "x", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [], "special_tokens": {"x": {"id": "x", "ids": [1, 0], "tokens": ["a", "b"]}}}
    return {"version": "1.0", "truncation": None, "padding": None,
            "added_tokens": random_added_tokens(rng, size),
            "normalizer": random_normalizer(rng) if rng.random() < .7 else None,
            "pre_tokenizer": random_pre_tokenizer(rng) if rng.random() < .8 else None,
            "post_processor": template if rng.random() < .3 else None,
            "decoder": random_decoder(rng), "model": model}
