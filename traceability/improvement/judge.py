"""From the figures before and after to the verdict, by the one test that was planned.

Each check that was planned in an improvement is a look at the data, and of many looks some succeed by chance. So p is
multiplied by the number of the look (Bonferroni) before it is held against the level; it is said beside the verdict.
"""

import statistics
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from traceability.quality.effect.counted import share_effect
from traceability.quality.effect.finding import Effect, EffectTest, EffectVerdict
from traceability.quality.effect.measured import Sample, capability_effect, mean_effect, spread_effect
from traceability.quality.effect.products import Family, product_effect
from traceability.quality.effect.ranks import rank_effect
from traceability.quality.errors import OutOfDomain
from traceability.record.improvement import Checked, CheckedFigure, Direction, PlanCheck
from traceability.record.metric import MetricName

FEWEST_MONTHS = 3
"""Whole months on either side; of fewer no scatter is told."""
_SHARES = (EffectTest.TWO_PROPORTIONS,)
_BY_MONTH = (EffectTest.MONTHS, EffectTest.POINT)
_VALUES = (EffectTest.WELCH, EffectTest.MANN_WHITNEY, EffectTest.VARIANCE_RATIO)
TESTS: Mapping[MetricName, tuple[EffectTest, ...]] = {
    MetricName.FIRST_PASS_YIELD: _SHARES,
    MetricName.ROLLED_YIELD: (EffectTest.PRODUCTS, EffectTest.POINT),
    MetricName.DEFECT_SHARE: _SHARES,
    MetricName.CAPABILITY: (EffectTest.CAPABILITY,),
    MetricName.CHARACTERISTIC_MEAN: _VALUES,
    MetricName.INTERNAL_LOSS_RATE: _BY_MONTH,
    MetricName.EXTERNAL_LOSS_RATE: _BY_MONTH,
    MetricName.LOSS_RATE: _BY_MONTH,
    MetricName.QUALITY_COST: _BY_MONTH,
    MetricName.FIELD_FAILURE_SHARE: _SHARES,
    MetricName.RESPONSE_HOURS: (EffectTest.WELCH, EffectTest.POINT),
    MetricName.ACTION_HOURS: (EffectTest.WELCH, EffectTest.POINT),
    MetricName.INSPECTION_COVERAGE: _BY_MONTH,
    MetricName.INVALID_SHARE: _SHARES,
    MetricName.REWORK_SHARE: _SHARES,
    MetricName.INDICATOR: (EffectTest.POINT, EffectTest.TWO_PROPORTIONS, EffectTest.MONTHS),
}
"""Which tests fit a metric; the first is proposed. ``untested_objection`` says when the values alone are no test."""
BETTER: Mapping[MetricName, Direction | None] = {
    MetricName.FIRST_PASS_YIELD: Direction.UP,
    MetricName.ROLLED_YIELD: Direction.UP,
    MetricName.CAPABILITY: Direction.UP,
    MetricName.INSPECTION_COVERAGE: Direction.UP,
    MetricName.CHARACTERISTIC_MEAN: None,
    MetricName.INDICATOR: None,
}
"""Which way is better, where the metric says it; None: the target says it; what is not named is better when lower."""
LEAST = Decimal("0.000000000001")
_MOST = Decimal(10) ** 15


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured: the figures, and what else the test needs.

    ``values``: the single values, or those of whole months; ``families``: the counts behind rolled yields.
    """

    before: CheckedFigure
    after: CheckedFigure
    values: tuple[Sequence[float], Sequence[float]] | None = None
    families: tuple[Sequence[Family], Sequence[Family]] | None = None


def natural_direction(metric: MetricName) -> Direction | None:
    """Which way is better by the metric itself; None where only a target can say it."""
    return BETTER.get(metric, Direction.DOWN)


def untested_objection(plan: PlanCheck) -> str | None:
    """Why a check that tests nothing is not planned: a test fits. None where none does."""
    if plan.test is not EffectTest.POINT:
        return None
    if plan.reference.metric is MetricName.ROLLED_YIELD:
        return "a rolled yield is tested by its counts"
    sides = ((plan.before_first, plan.before_last), (plan.after_first, plan.after_last))
    enough = all(len(whole_months(*side)) >= FEWEST_MONTHS for side in sides)
    if enough and TESTS[plan.reference.metric] == _BY_MONTH:
        return f"with {FEWEST_MONTHS} whole months or more on both sides the months are tested"
    return None


def whole_months(first: date, last: date) -> tuple[date, ...]:
    """The first days of the calendar months that lie wholly within."""
    month = first if first.day == 1 else following(first)
    found = []
    while following(month) - timedelta(days=1) <= last:
        found.append(month)
        month = following(month)
    return tuple(found)


def following(day: date) -> date:
    """The first day of the next month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def judged(plan: PlanCheck, found: Found, look: int, log_size: int) -> Checked:
    """The outcome of a planned check; it never raises for figures that can't be compared, it says why."""
    met = _target_met(plan, found.after)
    plain = Checked(
        check=plan.check, log_size=log_size, before=found.before, after=found.after, look=look, target_met=met,
        verdict=EffectVerdict.CANNOT_TELL, tested=False,
    )  # fmt: skip
    missing = _missing(found)
    if missing:
        return msgspec.structs.replace(plain, why=missing)
    if plan.test is EffectTest.POINT:
        return _by_value(plan, plain)
    try:
        return _with(plain, plan, _EFFECTS[plan.test](found, 1 - float(plan.level)))
    except OutOfDomain as error:
        return msgspec.structs.replace(plain, why=str(error))


