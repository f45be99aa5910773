"""Texts for tokenizers: every script, emoji, marks, controls, broken UTF-8."""

import pathlib
import sys
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[2]

MARKS = [chr(c) for c in range(0x300, 0x370)] + list("\u0591\u05B0\u064B\u0651\u093C\u094D\u0E38"
                                                    "\u0F71\u0F72\u302A\u3099\u309A\u20DD\u0345")
SPACES = list("\t\n\v\f\r \x85\xA0\u1680\u180E\u2000\u2003\u2009\u200A\u200B\u200C\u200D\u2028"
              "\u2029\u202F\u205F\u2060\u3000\uFEFF")
EMOJI = ["😀", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇫🇷", "1️⃣", "❤️‍🔥", "🧑🏿‍🚀", "☃", "🫠", "👁️‍🗨️"]
ENGLISH = ("the The it's don't we'll I'd you've HELLO world 1234 3.14 10,000 foo_bar x=y; a-b (c) "
           "\"q\" 'tis U.S.A. e.g. #1 50% $5 http://a.b/c?d=e&f C++ naïve café Straße İstanbul ſs "
           "ﬁne ½ ² Ⅷ ① ｆｕｌｌ ﷺ ǆ Å ﷐ do not n't").split(" ")
TRAPS = ["<s>", "</s>", "<unk>", "[UNK]", "[CLS]", "[MASK]", " [MASK] ", "<|endoftext|>", "<0x41>",
         "<0xE2>", "▁", "Ġ", "##ing", "</w>", "Ċ", "\x00", "\x01\x7f\x80\x9f", "\ufffd", "\uffff",
         "\U0010ffff", "\ue000", "a" * 150, "=" * 40, "\n\n\n", "   ", "é" * 30, "ab" * 400]
ASSIGNED = [c for c in range(0x20, 0x110000) if not 0xD800 <= c <= 0xDFFF
            and unicodedata.category(chr(c)) not in ("Cn", "Co")]


def word_of_a_script(rng):
    """A few characters that are neighbours somewhere in Unicode."""
    start = rng.choice(ASSIGNED) if rng.random() < 0.8 else rng.randrange(0x10000, 0x32000)
    if rng.random() < 0.1:
        start = rng.randrange(0xA0, 0x110000)
    characters = (start + rng.randrange(24) for _ in range(rng.randrange(1, 9)))
    return "".join(chr(c) for c in characters if c <= sys.maxunicode and not 0xD800 <= c <= 0xDFFF)


def marked(rng):
    """A letter with marks, in any order."""
    return rng.choice("aeioucAE\u0915\u05D0\u1100\uAC00\u304B") + "".join(
        rng.choice(MARKS) for _ in range(rng.randrange(1, 5)))


def jamo(rng):
    return "".join(chr(rng.choice((0x1100, 0x1161, 0x11A8)) + rng.randrange(19)) for _ in range(3))


def part(rng):
    choice = rng.random()
    if choice < 0.35:
        return rng.choice(ENGLISH)
    if choice < 0.6:
        return word_of_a_script(rng)
    if choice < 0.66:
        return rng.choice(EMOJI)
    if choice < 0.73:
        return marked(rng)
    if choice < 0.76:
        return jamo(rng)
    if choice < 0.84:
        return "".join(rng.choice(SPACES) for _ in range(rng.randrange(1, 4)))
    if choice < 0.92:
        return rng.choice(TRAPS)
    if choice < 0.96:
        return "".join(rng.choice("0123456789") for _ in range(rng.randrange(1, 8)))
    return "".join(chr(rng.randrange(1, 256)) for _ in range(rng.randrange(1, 6)))


def make_text(rng) -> bytes:
    """One text; some are not UTF-8, and some are empty."""
    count = min(int(rng.expovariate(0.15)), 60)
    separators = [" ", " ", " ", "", "", "\n", "  "]
    text = "".join(part(rng) + rng.choice(separators) for _ in range(count))
    data = text.encode()
    if rng.random() < 0.1 and data:
        damaged = bytearray(data)
        for _ in range(rng.randrange(1, 6)):
            at = rng.randrange(len(damaged) + 1)
            damaged[at:at + rng.randrange(2)] = rng.randbytes(rng.randrange(3))
        data = bytes(damaged)
    elif rng.random() < 0.02:
        data = rng.randbytes(rng.randrange(40))
    return data


def corpus() -> list[str]:
    """Lines to train on: this repository's prose, and words of many scripts."""
    import random
    rng = random.Random(5)
    lines = []
    for path in sorted((ROOT / "docs").glob("*.md")):
        lines += path.read_text().split("\n")[:150]
    words = [word_of_a_script(rng) for _ in range(300)]
    for _ in range(1500):
        lines.append(" ".join(rng.choice(words if rng.random() < 0.5 else ENGLISH)
                              for _ in range(8)) + rng.choice(EMOJI) + marked(rng))
    return lines
