"""Are the measured values of groups alike, in position and in spread?

Three tests are made and corrected together (Holm): Welch's for means, Kruskal and Wallis's for positions, Brown and
Forsythe's for spreads. The formulas are those of Sokal & Rohlf, *Biometry*, chapters 9 and 13; ties are corrected for.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from statistics import fmean, median

from traceability.quality.comparison.exact import holm
from traceability.quality.consistency.finding import Consistency, Effect, Finding, Group, Method, Tested
from traceability.quality.distributions import chi_square_tail, f_tail, t_tail

FEWEST = 5
"""Values that a group needs to take part."""
LEVEL = 0.05
_SIZES = ((0.14, Effect.LARGE), (0.06, Effect.MEDIUM), (0.01, Effect.SMALL))

Values = Mapping[str, Sequence[float]]


def measured_consistency(groups: Values, level: float = LEVEL) -> Finding:
    """Whether the values of two groups or more are alike; groups with fewer than ``FEWEST`` values are left out."""
    taken = {name: list(values) for name, values in groups.items() if len(values) >= FEWEST}
    left_out = tuple(sorted(groups.keys() - taken.keys()))
    plain = tuple(_group(name, values) for name, values in sorted(taken.items()))
    if len(taken) < 2:
        why = f"two groups of {FEWEST} values are needed, there are {len(taken)}"
        return Finding(verdict=Consistency.CANNOT_TELL, groups=plain, left_out=left_out, why=why)
    if all(one.sigma == 0.0 for one in plain) and len({one.mean for one in plain}) == 1:
        return Finding(verdict=Consistency.CONSISTENT, groups=plain, left_out=left_out)
    found = [_welch(taken), _kruskal_wallis(taken), _brown_forsythe(taken)]
    corrected = holm([p for _, _, p, _ in found])
    tests = tuple(
        Tested(
            method=method,
            statistic=statistic,
            p=p,
            holm=adjusted,
            effect=effect,
            size=None if method is Method.BROWN_FORSYTHE else size_of(effect),
            significant=adjusted < level,
        )
        for (method, statistic, p, effect), adjusted in zip(found, corrected, strict=True)
    )
    differs = any(one.significant for one in tests)
    return Finding(
        verdict=Consistency.DIFFERS if differs else Consistency.CONSISTENT,
        groups=_apart(taken, plain, level) if differs else plain,
        tests=tests,
        left_out=left_out,
    )


def size_of(share: float) -> Effect:
    """η² and ε² in words."""
    return next((effect for least, effect in _SIZES if share >= least), Effect.NEGLIGIBLE)


_Found = tuple[Method, float | None, float, float]


def _welch(groups: Values) -> _Found:
    effect = _eta_squared(groups)
    spreads = {name: _variance(values) for name, values in groups.items()}
    if min(spreads.values()) == 0.0:  # no weight can be given to a group that does not vary
        return _anova(Method.WELCH, groups, effect)
    weights = {name: len(values) / spreads[name] for name, values in groups.items()}
    total, count = math.fsum(weights.values()), len(groups)
    centre = math.fsum(weights[name] * fmean(values) for name, values in groups.items()) / total
    between = math.fsum(weights[name] * (fmean(values) - centre) ** 2 for name, values in groups.items()) / (count - 1)
    rest = math.fsum((1 - weights[name] / total) ** 2 / (len(values) - 1) for name, values in groups.items())
    statistic = between / (1 + 2 * (count - 2) / (count**2 - 1) * rest)
    return Method.WELCH, statistic, f_tail(statistic, count - 1, (count**2 - 1) / (3 * rest)), effect


def _anova(method: Method, groups: Values, effect: float) -> _Found:
    everything = list(chain.from_iterable(groups.values()))
    within = math.fsum(_squares(values) for values in groups.values())
    between = _squares(everything) - within
    freedom = len(everything) - len(groups)
    if within <= 0.0:
        return method, math.inf if between > 0 else 0.0, 0.0 if between > 0 else 1.0, effect
    statistic = max(0.0, between / (len(groups) - 1) / (within / freedom))
    return method, statistic, f_tail(statistic, len(groups) - 1, freedom), effect


def _kruskal_wallis(groups: Values) -> _Found:
    everything = sorted(chain.from_iterable(groups.values()))
    ranks, n = _ranks(everything), len(everything)
    sums = math.fsum(math.fsum(ranks[value] for value in values) ** 2 / len(values) for values in groups.values())
    ties = 1 - sum(count**3 - count for count in Counter(everything).values()) / (n**3 - n)
    statistic = max(0.0, (12 / (n * (n + 1)) * sums - 3 * (n + 1)) / ties)
    epsilon = statistic / (n - 1)
    return Method.KRUSKAL_WALLIS, statistic, chi_square_tail(statistic, len(groups) - 1), epsilon


def _brown_forsythe(groups: Values) -> _Found:
    middles = {name: median(values) for name, values in groups.items()}
    distances = {name: [abs(value - middles[name]) for value in values] for name, values in groups.items()}
    sigmas = [math.sqrt(_variance(values)) for values in groups.values()]
    ratio = max(sigmas) / min(sigmas) if min(sigmas) > 0 else math.inf
    return _anova(Method.BROWN_FORSYTHE, distances, min(ratio, 1e9))


def _apart(groups: Values, plain: Iterable[Group], level: float) -> tuple[Group, ...]:
    """Each group against all others together, by Welch's t test."""
    names = sorted(groups)
    p_values = [
        _against(groups[name], [v for other in names if other != name for v in groups[other]]) for name in names
    ]
    corrected = dict(zip(names, holm(p_values), strict=True))
    return tuple(
        Group(name=one.name, n=one.n, mean=one.mean, sigma=one.sigma, p=corrected[one.name],
              apart=corrected[one.name] < level)
        for one in plain
    )  # fmt: skip


def _against(one: Sequence[float], other: Sequence[float]) -> float:
    a, b = _variance(one) / len(one), _variance(other) / len(other)
    if a + b == 0.0:
        return 1.0 if fmean(one) == fmean(other) else 0.0
    t = abs(fmean(one) - fmean(other)) / math.sqrt(a + b)
    return min(1.0, 2 * t_tail(t, (a + b) ** 2 / (a**2 / (len(one) - 1) + b**2 / (len(other) - 1))))


def _group(name: str, values: Sequence[float]) -> Group:
    return Group(name=name, n=len(values), mean=fmean(values), sigma=math.sqrt(_variance(values)))


def _eta_squared(groups: Values) -> float:
    everything = list(chain.from_iterable(groups.values()))
    total = _squares(everything)
    within = math.fsum(_squares(values) for values in groups.values())
    return 0.0 if total == 0.0 else max(0.0, 1 - within / total)


def _ranks(ordered: Sequence[float]) -> dict[float, float]:
    """The mean rank of each value."""
    first: dict[float, int] = {}
    for place, value in enumerate(ordered, start=1):
        first.setdefault(value, place)
    counts = Counter(ordered)
    return {value: place + (counts[value] - 1) / 2 for value, place in first.items()}


def _squares(values: Sequence[float]) -> float:
    centre = fmean(values)
    return math.fsum((value - centre) ** 2 for value in values)


def _variance(values: Sequence[float]) -> float:
    return _squares(values) / (len(values) - 1)
