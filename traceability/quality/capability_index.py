"""Capability indices from a mean, a variance and limits, exactly.

Cp = (U − L)/6σ, Cpu = (U − x̄)/3σ, Cpl = (x̄ − L)/3σ, Cpk their minimum; with one limit the one that exists. σ is a root,
so an index is kept as its signed square, a fraction: whether it reaches 1.33 is then decided without rounding.
"""

import math
from fractions import Fraction

import msgspec

from traceability.quality.errors import OutOfDomain


class Index(msgspec.Struct, frozen=True):
    """A capability index x as the exact x·|x|."""

    signed_square: Fraction

    @property
    def value(self) -> float:
        """The index as a double, for display."""
        root = math.sqrt(abs(self.signed_square))
        return -root if self.signed_square < 0 else root

    def reaches(self, threshold: Fraction) -> bool:
        """Whether the index is at least ``threshold`` (not negative), exactly."""
        return self.signed_square >= threshold * threshold


class Indices(msgspec.Struct, frozen=True, kw_only=True):
    """Indices of one mean and sigma; None where the limit that they need is missing."""

    cp: Index | None
    cpl: Index | None
    cpu: Index | None
    cpk: Index


def indices(mean: Fraction, variance: Fraction, lsl: Fraction | None, usl: Fraction | None) -> Indices:
    """Cp, Cpl, Cpu and Cpk (Pp, Ppl, Ppu, Ppk by the old names when sigma is the overall one)."""
    if variance <= 0:
        raise OutOfDomain("capability indices need a spread")
    cpl = None if lsl is None else _index(mean - lsl, 9 * variance)
    cpu = None if usl is None else _index(usl - mean, 9 * variance)
    cp = None if lsl is None or usl is None else _index(usl - lsl, 36 * variance)
    sides = [side for side in (cpl, cpu) if side is not None]
    if not sides:
        raise OutOfDomain("capability indices need a limit")
    return Indices(cp=cp, cpl=cpl, cpu=cpu, cpk=min(sides, key=lambda side: side.signed_square))


def cpm(mean: Fraction, variance: Fraction, lsl: Fraction, usl: Fraction, target: Fraction) -> Index:
    """Cpm = (U - L)/6√(s² + (x̄ - T)²): spread about the target (Chan, Cheng & Spiring 1988; NIST e-Handbook 6.1.6)."""
    spread = variance + (mean - target) ** 2
    if spread <= 0:
        raise OutOfDomain("Cpm needs a spread about the target")
    return _index(usl - lsl, 36 * spread)


def _index(distance: Fraction, squared_unit: Fraction) -> Index:
    return Index(distance * abs(distance) / squared_unit)