def _missing(found: Found) -> str:
    for name, one in (("before", found.before), ("after", found.after)):
        if one.value is None:
            return f"{name}: {one.why or 'there is no figure'}"
    return ""


def _by_value(plan: PlanCheck, plain: Checked) -> Checked:
    before, after = Decimal(plain.before.value or 0), Decimal(plain.after.value or 0)
    better = after > before if plan.direction is Direction.UP else after < before
    return msgspec.structs.replace(
        plain,
        effect=number(after - before),
        verdict=EffectVerdict.BETTER_UNTESTED if better else EffectVerdict.NOT_SHOWN,
        why="not tested: the two values are compared as they are",
    )


def _with(plain: Checked, plan: PlanCheck, effect: Effect) -> Checked:
    assert effect.p is not None  # every test but the comparison of points has one
    corrected = min(1.0, effect.p * plain.look)
    wanted = Direction.DOWN if plan.test is EffectTest.VARIANCE_RATIO else plan.direction
    better = effect.larger is (wanted is Direction.UP)
    sure = corrected < float(plan.level)
    verdict = EffectVerdict.NOT_SHOWN
    if sure:
        verdict = EffectVerdict.EFFECTIVE if better else EffectVerdict.WORSE
    bounds = effect.interval
    return msgspec.structs.replace(
        plain,
        tested=True,
        verdict=verdict,
        effect=number(effect.size),
        effect_low=None if bounds is None else number(bounds.low),
        effect_high=None if bounds is None else number(bounds.high),
        statistic=None if effect.statistic is None else number(effect.statistic),
        p=number(effect.p),
        p_looks=number(corrected),
    )


def _target_met(plan: PlanCheck, after: CheckedFigure) -> bool | None:
    if after.value is None:
        return None
    value, target = Decimal(after.value), Decimal(plan.target)
    return value >= target if plan.direction is Direction.UP else value <= target


def _shares(found: Found, confidence: float) -> Effect:
    return share_effect(_counted(found.before), _counted(found.after), confidence)


def _counted(one: CheckedFigure) -> tuple[int, int]:
    if one.k is None or one.n == 0:
        raise OutOfDomain("the figure is no share of counted units")
    return one.k, one.n


def _means(found: Found, confidence: float) -> Effect:
    return mean_effect(_sample(found.before), _sample(found.after), confidence)


def _spreads(found: Found, confidence: float) -> Effect:
    return spread_effect(_sample(found.before), _sample(found.after), confidence)


def _sample(one: CheckedFigure) -> Sample:
    if one.mean is None or one.sd is None:
        raise OutOfDomain("the figure has no mean and standard deviation")
    return Sample(one.n, float(one.mean), float(one.sd))


def _indices(found: Found, confidence: float) -> Effect:
    (one, n), (other, m) = ((float(each.value or 0), each.n) for each in (found.before, found.after))
    return capability_effect((one, n), (other, m), confidence)


def _ranks(found: Found, confidence: float) -> Effect:
    if found.values is None:
        raise OutOfDomain("the single values are not at hand")
    return rank_effect(*found.values, confidence)


def _products(found: Found, confidence: float) -> Effect:
    if found.families is None:
        raise OutOfDomain("the figure is no product of counted shares")
    return product_effect(*found.families, confidence)


def _months(found: Found, confidence: float) -> Effect:
    if found.values is None or min(map(len, found.values)) < FEWEST_MONTHS:
        raise OutOfDomain(f"fewer than {FEWEST_MONTHS} whole months with a figure on a side")
    before, after = (Sample(len(side), statistics.fmean(side), statistics.stdev(side)) for side in found.values)
    return mean_effect(before, after, confidence)


_EFFECTS: Mapping[EffectTest, Callable[[Found, float], Effect]] = {
    EffectTest.TWO_PROPORTIONS: _shares,
    EffectTest.WELCH: _means,
    EffectTest.MANN_WHITNEY: _ranks,
    EffectTest.VARIANCE_RATIO: _spreads,
    EffectTest.CAPABILITY: _indices,
    EffectTest.PRODUCTS: _products,
    EffectTest.MONTHS: _months,
}


def number(value: float | Decimal) -> str:
    """As a record spells it: at most 12 decimals, no exponent; what is smaller is 0. ``OutOfDomain`` from 1e15 on."""
    exact = Decimal(repr(value)) if isinstance(value, float) else value
    if not exact.is_finite() or abs(exact) >= _MOST:
        message = f"{exact} is too large for a figure"
        raise OutOfDomain(message)
    text = f"{exact.quantize(LEAST):f}".rstrip("0").rstrip(".")
    return text if text not in ("-0", "") else "0"
