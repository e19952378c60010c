"""How well a family fits, and which to take: Anderson-Darling at 5 %, then the lowest AIC.

Critical values with parameters estimated from the same values: normal and lognormal 0.752 of A²(1 + 0.75/n + 2.25/n²),
Weibull 0.757 of A²(1 + 0.2/√n) (Stephens, Biometrika 64, 1977, 583), gamma 0.752 to 0.786 by its shape (D'Agostino &
Stephens 1986, table 4.21). A Johnson member is judged by its normal scores as if they were given, which its four
parameters make easy to pass; it is taken only when every family of two parameters is rejected.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence

import msgspec

from traceability.quality.errors import NoFigure
from traceability.quality.fit.families import Distribution, Family, Gamma, Normal
from traceability.quality.fit.johnson import Johnson, fit_johnson
from traceability.quality.fit.likelihood import Fitted, fit
from traceability.quality.normality import CRITICAL_5_PERCENT, anderson_darling_of, statistic_of
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number, steps_of

TWO_PARAMETERS = (Family.NORMAL, Family.LOGNORMAL, Family.WEIBULL, Family.GAMMA)
JOHNSON = (Family.JOHNSON_SU, Family.JOHNSON_SB, Family.JOHNSON_SL)
_WEIBULL_5_PERCENT = 0.757
_GAMMA_SHAPES = (1, 2, 3, 4, 5, 6, 8, 10, 20)
_GAMMA_5_PERCENT = (0.786, 0.768, 0.762, 0.759, 0.758, 0.757, 0.755, 0.754, 0.753)
_FEWEST = 8


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One fitted family and its tests."""

    distribution: Distribution
    aic: float
    anderson_darling: float
    critical: float
    """At 5 %, for the adjusted statistic beside it."""

    @property
    def accepted(self) -> bool:
        """Whether the values do not contradict the family."""
        return self.anderson_darling <= self.critical


class Choice(msgspec.Struct, frozen=True):
    """The best family and all that were tried, best first."""

    best: Candidate
    candidates: tuple[Candidate, ...]


@or_refused
def choose(values: Sequence[Number], origin: Number = 0, families: Sequence[Family] = TWO_PARAMETERS) -> Choice:
    """The family that fits best; families that cannot hold the values are left out."""
    steps = steps_of([*values, origin], fewest=1)
    floats = [float(step * steps.unit) for step in steps.values]
    return choice_of(floats[:-1], floats[-1], families)


def choice_of(values: Sequence[float], origin: float, families: Sequence[Family]) -> Choice:
    """As :func:`choose`; NoFigure when no family can be fitted."""
    if len(values) < _FEWEST:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, f"{len(values)} values, {_FEWEST} needed for a choice")
    ordered = sorted(values)
    if ordered[0] == ordered[-1]:
        raise NoFigure(Reason.ZERO_SPREAD, "all values are equal")
    found = [one for family in families if family not in JOHNSON if (one := _candidate(family, ordered, origin))]
    wants_johnson = any(family in JOHNSON for family in families)
    if wants_johnson and not any(candidate.accepted for candidate in found):
        found += [one for one in [_johnson(ordered)] if one]
    if not found:
        raise NoFigure(Reason.NO_FIT, "no family can hold these values")
    ranked = sorted(found, key=lambda one: (not one.accepted, one.aic))
    return Choice(ranked[0], tuple(ranked))


def _candidate(family: Family, ordered: Sequence[float], origin: float) -> Candidate | None:
    try:
        fitted = fit(family, ordered, origin)
    except NoFigure:
        return None  # this family cannot hold the values; others may
    statistic, critical = _tested(fitted.distribution, ordered, origin)
    return Candidate(distribution=fitted.distribution, aic=fitted.aic, anderson_darling=statistic, critical=critical)


def _tested(distribution: Distribution, ordered: Sequence[float], origin: float) -> tuple[float, float]:
    """The adjusted statistic and its critical value."""
    n = len(ordered)
    if distribution.family in (Family.NORMAL, Family.LOGNORMAL):
        normal = isinstance(distribution, Normal)
        scores = ordered if normal else [math.log(value - origin) for value in ordered]
        statistic = anderson_darling_of(scores)
        return (math.inf if statistic is None else statistic), CRITICAL_5_PERCENT
    plain = statistic_of([(distribution.cdf(value), distribution.tail(value)) for value in ordered])
    if isinstance(distribution, Gamma):
        place = max(0, bisect_right(_GAMMA_SHAPES, distribution.shape) - 1)
        return plain, _GAMMA_5_PERCENT[place]
    return plain * (1.0 + 0.2 / math.sqrt(n)), _WEIBULL_5_PERCENT


def _johnson(ordered: Sequence[float]) -> Candidate | None:
    try:
        fitted: Fitted = fit_johnson(ordered)
    except NoFigure:
        return None
    member = fitted.distribution
    if not isinstance(member, Johnson):
        return None
    statistic = anderson_darling_of([member.score(value) for value in ordered])
    return Candidate(
        distribution=member,
        aic=fitted.aic,
        anderson_darling=math.inf if statistic is None else statistic,
        critical=CRITICAL_5_PERCENT,
    )
