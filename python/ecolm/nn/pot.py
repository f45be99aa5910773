"""Power-of-two weight formats: PoT-LLM, PoTPTQ, n-hot and APoT."""

import itertools

import torch
from torch import Tensor, nn

from .grouping import split_groups
from .low_bit_linear import straight_through


def searched_scale(groups: Tensor, base: Tensor, quantize) -> Tensor:
    """base b for the b in {0.01, 0.02, ... 2.00} with the least squared error per group.

    groups (N, G, g), base (N, G, 1); quantize(ratio) gives the nearest representable ratio.
    """
    best, scale = torch.full_like(base, torch.inf), base
    for step in range(1, 201):
        candidate = base * (step / 100)
        error = (quantize(groups / candidate) * candidate - groups).square().sum(-1, keepdim=True)
        scale = torch.where(error < best, candidate, scale)
        best = torch.minimum(error, best)
    return scale


class PowerOfTwo(nn.Module):
    """W ~ S sum_t sign_t 2^e_t, e in [emin, emax], S per tensor or per group of inputs.

    S is max|W| / 2^emax, or with `search` (PoTPTQ, 2507.11959) the best of a grid around it.
    One term rounds on the logarithm: e = round(log2|W / S|). `integers` rounds W / S to a
    multiple of 2^emin first (PoT-LLM, 2506.00315). Without `zero` a small magnitude is 2^emin
    and zero is positive; with it, a magnitude below 2^emin is 0. Further terms (n-hot,
    2103.11704) are the nearest power of two to what is left, added or subtracted. `half`
    rounds S to f16.
    """

    kind = "pot"

    def __init__(self, emin: int, emax: int, group: int = 0, terms: int = 1, zero: bool = True,
                 integers: bool = False, search: bool = False, half: bool = False):
        super().__init__()
        self.emin, self.emax, self.group, self.terms = emin, emax, group, terms
        self.zero, self.integers, self.search, self.half = zero, integers, search, half

    @property
    def code_bits(self) -> int:
        """Bits of a weight's codes: sign and exponent, with a code for zero if there is one."""
        codes = 2 * (self.emax - self.emin + 1) + self.zero
        return self.terms * (codes - 1).bit_length()

    def term(self, ratio: Tensor) -> tuple[Tensor, Tensor]:
        """Sign and exponent of the nearest power of two, shaped like `ratio`."""
        magnitude = ratio.abs()
        if self.terms == 1:
            exponent = torch.log2(magnitude).round()
        else:
            fraction, exponent = torch.frexp(magnitude)  # fraction in [0.5, 1)
            exponent = exponent - 1 + (fraction >= 0.75)
        exponent = exponent.clamp(self.emin, self.emax)
        if not self.zero:
            return torch.where(ratio < 0, -1.0, 1.0), exponent
        return torch.where(magnitude < 2.0**self.emin, 0.0, torch.sign(ratio)), exponent

    def rounded(self, ratio: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Sign and exponent of every term of `ratio`."""
        if self.integers:
            ratio = (ratio * 2.0**-self.emin).round() * 2.0**self.emin
        terms = []
        for _ in range(self.terms):
            sign, exponent = self.term(ratio)
            terms.append((sign, exponent))
            ratio = ratio - sign * 2.0**exponent
        return terms

    def values(self, ratio: Tensor) -> Tensor:
        """The representable value nearest to `ratio`."""
        return sum(sign * 2.0**exponent for sign, exponent in self.rounded(ratio))

    def scale(self, weight: Tensor) -> Tensor:
        """S of every group: (N, G, 1), or (1, 1, 1) for the tensor."""
        groups = split_groups(weight, self.group)
        largest = groups.abs().amax(-1, keepdim=True).clamp(min=1e-8)
        scale = largest * 2.0**-self.emax
        if self.search:
            scale = searched_scale(groups, 2 * scale, self.values)
        return scale.half().float() if self.half else scale

    def codes(self, weight: Tensor) -> list[Tensor]:
        """Per term sign (e - emin + 1), int8 (N, K)."""
        ratio = split_groups(weight, self.group) / self.scale(weight)
        return [(sign * (exponent - self.emin + 1)).to(torch.int8).view_as(weight)
                for sign, exponent in self.rounded(ratio)]

    def forward(self, weight: Tensor) -> Tensor:
        """weight (N, K) -> quantized, same shape."""
        scale = self.scale(weight)
        quantized = self.values(split_groups(weight, self.group) / scale) * scale
        return straight_through(weight, quantized.reshape(weight.shape), self.training)


class FixedPowers(nn.Module):
    """0 or +-2^e, e = round(log2|w|) in [emin, emax], zero below 2^emin; no scale."""

    def __init__(self, emin: int, emax: int):
        super().__init__()
        self.emin, self.emax = emin, emax

    def forward(self, weight: Tensor) -> Tensor:
        """Any shape -> same shape."""
        magnitude = weight.abs()
        power = 2.0 ** torch.log2(magnitude).round().clamp(self.emin, self.emax)
        quantized = torch.where(magnitude < 2.0**self.emin, 0.0, torch.sign(weight)) * power
        return straight_through(weight, quantized, self.training)


class AdditivePowers(nn.Module):
    """APoT (1909.13144), B magnitude bits: alpha times a sum of one power of two per set.

    The sets interleave, so that the sums are 2^B levels from 0 to max; alpha is the best of a
    grid per tensor, and a weight takes the nearest level.
    """

    kind = "pot"
    SETS = {2: [[0, 2**-1, 2**-2, 2**-3]],
            3: [[0, 2**-1, 2**-2, 2**-4], [0, 2**-3]],
            4: [[0, 2**-1, 2**-3, 2**-5], [0, 2**-2, 2**-4, 2**-6]]}
    emin, emax = -6, -1

    def __init__(self, bits: int = 5):
        super().__init__()
        self.code_bits, self.terms = bits, len(self.SETS[bits - 1])
        parts = torch.tensor(list(itertools.product(*self.SETS[bits - 1])))
        sums, order = parts.sum(dim=1).sort()
        self.register_buffer("levels", sums, persistent=False)  # (2^B,), ascending
        self.register_buffer("parts", parts[order], persistent=False)  # (2^B, terms)

    def nearest(self, ratio: Tensor) -> Tensor:
        """Index of the level nearest to |ratio|."""
        middles = (self.levels[1:] + self.levels[:-1]) / 2
        return torch.bucketize(ratio.abs(), middles)

    def values(self, ratio: Tensor) -> Tensor:
        """The signed level nearest to `ratio`."""
        return torch.sign(ratio) * self.levels[self.nearest(ratio)]

    def scale(self, weight: Tensor) -> Tensor:
        """alpha over the largest level: (1, 1, 1)."""
        groups = split_groups(weight, 0)
        largest = groups.abs().amax(-1, keepdim=True).clamp(min=1e-8)
        return searched_scale(groups, largest / self.levels[-1], self.values)

    def codes(self, weight: Tensor) -> list[Tensor]:
        """Per term sign (e - emin + 1) or 0, int8 (N, K)."""
        ratio = weight / self.scale(weight).view(())
        parts = self.parts[self.nearest(ratio)]
        index = torch.where(parts > 0, torch.log2(parts) - self.emin + 1, 0)
        return [(torch.sign(ratio) * part).to(torch.int8) for part in index.unbind(-1)]

    def forward(self, weight: Tensor) -> Tensor:
        """weight (N, K) -> quantized, same shape."""
        scale = self.scale(weight).view(())
        return straight_through(weight, self.values(weight / scale) * scale, self.training)
