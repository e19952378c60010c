"""Weak points of yield: operations by what they lose at first pass, and the defects that cause most of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from hub.improvement.weak import EffectUnit, Need, Scale, StatedEffect, WeakSpot
from hub.scorecard.standing import Standing
from hub.store.quality.queries import LossLine
from hub.store.quality.suppliers import DefectCount
from traceability.quality.intervals import wilson
from traceability.quality.rolled import FamilyYield, OperationYield, PlantRolledYield
from traceability.quality.threshold import Metric, next_threshold
from traceability.record.improvement import Direction, WeakPointKind
from traceability.record.metric import MetricName, MetricReference

MOST_DEFECTS = 10


def operations(standing: Standing, losses: Sequence[LossLine]) -> Iterator[WeakSpot]:
    """Each planned operation that lost a unit at first pass."""
    for family in standing.rolled.families:
        for one in family.rolled.operations:
            if one.fpy is not None and one.fpy < 1:
                yield _operation(standing, family, one, losses)


def defects(standing: Standing, found: Iterable[DefectCount]) -> Iterator[WeakSpot]:
    """The defects with most results that were not OK; retests count, as the Pareto chart says."""
    plant = standing.entry.named.id
    submitted = _submitted(standing)
    ordered = sorted((one for one in found if one.defect), key=lambda one: (-one.results, one.defect, one.operation))
    for one in ordered[:MOST_DEFECTS]:
        n = submitted[one.part, one.operation]
        yield WeakSpot(
            kind=WeakPointKind.DEFECT,
            subject=one.defect,
            part=one.part,
            operation=one.operation,
            scale=Scale.COUNT,
            value=Fraction(one.results),
            n=n,
            effects=(StatedEffect(unit=EffectUnit.UNITS, value=Fraction(one.results)),),
            reference=MetricReference(
                metric=MetricName.DEFECT_SHARE,
                plant=plant,
                part=one.part,
                operation=one.operation,
                defect=one.defect,
            ),
        )


def points_gained(rolled: PlantRolledYield, family: FamilyYield, one: OperationYield) -> Fraction | None:
    """Percentage points that the plant's rolled yield would gain if this operation lost nothing; None if unrated."""
    if rolled.value is None or family.rolled.value is None or not one.fpy:
        return None
    output = sum(each.output for each in rolled.families if each.output > 0)
    gained = family.rolled.value / one.fpy - family.rolled.value
    return 100 * gained * Fraction(family.output, output) if output else None


def yield_needed(rolled: PlantRolledYield, family: FamilyYield, one: OperationYield, target: Fraction) -> Need | None:
    """What this operation would have to yield for the plant's rolled yield to reach ``target``, all else unchanged."""
    whole = points_gained(rolled, family, one)
    if rolled.value is None or whole is None or not one.fpy or rolled.value >= target:
        return None
    # the plant's yield is a straight line in the yield of one operation, from its present value to that at 100 %
    best = rolled.value + whole / 100
    if best < target:
        return Need(level=None, value=None, enough=False)
    share = (target - rolled.value) / (best - rolled.value)
    return Need(level=None, value=one.fpy + share * (1 - one.fpy))


def _operation(standing: Standing, family: FamilyYield, one: OperationYield, losses: Sequence[LossLine]) -> WeakSpot:
    effects = [StatedEffect(unit=EffectUnit.UNITS, value=Fraction(one.submitted - one.first_ok))]
    gained = points_gained(standing.rolled, family, one)
    if gained is not None:
        effects.append(StatedEffect(unit=EffectUnit.RTY_POINTS, value=gained))
    money, currency = _money(standing, losses, one.operation, family.family)
    if money:
        effects.append(StatedEffect(unit=EffectUnit.MONEY, value=Fraction(money), currency=currency))
    return WeakSpot(
        kind=WeakPointKind.OPERATION,
        subject=one.operation,
        part=family.family,
        operation=one.operation,
        scale=Scale.SHARE,
        value=one.fpy,
        n=one.submitted,
        interval=wilson(one.first_ok, one.submitted) if one.trials is None and one.submitted else None,
        effects=tuple(effects),
        need=_need(standing, family, one),
        reference=MetricReference(
            metric=MetricName.FIRST_PASS_YIELD,
            plant=standing.entry.named.id,
            part=family.family,
            operation=one.operation,
        ),
        direction=Direction.UP,
    )


def _need(standing: Standing, family: FamilyYield, one: OperationYield) -> Need | None:
    grade = next(each for each in standing.grade.metrics if each.metric is Metric.RTY)
    threshold = next_threshold(Metric.RTY, grade.level)
    if threshold is None or threshold.value is None:
        return None
    need = yield_needed(standing.rolled, family, one, threshold.value)
    return None if need is None else Need(level=threshold.level, value=need.value, enough=need.enough)


def _money(standing: Standing, losses: Sequence[LossLine], operation: str, part: str) -> tuple[Decimal, str]:
    """Losses entered for the operation in the window, gross, in the currency of the output value."""
    currency = standing.losses.currency if standing.losses is not None else ""
    first, last = standing.window.first, standing.window.last
    fitting = (
        line.amount
        for line in losses
        if line.operation == operation
        and line.part in ("", part)
        and line.reversed_by is None
        and first <= line.accrued <= last
        and (not currency or line.currency == currency)
    )
    told = {line.currency for line in losses}
    if not currency and len(told) > 1:
        return Decimal(0), ""
    return sum(fitting, Decimal(0)), currency or next(iter(told), "")


def _submitted(standing: Standing) -> Counter[tuple[str, str]]:
    return Counter({
        (family.family, one.operation): one.submitted
        for family in standing.rolled.families
        for one in family.rolled.operations
    })  # fmt: skip
