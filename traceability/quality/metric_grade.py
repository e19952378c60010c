"""Each metric's level with its evidence class, and what the next level needs.

The point value decides the level. Class A: the one-sided 95 % bound meets the threshold too; class B: only the point
does (rule R18), or a precondition was not shown (rule R10). Losses are counted in full, not sampled: no class. What was
not measured, or may not be rated, is L0 with its reason (rules R9, R11, R17).
"""

from enum import StrEnum
from fractions import Fraction

import msgspec

from traceability.quality.capability import PlantCapability
from traceability.quality.intervals import Interval
from traceability.quality.level import Level
from traceability.quality.loss import LossRates
from traceability.quality.reason import Reason
from traceability.quality.rolled import PlantRolledYield
from traceability.quality.sigma import SigmaResult
from traceability.quality.threshold import THRESHOLDS, Metric, Threshold, level_of, meets, next_threshold, threshold_of


class ConfidenceClass(StrEnum):
    """How far the evidence carries the level."""

    A = "A"
    B = "B"


class MetricGrade(msgspec.Struct, frozen=True, kw_only=True):
    """The level of one metric; ``value`` and ``interval`` in the unit of :class:`Threshold`.

    ``value`` stays visible when it may not be rated; that of Cpk, a root, is the nearest double.
    """

    metric: Metric
    value: Fraction | None
    level: Level
    rated: bool
    reason: Reason | None = None
    confidence_class: ConfidenceClass | None = None
    cautions: tuple[Reason, ...] = ()
    n: int | None = None
    interval: Interval | None = None
    to_next: Threshold | None = None
    waived: str = ""
    """Why the metric does not apply (rule R11); it then binds nothing, and the declaration prints the reason."""


def grade_sigma(result: SigmaResult | None) -> MetricGrade:
    """产品质量水平, graded on failures per million."""
    if result is None or result.dpmo is None:
        return _unrated(Metric.SIGMA, result.reason if result else None)
    level = level_of(Metric.SIGMA, result.dpmo)
    return MetricGrade(
        metric=Metric.SIGMA,
        value=result.dpmo,
        level=level,
        rated=True,
        confidence_class=_class(Metric.SIGMA, level, result.dpmo_upper_bound),
        n=result.units,
        interval=result.dpmo_interval,
        to_next=next_threshold(Metric.SIGMA, level),
    )


def grade_cpk(plant: PlantCapability | None, *, waiver: str = "") -> MetricGrade:
    """过程能力指数: the worst key characteristic; class A only if the bounds of all of them meet the threshold.

    ``waiver`` counts only where there is no characteristic measured as a variable (rule R11): it can't hide a bad one.
    """
    worst = plant.worst if plant else None
    if plant is None or worst is None:
        grade = _unrated(Metric.CPK, plant.reason if plant else None)
        return msgspec.structs.replace(grade, waived=waiver.strip(), to_next=None if waiver.strip() else grade.to_next)
    value = None if worst.value is None else Fraction(worst.value)
    if worst.index is None or not worst.rated:
        grade = _unrated(Metric.CPK, plant.reason)
        return msgspec.structs.replace(grade, value=value, n=worst.n, interval=worst.interval, cautions=worst.cautions)
    reached = [step.level for step in THRESHOLDS[Metric.CPK] if step.value and worst.index.reaches(step.value)]
    level = max(reached, default=Level.L0)
    bounds = [result.lower_bound for result in plant.results if result.lower_bound is not None]
    cautions = tuple(reason for reason in Reason if any(reason in result.cautions for result in plant.results))
    confidence = _class(Metric.CPK, level, min(bounds))
    return MetricGrade(
        metric=Metric.CPK,
        value=value,
        level=level,
        rated=True,
        confidence_class=ConfidenceClass.B if confidence and cautions else confidence,
        cautions=cautions,
        n=worst.n,
        interval=worst.interval,
        to_next=next_threshold(Metric.CPK, level),
    )


def grade_rty(plant: PlantRolledYield | None) -> MetricGrade:
    """全过程一次交验合格率 of the plant."""
    if plant is None or plant.value is None:
        return _unrated(Metric.RTY, plant.reason if plant else None)
    level = level_of(Metric.RTY, plant.value)
    return MetricGrade(
        metric=Metric.RTY,
        value=plant.value,
        level=level,
        rated=True,
        confidence_class=_class(Metric.RTY, level, plant.lower_bound),
        n=plant.units,
        interval=plant.interval,
        to_next=next_threshold(Metric.RTY, level),
    )


def grade_losses(rates: LossRates | None) -> tuple[MetricGrade, MetricGrade]:
    """内部 and 外部质量损失率."""
    if rates is None:
        return _unrated(Metric.INTERNAL_LOSS, None), _unrated(Metric.EXTERNAL_LOSS, None)
    return (
        _loss(Metric.INTERNAL_LOSS, rates.internal, rates.internal_reason),
        _loss(Metric.EXTERNAL_LOSS, rates.external, rates.external_reason),
    )


def _loss(metric: Metric, rate: Fraction | None, reason: Reason | None) -> MetricGrade:
    if rate is None:
        return _unrated(metric, reason)
    level = level_of(metric, rate)
    return MetricGrade(metric=metric, value=rate, level=level, rated=True, to_next=next_threshold(metric, level))


def _unrated(metric: Metric, reason: Reason | None) -> MetricGrade:
    return MetricGrade(
        metric=metric,
        value=None,
        level=Level.L0,
        rated=False,
        reason=reason or Reason.NOT_MEASURED,
        to_next=next_threshold(metric, Level.L0),
    )


def _class(metric: Metric, level: Level, bound: float | None) -> ConfidenceClass | None:
    threshold = threshold_of(metric, level)
    if threshold is None:
        return None
    return ConfidenceClass.A if bound is not None and meets(Fraction(bound), threshold) else ConfidenceClass.B
