"""Are the shares of nonconforming units of groups alike?

Pearson's chi-square where every expected count is 5 or more; otherwise exact, each group against the others (Fisher,
two-sided, by the chances not above the observed one), corrected by Holm: the smallest corrected p is that of the whole.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from traceability.quality.comparison.exact import holm
from traceability.quality.consistency.finding import Consistency, Effect, Finding, Group, Method, Tested
from traceability.quality.distributions import chi_square_tail

LEVEL = 0.05
LEAST_EXPECTED = 5.0
_SLACK = 1e-7
_SIZES = ((0.5, Effect.LARGE), (0.3, Effect.MEDIUM), (0.1, Effect.SMALL))


class Counted(NamedTuple):
    """``bad`` of ``n`` units, 0 <= bad <= n."""

    bad: int
    n: int


def counted_consistency(groups: Mapping[str, Counted], level: float = LEVEL) -> Finding:
    """Whether the shares of two groups or more are alike; groups without units are left out."""
    taken = {name: one for name, one in sorted(groups.items()) if one.n > 0}
    left_out = tuple(sorted(groups.keys() - taken.keys()))
    plain = tuple(Group(name=name, n=one.n, bad=one.bad) for name, one in taken.items())
    if len(taken) < 2:
        why = f"two groups with units are needed, there are {len(taken)}"
        return Finding(verdict=Consistency.CANNOT_TELL, groups=plain, left_out=left_out, why=why)
    bad, units = sum(one.bad for one in taken.values()), sum(one.n for one in taken.values())
    if bad in (0, units):
        return Finding(verdict=Consistency.CONSISTENT, groups=plain, left_out=left_out)
    p_values = [fisher_two_sided(one, Counted(bad - one.bad, units - one.n)) for one in taken.values()]
    several = len(taken) > 2  # of two groups either comparison is the same one
    each = dict(zip(taken, holm(p_values) if several else p_values, strict=True))
    test = _chi_square(taken, bad, units, level) or _exact(taken, each, level)
    if test.significant:
        plain = tuple(
            Group(name=one.name, n=one.n, bad=one.bad, p=each[one.name], apart=each[one.name] < level) for one in plain
        )
    verdict = Consistency.DIFFERS if test.significant else Consistency.CONSISTENT
    return Finding(verdict=verdict, groups=plain, tests=(test,), left_out=left_out)


def _chi_square(groups: Mapping[str, Counted], bad: int, units: int, level: float) -> Tested | None:
    """None where an expected count is too small for it."""
    share, statistic = bad / units, 0.0
    for one in groups.values():
        for seen, expected in ((one.bad, one.n * share), (one.n - one.bad, one.n * (1 - share))):
            if expected < LEAST_EXPECTED:
                return None
            statistic += (seen - expected) ** 2 / expected
    p = chi_square_tail(statistic, len(groups) - 1)
    v = math.sqrt(statistic / units)  # two columns: V is the contingency coefficient of the table
    return Tested(
        method=Method.CHI_SQUARE, statistic=statistic, p=p, holm=p, effect=v, size=_size(v), significant=p < level
    )


def _exact(groups: Mapping[str, Counted], each: Mapping[str, float], level: float) -> Tested:
    p = min(each.values())
    shares = [one.bad / one.n for one in groups.values()]
    return Tested(
        method=Method.FISHER, statistic=None, p=p, holm=p, effect=max(shares) - min(shares), size=None,
        significant=p < level,
    )  # fmt: skip


def fisher_two_sided(one: Counted, other: Counted) -> float:
    """Two-sided: the chances of all tables with these margins that are not likelier than the one seen."""
    bad, units = one.bad + other.bad, one.n + other.n
    low, high = max(0, bad - other.n), min(bad, one.n)
    logs = [_log_ways(one.n, k) + _log_ways(other.n, bad - k) for k in range(low, high + 1)]
    whole = _log_ways(units, bad)
    seen = logs[one.bad - low]
    return min(1.0, math.fsum(math.exp(value - whole) for value in logs if value <= seen + _SLACK))


def _log_ways(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _size(v: float) -> Effect:
    return next((effect for least, effect in _SIZES if v >= least), Effect.NEGLIGIBLE)
