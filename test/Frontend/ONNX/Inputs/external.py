"""Tensors in files beside the model."""

from kinds import KINDS, external

for name, made in {
    "external": external(),
    "external-absolute": external("/etc/passwd"),
    "external-parent": external("../weights.bin"),
    "external-detour": external("sub/../../weights.bin"),
    "external-nothing": external("missing.bin"),
    "external-nul": external("weights.bin\0.txt"),
    "external-sub": external("sub/weights.bin"),
    "external-negative": external(offset=-16),
    "external-beyond": external(offset=1 << 20),
    "external-petabyte": external(offset=0, length=1 << 50),
    "external-short": external(length=8),
    "external-key": external(password="x"),
    "external-wrong-checksum": external(length=16, checksum="0" * 40),
    "external-checksum": external(
        length=16, checksum="56178b86a57fac22899a9964185c2cc96e7da589"
    ),
}.items():
    KINDS[name] = lambda made=made: made
