"""Damages ONNX models and checks that the reader survives every one of them.

Each mutant is a seed model with one to four mutations: of its fields (numbers
set to extremes, names swapped, messages repeated, dropped and moved) or of its
bytes. The tool must end by itself, with an exit code that its documentation
names, within the bounds on time and memory. What fails is kept.

usage: mutate_onnx.py --tool ecolm-import --count 200 --seed 1 MODEL...
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time

import onnx

# 0: fine, 1: refused with a diagnostic, 3: read, but cannot be compiled.
EXPECTED_CODES = {0, 1, 3}

NUMBERS = [0, 1, -1, 2, 3, 7, 64, 127, 255, 256, 2**15, 2**31 - 1, 2**31, 2**32]
NUMBERS += [2**40, 2**62, 2**63 - 1, -(2**31), -(2**32), -(2**63)]
TEXTS = ["", "x", "..", "/etc/passwd", "a" * 5000, "\x1b[2J\x00", "ai.ecolm", "Constant"]
OPERATORS = (
    "Add MatMul Gemm Reshape Slice Gather Concat Split Expand Range ConstantOfShape "
    "Transpose Squeeze Unsqueeze Flatten Attention LayerNormalization Softmax Cast "
    "ReduceMean Shape Where UnpackTernary ButterflyFactor TernaryMatMul PotMatMul If"
).split()


def is_repeated(field):
    """protobuf spells this in two ways, of which newer versions drop one."""
    if hasattr(field, "is_repeated"):
        return field.is_repeated
    return field.label == field.LABEL_REPEATED


def collect(message, found):
    """Every field of `message` and of what is in it that has a value."""
    for field, value in message.ListFields():
        found.append((message, field))
        if field.type != field.TYPE_MESSAGE:
            continue
        for item in value if is_repeated(field) else [value]:
            collect(item, found)
    return found


def mutated_value(field, rng, names):
    if field.type in (field.TYPE_FLOAT, field.TYPE_DOUBLE):
        return rng.choice([0.0, -0.0, 1e-45, 3e38, float("nan"), float("inf")])
    if field.type == field.TYPE_STRING:
        if field.name == "op_type":
            return rng.choice(OPERATORS)
        return rng.choice(names + TEXTS)
    if field.type == field.TYPE_BYTES:
        return rng.randbytes(rng.choice([0, 1, 7, 8, 64, 1000]))
    if field.type == field.TYPE_ENUM:
        return rng.choice([value.number for value in field.enum_type.values])
    number = rng.choice(NUMBERS)
    if field.type in (field.TYPE_INT32,):
        return max(-(2**31), min(2**31 - 1, number))
    return abs(number) if field.type == field.TYPE_UINT64 else number


def mutate_field(model, rng):
    fields = collect(model, [])
    names = [v for m, f in fields if f.name in ("name", "input", "output")
             for v in ([getattr(m, f.name)] if isinstance(getattr(m, f.name), str)
                       else list(getattr(m, f.name)))]
    message, field = rng.choice(fields)
    action = rng.random()
    if is_repeated(field):
        items = getattr(message, field.name)
        at = rng.randrange(len(items))
        if action < 0.25:
            del items[at]
        elif field.type == field.TYPE_MESSAGE:
            copies = [items[i] for i in range(len(items))]
            if action < 0.6:
                copies.insert(rng.randrange(len(items) + 1), items[at])
            else:
                rng.shuffle(copies)
            texts = [copy.SerializeToString() for copy in copies]
            del items[:]
            for text in texts:
                items.add().ParseFromString(text)
        elif action < 0.5:
            items.extend([mutated_value(field, rng, names)] * rng.choice([1, 2, 70]))
        else:
            items[at] = mutated_value(field, rng, names)
    elif action < 0.15:
        message.ClearField(field.name)
    elif field.type != field.TYPE_MESSAGE:
        setattr(message, field.name, mutated_value(field, rng, names))


def mutate_bytes(data, rng):
    data = bytearray(data)
    at = rng.randrange(len(data))
    action = rng.randrange(5)
    if action == 0:
        data[at] ^= 1 << rng.randrange(8)
    elif action == 1:
        data[at] = rng.choice([0, 0x7F, 0x80, 0xFF])
    elif action == 2:
        del data[at:]
    elif action == 3:
        del data[at : at + rng.choice([1, 2, 16])]
    else:
        start = rng.randrange(len(data))
        data[at:at] = data[start : start + rng.choice([1, 16, 256])]
    return bytes(data)


def make_mutant(seeds, rng):
    data = rng.choice(seeds)
    for _ in range(rng.randrange(1, 5)):
        if rng.random() < 0.3 or not data:
            data = mutate_bytes(data, rng) if data else b"\x08"
            continue
        model = onnx.ModelProto()
        try:
            model.ParseFromString(data)
        except Exception:
            continue
        try:
            mutate_field(model, rng)
            data = model.SerializeToString()
        except (TypeError, ValueError):
            continue  # Python refuses some values that a file could hold.
    return data


def run(tool, path, options):
    """What is wrong with how the tool took the model, or None."""

    def limit():
        size = options.address_mib << 20
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    command = [tool, path, "--check", "-o", os.devnull]
    began = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=limit
    )
    try:
        _, message = process.communicate(timeout=options.timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return f"took longer than {time.monotonic() - began:.0f} s"
    if process.returncode not in EXPECTED_CODES:
        return f"ended with {process.returncode}: {message[-300:]!r}"
    if process.returncode == 1 and b"error: " not in message:
        return "failed without a diagnostic"
    if any(byte < 32 and byte != 10 for byte in message):
        return "printed control bytes of the model"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--address-mib", type=int, default=1024)
    parser.add_argument("--keep", default=None, help="folder for what fails")
    parser.add_argument("models", nargs="+")
    options = parser.parse_args()
    seeds = [open(path, "rb").read() for path in options.models]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.count):
            rng = random.Random(options.seed * 1_000_003 + number)
            data = make_mutant(seeds, rng)
            path = os.path.join(folder, "mutant.onnx")
            with open(path, "wb") as file:
                file.write(data)
            fault = run(options.tool, path, options)
            if not fault:
                continue
            failures += 1
            print(f"mutant {number} of seed {options.seed}: {fault}")
            if options.keep:
                os.makedirs(options.keep, exist_ok=True)
                name = f"mutant-{options.seed}-{number}.onnx"
                with open(os.path.join(options.keep, name), "wb") as file:
                    file.write(data)
    print(f"{options.count} mutants, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
