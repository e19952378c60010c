"""Short boards 短板: where a plant loses most, found from its records over twelve months.

Nothing is scored. Every weak point states its effects in units, in points of the rolled yield or in money; the list is
ordered by one of these, and what is not stated in it stands last.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import msgspec

from hub.design.capable import Judged, judged_characteristics
from hub.errors import NotFound
from hub.improvement.missed import missed_targets
from hub.improvement.read import improvements_of
from hub.improvement.weak import EffectUnit, Need, Scale, StatedEffect, WeakPoints, WeakSpot
from hub.improvement.yield_loss import defects, operations
from hub.rollup.hours import instant_of
from hub.scorecard.standing import Standing, standings
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.ledger.batches import log_size
from hub.store.master.defect_codes import Defect, DefectCodes, defect_codes
from hub.store.quality.field import field_failures
from hub.store.quality.queries import loss_lines
from hub.store.quality.suppliers import defects_between
from traceability.improvement.state import ImprovementState
from traceability.quality.metric_grade import MetricGrade
from traceability.quality.threshold import Comparison, Metric, next_threshold
from traceability.quality.window import Window
from traceability.record.improvement import Direction, WeakPointKind
from traceability.record.metric import MetricName, MetricReference

MOST = 100
_NAMES = {
    Metric.RTY: MetricName.ROLLED_YIELD,
    Metric.CPK: MetricName.CAPABILITY,
    Metric.INTERNAL_LOSS: MetricName.INTERNAL_LOSS_RATE,
    Metric.EXTERNAL_LOSS: MetricName.EXTERNAL_LOSS_RATE,
}
_SCALES = {Metric.SIGMA: Scale.PPM, Metric.CPK: Scale.INDEX}
_LEAST_FAILURES = 2
"""From how many claims on it is a cluster."""


def weak_points(connection: Reading, plant: str, now: datetime, by: EffectUnit = EffectUnit.UNITS) -> WeakPoints:
    """Every weak point of a plant; ``NotFound``."""
    standing = standings(connection, now, [plant]).get(plant)
    if standing is None:
        raise NotFound(f"there is no plant {plant[:100]!r}", advice="/api/v1/plants lists them")
    found = [
        *_binding(standing),
        *operations(standing, loss_lines(connection, [plant])),
        *_characteristics(connection, plant, now, standing),
        *defects(standing, defects_between(connection, plant, *_micros(standing))),
        *missed_targets(connection, plant),
        *_field(connection, standing, now),
    ]
    worked_on = _worked_on(connection, plant, now)
    codes = defect_codes(connection, standing.entry.organisation.id)
    marked = [
        msgspec.structs.replace(one, improvement=_by(one, worked_on), defect=_defect(one, codes, standing.window))
        for one in found
    ]
    return WeakPoints(
        plant=plant,
        window=standing.window,
        as_of=now,
        log_size=log_size(connection),
        level=standing.grade.level,
        rated=standing.grade.rated,
        by=by,
        points=tuple(ordered(marked, by)[:MOST]),
    )


def ordered(points: Iterable[WeakSpot], by: EffectUnit) -> list[WeakSpot]:
    """The greatest effect first; what is not stated in ``by`` last, in the order of kinds."""

    def rank(one: WeakSpot) -> tuple[bool, Fraction, int, str, str]:
        effect = one.effect(by)
        return effect is None, -(effect or Fraction(0)), list(WeakPointKind).index(one.kind), one.subject, one.part

    return sorted(points, key=rank)


def _defect(one: WeakSpot, codes: DefectCodes, window: Window) -> Defect | None:
    """What a weak point that is a defect was last called in the twelve months."""
    named = one.kind is WeakPointKind.DEFECT and one.subject
    return codes.within(one.subject, window.first, window.last) if named else None


def _binding(standing: Standing) -> Iterator[WeakSpot]:
    """The metrics that hold the Level where it is; the questionnaire's dimensions are no weak points of the data."""
    for one in standing.grade.metrics:
        if one.metric.value in standing.grade.binding:
            yield _metric(standing, one)


def _metric(standing: Standing, one: MetricGrade) -> WeakSpot:
    name = _NAMES.get(one.metric)
    plant = standing.entry.named.id
    threshold = next_threshold(one.metric, one.level)
    needed = None if threshold is None else Need(level=threshold.level, value=threshold.value)
    up = threshold is not None and threshold.comparison is Comparison.AT_LEAST
    return WeakSpot(
        kind=WeakPointKind.BINDING_METRIC,
        subject=one.metric.value,
        scale=_SCALES.get(one.metric, Scale.SHARE),
        value=one.value,
        n=one.n or 0,
        interval=one.interval,
        rated=one.rated,
        reason="" if one.reason is None else one.reason.value,
        effects=tuple(_to_next(standing, one, None if threshold is None else threshold.value)),
        need=needed,
        reference=None if name is None else MetricReference(metric=name, plant=plant),
        direction=Direction.UP if up else Direction.DOWN,
    )


