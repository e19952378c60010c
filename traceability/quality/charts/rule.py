"""Rules of control charts as data: what pattern of points is a signal.

Western Electric (1956) 1 to 4 are the default; Nelson (Journal of Quality Technology 16, 1984, 237) 1 to 8 are the
usual alternative. Every rule added has its price in false alarms: the average run length of a stable normal process
is 370 with rule 1 alone, 225 with two of three, 166 with four of five, 153 with eight in a row, 92 with all four
(Champ & Woodall, Technometrics 29, 1987, 393).

Zones are multiples of the standard deviation *of the plotted statistic*: for means sigma/√n. Everything is strict: a
point on a limit or a zone's edge is not beyond it, one on the centre line is on neither side, and equal neighbours
break a trend. Two of the first two points beyond two sigma are two of three.
"""

from typing import TypeAlias

import msgspec

from traceability.quality.errors import InvalidRule

LONGEST = 1000


class Beyond(msgspec.Struct, frozen=True, tag="beyond"):
    """A point beyond a limit of the chart, wherever that limit lies."""


class ZoneCount(msgspec.Struct, frozen=True, tag="zone-count"):
    """``k`` of ``n`` consecutive points beyond ``z`` sigma on the same side; the last one is among them."""

    k: int
    n: int
    z: float


class Run(msgspec.Struct, frozen=True, tag="run"):
    """``n`` consecutive points on the same side of the centre line."""

    n: int


class Trend(msgspec.Struct, frozen=True, tag="trend"):
    """``n`` consecutive points, each above (or each below) the one before."""

    n: int


class Alternating(msgspec.Struct, frozen=True, tag="alternating"):
    """``n`` consecutive points that go up and down in turn."""

    n: int


class Within(msgspec.Struct, frozen=True, tag="within"):
    """``n`` consecutive points within ``z`` sigma of the centre, either side: stratification."""

    n: int
    z: float


class Outside(msgspec.Struct, frozen=True, tag="outside"):
    """``n`` consecutive points beyond ``z`` sigma, on either side: mixture."""

    n: int
    z: float


Pattern: TypeAlias = Beyond | ZoneCount | Run | Trend | Alternating | Within | Outside

_SHORTEST: dict[type, int] = {Trend: 2, Alternating: 3}


class Rule(msgspec.Struct, frozen=True):
    """One pattern and the id under which it is reported."""

    id: str
    pattern: Pattern

    def __post_init__(self) -> None:
        pattern = self.pattern
        if isinstance(pattern, Beyond):
            return
        shortest = _SHORTEST.get(type(pattern), 1)
        if not shortest <= pattern.n <= LONGEST:
            message = f"rule {self.id}: a {type(pattern).__name__} has {shortest} to {LONGEST} points, not {pattern.n}"
            raise InvalidRule(message)
        if isinstance(pattern, ZoneCount) and not 1 <= pattern.k <= pattern.n:
            message = f"rule {self.id}: {pattern.k} of {pattern.n} points cannot be"
            raise InvalidRule(message)
        if isinstance(pattern, ZoneCount | Within | Outside) and not 0.0 <= pattern.z < 100.0:
            message = f"rule {self.id}: a zone lies between 0 and 100 sigma, not {pattern.z}"
            raise InvalidRule(message)


BEYOND_LIMITS = (Rule("beyond-limits", Beyond()),)
"""The only rule for statistics that are not near normal: ranges, deviations, EWMA."""

WESTERN_ELECTRIC = (
    Rule("WE1", Beyond()),
    Rule("WE2", ZoneCount(2, 3, 2.0)),
    Rule("WE3", ZoneCount(4, 5, 1.0)),
    Rule("WE4", Run(8)),
)

NELSON = (
    Rule("N1", Beyond()),
    Rule("N2", Run(9)),
    Rule("N3", Trend(6)),
    Rule("N4", Alternating(14)),
    Rule("N5", ZoneCount(2, 3, 2.0)),
    Rule("N6", ZoneCount(4, 5, 1.0)),
    Rule("N7", Within(15, 1.0)),
    Rule("N8", Outside(8, 1.0)),
)
