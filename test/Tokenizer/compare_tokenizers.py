"""Compares ids and decoded texts with PyPI's `tokenizers`.

usage: compare_tokenizers.py --texts 1000 --mixtures 100 --seed 1
Every style gets so many texts, and every random mixture a tenth of them.
"""

import argparse
import json
import random
import sys
import time

from tokenizers import Tokenizer

import tokenizer_styles as styles
import texts
from tokenizer_process import Refused, TokenizerProcess


# What the importer refuses by design.
UNKNOWN = ("is not known within a set", "after normalization")


class Panic:
    """What `tokenizers` answers where it panics: nothing to compare with."""


def ask(call):
    """The result of a call of `tokenizers`; None where it fails, Panic where it panics."""
    try:
        return call()
    except Exception:
        return None
    except BaseException as error:  # PanicException is no Exception.
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        return Panic


def differences(name: str, source: str, rng, count: int):
    """Yields what differs between the two for `count` texts."""
    theirs = ask(lambda: Tokenizer.from_str(source))
    if theirs in (None, Panic):
        return
    size = theirs.get_vocab_size()
    with TokenizerProcess(source) as ours:
        for number in range(count):
            data = texts.make_text(rng)
            text = data.decode(errors="replace")
            special = rng.random() < 0.5
            expected = ask(lambda: theirs.encode(text, add_special_tokens=special).ids)
            try:
                found = ours.encode(data, special)
            except ValueError:
                found = None
            if expected is Panic:
                continue
            if found != expected:
                yield f"{name}, text {number}: {data!r}\n  expected {expected}\n  found    {found}"
                continue
            ids = expected or []
            if rng.random() < 0.3:
                ids = [rng.randrange(size + 3) for _ in range(rng.randrange(12))]
            expected = ask(lambda: theirs.decode(ids, skip_special_tokens=special))
            if expected not in (None, Panic) and ours.decode(ids, special) != expected:
                yield (f"{name}, decoding {ids}\n  expected {expected!r}\n"
                       f"  found    {ours.decode(ids, special)!r}")


def mixtures(rng, pool, count):
    for number in range(count):
        yield f"mixture {number}", json.dumps(styles.random_tokenizer(rng, pool))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--mixtures", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--style", action="append")
    parser.add_argument("--shown", type=int, default=20)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    lines = texts.corpus()
    trained = {name: style(lines).to_str() for name, style in styles.STYLES.items()}
    pool = [json.loads(source)["model"] for source in trained.values()]
    work = [(name, source, options.texts) for name, source in trained.items()
            if not options.style or name in options.style]
    work += [(name, source, options.texts // 10)
             for name, source in mixtures(rng, pool, options.mixtures)]
    found, refused, began = 0, 0, time.monotonic()
    for name, source, count in work:
        try:
            for difference in differences(name, source, rng, count):
                found += 1
                if found <= options.shown:
                    parts = json.loads(source)
                    if name.startswith("mixture"):
                        print({key: parts[key] for key in parts if key != "model"},
                              parts["model"]["type"])
                    print(difference)
        except Refused as error:
            refused += 1
            if not any(reason in str(error) for reason in UNKNOWN):
                found += 1
                print(f"{name}: {error}")
    total = sum(count for _, _, count in work)
    print(f"{len(work)} tokenizers, {total} texts, {refused} refused, {found} differences, "
          f"{time.monotonic() - began:.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
