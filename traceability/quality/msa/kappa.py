"""Agreement beyond chance: Cohen's kappa of two raters, Fleiss's of many.

Cohen (1960) with the standard error of Fleiss, Cohen & Everitt for the test of no agreement; Fleiss (Psychological
Bulletin 76, 1971, 378) with the standard error of Fleiss, Nee & Landis (1979).
"""

import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import msgspec

from traceability.quality.distributions import normal_cdf
from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused


class Kappa(msgspec.Struct, frozen=True):
    """Kappa, exactly, with the standard error under "agreement by chance alone" and its one-sided p value."""

    exact: Fraction
    error: float
    z: float
    p: float

    @property
    def value(self) -> float:
        """Kappa as a double."""
        return float(self.exact)


@or_refused
def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> Kappa:
    """Two raters of the same units."""
    if len(first) != len(second):
        raise NoFigure(Reason.UNEQUAL_LENGTHS, f"{len(first)} and {len(second)} ratings")
    if not first:
        raise NoFigure(Reason.NO_VALUES, "no rating")
    n = len(first)
    ones, twos = Counter(first), Counter(second)
    chance = Fraction(sum(ones[c] * twos[c] for c in ones), n * n)
    if chance == 1:
        raise NoFigure(Reason.NO_EVENTS, "every rating is the same: agreement cannot be told from chance")
    observed = Fraction(sum(a == b for a, b in zip(first, second, strict=True)), n)
    mixed = Fraction(sum(ones[c] * twos[c] * (ones[c] + twos[c]) for c in ones), n**3)
    variance = (chance + chance * chance - mixed) / (n * (1 - chance) ** 2)
    return _tested((observed - chance) / (1 - chance), variance)


@or_refused
def fleiss_kappa(ratings: Sequence[Sequence[str]]) -> Kappa:
    """``ratings[unit]``: every rating of that unit; equally many for each."""
    if not ratings:
        raise NoFigure(Reason.NO_VALUES, "no unit")
    m, n = len(ratings[0]), len(ratings)
    if any(len(unit) != m for unit in ratings):
        raise NoFigure(Reason.UNBALANCED, "units with different numbers of ratings")
    if m < 2:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, "two ratings of each unit are needed")
    counts = [Counter(unit) for unit in ratings]
    totals: Counter[str] = sum(counts, Counter())
    shares = [Fraction(total, n * m) for total in totals.values()]
    chance = sum((share * share for share in shares), Fraction(0))
    if chance == 1:
        raise NoFigure(Reason.NO_EVENTS, "every rating is the same: agreement cannot be told from chance")
    pairs = sum(count * (count - 1) for unit in counts for count in unit.values())
    observed = Fraction(pairs, n * m * (m - 1))
    rest = 1 - chance  # = Σ p(1 - p)
    skewed = sum((share * (1 - share) * (1 - 2 * share) for share in shares), Fraction(0))
    variance = 2 * (rest * rest - skewed) / (n * m * (m - 1) * rest * rest)
    return _tested((observed - chance) / rest, variance)


def _tested(kappa: Fraction, variance: Fraction) -> Kappa:
    error = math.sqrt(variance) if variance > 0 else 0.0
    if error == 0.0:
        raise NoFigure(Reason.ZERO_SPREAD, "kappa has no standard error here")
    z = float(kappa) / error
    return Kappa(kappa, error, z, normal_cdf(-z))
