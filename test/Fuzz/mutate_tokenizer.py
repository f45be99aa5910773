"""Damages tokenizer.json files and checks that the importer survives every one of them.

Each mutant is a seed file with one to four mutations: of its values (replaced by extremes, moved,
dropped, repeated, nested) or of its bytes. ecolm-run-tokenizer must refuse it with one line, or
tokenize texts with it and answer every one, within the bounds on time and memory. What fails is
kept.

usage: mutate_tokenizer.py --tool ecolm-run-tokenizer --count 200 --seed 1 FILE...
"""

import argparse
import json
import os
import random
import resource
import struct
import subprocess
import sys
import tempfile

VALUES = [None, True, False, 0, 1, -1, 2**31, 2**32, 2**63, 10**40, 1e308, -0.0, 0.5, "", "x", " ",
          "▁", "\x00", "\ud83d", "😀", "a" * 5000, [], {}, [[]], [None], {"type": "NFC"}, "NFKD",
          "BPE", "Unigram", "WordPiece", "WordLevel", "Sequence", "ByteLevel", "Metaspace", "Split",
          "Replace", "Regex", "String", "(", "[a", "(?:a*)*b", "(a|a)*$", "\\p{L}{0,9999}", "first"]
TEXTS = [b"", b"the model, a test <s>[M] 12345\n\xe2\x96\x81x", b"\xff\xfe\x00 \xf0\x9f\x98\x80",
         "ﬁne é ½ 漢字 ①".encode(), b"a" * 3000, b"<0x41> \t  don't"]


def places(value, found, path=()):
    """The path of every value in a document."""
    found.append(path)
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            places(item, found, path + (key,))
    return found


def reach(document, path):
    for key in path:
        document = document[key]
    return document


def mutate_value(document, rng):
    found = places(document, [])
    # Vocabularies are large; the rest decides more.
    path = rng.choice([p for p in found if len(p) < 3 or rng.random() < 0.2] or found)
    if not path:
        return rng.choice(VALUES)
    parent, key = reach(document, path[:-1]), path[-1]
    action = rng.random()
    if action < 0.2:
        del parent[key]
    elif action < 0.3 and isinstance(parent, list):
        parent.insert(rng.randrange(len(parent) + 1), parent[key])
    elif action < 0.5:
        parent[key] = json.loads(json.dumps(reach(document, rng.choice(found))))
    elif action < 0.6:
        parent[key] = {"type": "Sequence", "normalizers": [parent[key]] * 2,
                       "pretokenizers": [parent[key]], "decoders": [parent[key]] * 3}
    else:
        parent[key] = rng.choice(VALUES)
    return document


def mutate_bytes(data, rng):
    data = bytearray(data)
    at, action = rng.randrange(len(data)), rng.randrange(5)
    if action == 0:
        data[at] ^= 1 << rng.randrange(8)
    elif action == 1:
        data[at] = rng.choice(b"[]{}\",:\\0\xff")
    elif action == 2:
        del data[at:]
    elif action == 3:
        del data[at:at + rng.choice([1, 2, 16])]
    else:
        start = rng.randrange(len(data))
        data[at:at] = data[start:start + rng.choice([1, 16, 256])] * rng.choice([1, 1, 100])
    return bytes(data)


def make_mutant(seeds, rng):
    data = rng.choice(seeds)
    for _ in range(rng.randrange(1, 5)):
        if rng.random() < 0.3:
            data = mutate_bytes(data, rng) if data else b"{"
            continue
        try:
            document = mutate_value(json.loads(data), rng)
        except ValueError:
            continue
        data = json.dumps(document, ensure_ascii=rng.random() < 0.5).encode(errors="surrogatepass")
    return data


def requests(rng):
    """Texts to encode and ids to decode."""
    for text in TEXTS:
        yield rng.choice(b"eE"), text
    ids = [rng.choice([0, 1, 2, 5, 63, 64, 99, 300, -1, 2**31 - 1]) for _ in range(9)]
    yield rng.choice(b"dD"), struct.pack("<9i", *ids)
    yield ord("d"), b""


def count_answers(data):
    """How many whole answers the tool gave, or -1 if the last is cut off."""
    count = at = 0
    while at < len(data):
        if at + 8 > len(data):
            return -1
        at += 8 + struct.unpack_from("<I", data, at + 4)[0]
        count += 1
    return count if at == len(data) else -1


def run(tool, path, options, rng):
    """What is wrong with how the tool took the file, or None."""

    def limit():
        if options.address_mib:
            size = options.address_mib << 20
            resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    wanted = list(requests(rng))
    given = b"".join(struct.pack("<BI", letter, len(load)) + load for letter, load in wanted)
    process = subprocess.Popen([tool, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, preexec_fn=limit)
    try:
        answers, message = process.communicate(given, timeout=options.timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return f"took longer than {options.timeout:.0f} s"
    if process.returncode not in (0, 1):
        return f"ended with {process.returncode}: {message[-2000:]!r}"
    if process.returncode == 1 and b"error: " not in message:
        return "failed without a message"
    if process.returncode == 0 and count_answers(answers) != len(wanted):
        return f"gave {count_answers(answers)} answers to {len(wanted)} requests"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--address-mib", type=int, default=1024, help="0 for no bound")
    parser.add_argument("--keep", default=None, help="folder for what fails")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    seeds = [open(path, "rb").read() for path in options.files]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.count):
            rng = random.Random(options.seed * 1_000_003 + number)
            data = make_mutant(seeds, rng)
            path = os.path.join(folder, "mutant.json")
            with open(path, "wb") as file:
                file.write(data)
            fault = run(options.tool, path, options, rng)
            if not fault:
                continue
            failures += 1
            print(f"mutant {number} of seed {options.seed}: {fault}")
            if options.keep:
                os.makedirs(options.keep, exist_ok=True)
                name = f"mutant-{options.seed}-{number}.json"
                with open(os.path.join(options.keep, name), "wb") as file:
                    file.write(data)
    print(f"{options.count} mutants, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