def _to_next(standing: Standing, one: MetricGrade, target: Fraction | None) -> Iterator[StatedEffect]:
    """How far it is to the next Level."""
    if one.value is None or target is None:
        return
    if one.metric is Metric.RTY:
        yield StatedEffect(unit=EffectUnit.RTY_POINTS, value=100 * max(Fraction(0), target - one.value))
    elif one.metric is Metric.SIGMA:
        over = (one.value - target) * standing.sigma.units / 1_000_000
        yield StatedEffect(unit=EffectUnit.UNITS, value=max(Fraction(0), over))
    elif one.metric in (Metric.INTERNAL_LOSS, Metric.EXTERNAL_LOSS) and standing.losses is not None:
        output, currency = standing.losses.output_value, standing.losses.currency
        if output is not None:
            over = max(Fraction(0), (one.value - target) * Fraction(output))
            yield StatedEffect(unit=EffectUnit.MONEY, value=over, currency=currency)


def _characteristics(connection: Reading, plant: str, now: datetime, standing: Standing) -> Iterator[WeakSpot]:
    """The key characteristics that are below the next Level's index, or have values outside their limits."""
    grade = next(one for one in standing.grade.metrics if one.metric is Metric.CPK)
    threshold = next_threshold(Metric.CPK, grade.level)
    _, found = judged_characteristics(connection, plant, now, key=True)
    for one in found:
        index, outside = one.view.result.index, sum(one.outside)
        short = (
            threshold is not None
            and threshold.value is not None
            and not (index is not None and index.reaches(threshold.value))
        )
        if outside or short:
            need = None if threshold is None else Need(level=threshold.level, value=threshold.value)
            yield _characteristic(plant, one, outside, need)


def _characteristic(plant: str, one: Judged, outside: int, need: Need | None) -> WeakSpot:
    result, asked = one.view.result, one.measured.characteristic
    return WeakSpot(
        kind=WeakPointKind.CHARACTERISTIC,
        subject=asked.id,
        part=one.view.part.id,
        operation=asked.operation,
        scale=Scale.INDEX,
        value=None if result.value is None else Fraction(result.value),
        n=result.n,
        interval=result.interval,
        rated=result.rated,
        reason=result.reasons[0].value if result.reasons else "",
        effects=(StatedEffect(unit=EffectUnit.UNITS, value=Fraction(outside)),),
        need=need,
        reference=MetricReference(
            metric=MetricName.CAPABILITY, plant=plant, part=one.view.part.id, operation=asked.operation,
            characteristic=asked.id,
        ),
        direction=Direction.UP,
    )  # fmt: skip


def _field(connection: Reading, standing: Standing, now: datetime) -> Iterator[WeakSpot]:
    """Claims of the window with the same component, or mode where none was found, from two units on."""
    plant = standing.entry.named.id
    clusters: defaultdict[str, set[str]] = defaultdict(set)
    for one in field_failures(connection, [plant]):
        if standing.window.first <= one.failed_on <= now.astimezone(ZoneInfo(standing.entry.time_zone)).date():
            named = one.component or one.mode
            if named:
                clusters[named].add(one.unit)
    for named, units in clusters.items():
        if len(units) >= _LEAST_FAILURES:
            yield WeakSpot(
                kind=WeakPointKind.FIELD_FAILURES,
                subject=named,
                scale=Scale.COUNT,
                value=Fraction(len(units)),
                n=len(units),
                effects=(StatedEffect(unit=EffectUnit.UNITS, value=Fraction(len(units))),),
                reference=MetricReference(metric=MetricName.FIELD_FAILURE_SHARE, plant=plant),
            )


def _worked_on(connection: Reading, plant: str, now: datetime) -> dict[tuple[str, str, str], str]:
    """What open improvements are about; part "" where their target names none."""
    every = improvements_of(connection, plant, now, state=ImprovementState.OPEN)
    return {
        (line.kind.value, line.subject, "" if line.target is None else line.target.reference.part): line.id
        for line, _ in every
    }


def _by(one: WeakSpot, worked_on: Mapping[tuple[str, str, str], str]) -> str:
    """The improvement of this very part, or else the one that names no part."""
    named = (one.kind.value, one.subject)
    return worked_on.get((*named, one.part)) or worked_on.get((*named, ""), "")


def _micros(standing: Standing) -> tuple[int, int]:
    begin, end = (to_micros(instant_of(hour)) for hour in standing.hours)
    return begin, end
