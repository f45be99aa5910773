"""Writes CharacterClasses.inc: what PyPI's `tokenizers` thinks of every code point.

`tokenizers` asks four libraries of four Unicode versions: Rust's standard library and
Oniguruma (17), unicode_categories (8) and unicode-normalization-alignments (9). Ids are
equal only if the questions have the same answers, whatever version utf8proc and PCRE2
are of. So the answers are taken from `tokenizers` itself, once, and are kept.

usage: generate_character_classes.py > CharacterClasses.inc   (about a minute)
"""

import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

CODE_POINTS = [c for c in range(1, 0x110000) if not 0xD800 <= c <= 0xDFFF]
EVERYTHING = "".join(map(chr, CODE_POINTS))
# What PCRE2 10.42 and utf8proc 2.8 of Debian 12 know; newer characters are looked up as
# a character of the same category that they know.
KNOWN = "14.0.0"
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Cf".split()


def removed_by(normalizer):
    """Code points that `normalizer` leaves nothing of."""
    return {c for c in CODE_POINTS if not normalizer.normalize_str(chr(c))}


def matching(pattern):
    """Code points that Oniguruma matches with `pattern`."""
    left = set(normalizers.Replace(Regex(pattern), "").normalize_str(EVERYTHING))
    return {c for c in CODE_POINTS if chr(c) not in left}


def classes():
    """Name, sentence and members of each class."""
    words, digits = pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)
    clean = normalizers.BertNormalizer(True, False, False, False)
    accents = normalizers.BertNormalizer(False, False, True, False)
    left = set("".join(t for t, _ in
                       pre_tokenizers.Punctuation("removed").pre_tokenize_str(EVERYTHING)))
    yield "Word", r"\w of the regex crate", {
        c for c in CODE_POINTS if words.pre_tokenize_str("a" + chr(c))[0][0] == "a" + chr(c)}
    yield "Numeric", "char::is_numeric of Rust", {
        c for c in CODE_POINTS if len(digits.pre_tokenize_str(f"a{chr(c)}a")) == 3}
    yield "Punctuation", "is_punctuation of unicode_categories, and ASCII's", {
        c for c in CODE_POINTS if chr(c) not in left}
    yield "Unclean", "what BERT's clean_text removes", removed_by(clean)
    yield "CombiningMark", "is_combining_mark of unicode-normalization-alignments", removed_by(
        normalizers.StripAccents())
    yield "NonspacingMark", "is_mark_nonspacing of unicode_categories", removed_by(accents)
    yield "Composing", "decomposes, reorders or joins the character before", composing()


def composing():
    """Code points that normal forms are about: the others are as they are in every form."""
    nfkd, nfd, nfc = normalizers.NFKD(), normalizers.NFD(), normalizers.NFC()
    marks = "\u0334\u0323\u0301"  # classes 1, 220 and 230
    found = set()
    for c in CODE_POINTS:
        text = chr(c)
        # Reordering shows against a mark of another class, on either side of it.
        moves = any(nfd.normalize_str("a" + x) != "a" + x
                    for x in [text + m for m in marks] + ["\u0345" + text, "\u0315" + text]
                    if unicodedata.combining(text) and c > 0x2FF)
        if nfkd.normalize_str(text) != text or moves or text in marks:
            found.add(c)
    # Second halves of the characters that have a canonical form of two.
    for c in CODE_POINTS:
        parts = nfd.normalize_str(chr(c))
        if parts != chr(c) and nfc.normalize_str(parts) == chr(c):
            found.update(map(ord, parts[1:]))
    return found


def lower_case():
    """(code point, lower case) where Unicode's newest version differs from KNOWN."""
    lower = normalizers.Lowercase()
    return [(c, lower.normalize_str(chr(c))) for c in CODE_POINTS
            if lower.normalize_str(chr(c)) != chr(c).lower() or c == 0x130]


def newer():
    """(first, last, known character of the same category and length in UTF-8)."""
    han = matching(r"\p{Han}")
    found = []
    for category in CATEGORIES:
        members = matching(rf"\p{{{category}}}")
        new = {c for c in members if unicodedata.category(chr(c)) != category}
        for script, part in ((True, new & han), (False, new - han)):
            for first, last in ranges(part):
                length = len(chr(first).encode())
                known = next(c for c in sorted(members - new, reverse=category == "Lo")
                             if c > 0xA0 and len(chr(c).encode()) == length
                             and (c in han) == script)
                found.append((first, last, known))
    return sorted(found)


def ranges(members):
    """Inclusive ranges of a set of code points."""
    found = []
    for c in sorted(members):
        if found and found[-1][1] == c - 1:
            found[-1][1] = c
        else:
            found.append([c, c])
    return found


def print_rows(rows, width=96):
    """Rows of a table, as many on a line as fit."""
    line = "   "
    for row in rows:
        text = " {" + ", ".join(f"0x{c:X}" for c in row) + "},"
        if len(line) + len(text) > width:
            print(line)
            line = "   "
        line += text
    print(line)


def main():
    assert unicodedata.unidata_version == KNOWN, "run this with Python 3.11"
    print(f"// Written by generate_character_classes.py from tokenizers "
          f"{tokenizers.__version__}.\n// clang-format off\n")
    for name, sentence, members in classes():
        print(f"/// {sentence}.\nstatic constexpr CodePointRange k{name}[] = {{")
        print_rows(ranges(members))
        print("};\n")
    print("/// Lower case that is newer than utf8proc, or more than one character.")
    print("static constexpr LowerCase kLowerCase[] = {")
    print_rows([[c, *map(ord, text), 0][:3] for c, text in lower_case()])
    print("};\n")
    print(f"/// Characters that are newer than Unicode {KNOWN}: first, last, stand-in.")
    print("static constexpr StandIn kStandIns[] = {")
    print_rows(newer())
    print("};")


if __name__ == "__main__":
    main()
