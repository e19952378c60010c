"""Measured values as ranges: from a cut upwards, or downwards, cuts being quantiles of all units' values.

A range is a value of a factor like any other, so it takes part in the correction for multiplicity; how the two groups
differ as a whole is told beside it by the probability that a suspect's value is above another's (Mann & Whitney 1947,
ties half).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from traceability.quality.comparison.units import KnownUnit

CUTS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
FEWEST = 10


def ranges_of(characteristic: str, units: Sequence[KnownUnit]) -> dict[str, frozenset[str]]:
    """For each range, as text, the names of the units in it; none when fewer than ``FEWEST`` values are known."""
    known = [(unit.values[characteristic], unit.name) for unit in units if characteristic in unit.values]
    if len(known) < FEWEST:
        return {}
    values = sorted(value for value, _ in known)
    cuts = sorted({values[min(len(values) - 1, int(share * len(values)))] for share in CUTS})
    found: dict[str, frozenset[str]] = {}
    for cut in cuts:
        found[f"≥ {cut!r}"] = frozenset(name for value, name in known if value >= cut)
        found[f"< {cut!r}"] = frozenset(name for value, name in known if value < cut)
    return {text: names for text, names in found.items() if 0 < len(names) < len(known)}


def chance_above(suspects: Iterable[float], others: Iterable[float]) -> float | None:
    """The chance that a suspect's value is above one of the others; 0.5: no difference; None without values."""
    ordered = sorted(others)
    mine = list(suspects)
    if not ordered or not mine:
        return None
    wins = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in mine)
    return wins / (2 * len(mine) * len(ordered))
