"""Freezing the limits of a chart, leaving points out of it, and taking both back: records sealed by the hub.

What is frozen is computed here from the values, never typed: whoever freezes names the chart and the reason.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

from hub.entry.master import require_plant
from hub.entry.of_plant import enter_for_plant, new_id
from hub.entry.seal import Stamp, Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.spc.standing import Decisions, decisions
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.suppliers.asked import Asked, Chart, Rules, Subject, subject_of
from hub.suppliers.chart_views import ChartPoint, ControlChart
from hub.suppliers.control_chart import LOCATION, Ground, control_chart
from traceability.record.base import Record
from traceability.record.spc import (
    ChartBaselineEndRecord,
    ChartBaselineRecord,
    ChartName,
    ChartSubject,
    PointExclusionRecord,
    PointRestoredRecord,
    ValuePlace,
)

FEWEST_POINTS = 20
"""Below, limits of a phase I chart are too uncertain to be kept."""
_LONGEST = 2000


def freeze(
    hub: Hub, plant: str, characteristic: str, asked: Asked, *, chart: Chart, reason: str, entered_by: str
) -> str:
    """Freeze the limits that the points of the period give now; the baseline's id.

    Points left out stay left out; limits that are frozen already don't enter. ``EntryRefused`` for too few points.
    """
    identity = new_id(hub, "baseline")
    _check_reason(reason)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="baseline")
        subject = subject_of(connection, plant, characteristic, asked, hub.clock())
        drawn, known = _phase_one(connection, subject, chart)
        points = _enough(drawn)
        return [_baseline(identity, drawn, points, subject, known, reason=reason, entered_by=entered_by, stamp=stamp())]

    enter(hub, draft)
    return identity


def end_baseline(
    hub: Hub, plant: str, characteristic: str, asked: Asked, *, baseline: str, reason: str, entered_by: str
) -> StoredBatch:
    """Judge by it no more. ``EntryRefused`` unless it stands."""
    _check_reason(reason)
    found = _found(hub, plant, characteristic, asked)
    _require(baseline, {one.id for one in found.baselines if one.standing}, "there are no such limits in force")

    def record(identity: str, stamp: Stamp) -> Record:
        return ChartBaselineEndRecord(
            id=identity, plant=plant, baseline=baseline, reason=reason, entered_by=entered_by, **stamp
        )

    return enter_for_plant(hub, plant, "baseline-end", record)


def exclude(
    hub: Hub, plant: str, characteristic: str, asked: Asked, *, place: ValuePlace, chart: Chart, reason: str,
    entered_by: str,
) -> str:  # fmt: skip
    """Leave the point that holds the value at ``place`` out of the chart; the exclusion's id.

    ``EntryRefused`` unless the chart asked for shows it, or when it is left out already.
    """
    identity = new_id(hub, "exclusion")
    _check_reason(reason)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="exclusion")
        subject = subject_of(connection, plant, characteristic, asked, hub.clock())
        known = decisions(connection, subject)
        drawn = control_chart(connection, subject, chart, Rules.WESTERN_ELECTRIC, known.of)
        point = next((one for one in _points(drawn) if place in one.places), None)
        if point is None:
            raise EntryRefused(
                f"the chart shows no value of batch {place.batch}, line {place.line}",
                where="place",
                advice="choose a point of the chart as it is drawn now",
            )
        if point.excluded is not None:
            raise EntryRefused(f"the point is left out already, by {point.excluded.who}", where="place")
        return [
            PointExclusionRecord(
                id=identity,
                plant=plant,
                subject=_subject(subject, point),
                places=point.places,
                reason=reason,
                entered_by=entered_by,
                **stamp(),
            )
        ]

    enter(hub, draft)
    return identity


def restore(
    hub: Hub, plant: str, characteristic: str, asked: Asked, *, exclusion: str, reason: str, entered_by: str
) -> StoredBatch:
    """Let the point count in the chart again. ``EntryRefused`` unless it is left out."""
    _check_reason(reason)
    found = _found(hub, plant, characteristic, asked)
    _require(exclusion, {one.id for one in found.exclusions if one.standing}, "no point is left out by that id")

    def record(identity: str, stamp: Stamp) -> Record:
        return PointRestoredRecord(
            id=identity, plant=plant, exclusion=exclusion, reason=reason, entered_by=entered_by, **stamp
        )

    return enter_for_plant(hub, plant, "point-restored", record)


def _phase_one(connection: Reading, subject: Subject, chart: Chart) -> tuple[ControlChart, Decisions]:
    """The chart by the limits of its own points, without those left out."""
    known = decisions(connection, subject)
    without: Callable[[str | None], Ground] = lambda cell: Ground(excluded=known.of(cell).excluded)  # noqa: E731
    return control_chart(connection, subject, chart, Rules.WESTERN_ELECTRIC, without), known


def _enough(drawn: ControlChart) -> Sequence[ChartPoint]:
    points = [one for one in _points(drawn) if one.excluded is None]
    if drawn.location is None or len(points) < FEWEST_POINTS:
        raise EntryRefused(
            f"{len(points)} points, and limits are frozen from {FEWEST_POINTS} on",
            where="period",
            advice="choose a longer period, or the chart of single values",
        )
    if drawn.location.sigma <= 0.0:
        raise EntryRefused("the values do not scatter", where="period", advice="look whether the gauge resolves them")
    return points


def _baseline(
    identity: str,
    drawn: ControlChart,
    points: Sequence[ChartPoint],
    subject: Subject,
    known: Decisions,
    *,
    reason: str,
    entered_by: str,
    stamp: Stamp,
) -> ChartBaselineRecord:
    line = drawn.location
    assert line is not None  # there are enough points
    batches = [place.batch for point in points for place in point.places]
    return ChartBaselineRecord(
        id=identity,
        plant=subject.entry.named.id,
        subject=_subject(subject, points[-1]),
        chart=ChartName(LOCATION[Chart.XBAR_S if drawn.subgroup > 1 else Chart.I_MR].value),
        subgroup=drawn.subgroup,
        centre=_exact(line.centre),
        sigma=_exact(line.sigma),
        uom=known.uom,
        estimator=line.estimator,
        values=len(points) * drawn.subgroup,
        first=points[0].at,
        last=points[-1].at,
        first_batch=min(batches),
        last_batch=max(batches),
        excluded=sum(one.excluded is not None for one in line.points),
        signals=sum(bool(one.rules) for one in points),
        reason=reason,
        entered_by=entered_by,
        **stamp,
    )


def _points(drawn: ControlChart) -> Sequence[ChartPoint]:
    return drawn.location.points if drawn.location else ()


def _subject(subject: Subject, point: ChartPoint) -> ChartSubject:
    return ChartSubject(
        part=subject.plan.part,
        operation=subject.characteristic.operation,
        characteristic=subject.characteristic.id,
        work_cell=point.work_cell,
    )


def _exact(value: float) -> str:
    """Twelve significant digits, as plain decimal text."""
    return f"{Decimal(f'{value:.12g}'):f}"


def _found(hub: Hub, plant: str, characteristic: str, asked: Asked) -> Decisions:
    with hub.store.reading() as connection:
        return decisions(connection, subject_of(connection, plant, characteristic, asked, hub.clock()))


def _require(identity: str, standing: set[str], otherwise: str) -> None:
    if identity not in standing:
        raise EntryRefused(f"{otherwise}: {identity[:100]!r}", where="id", advice="load the page again")


def _check_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > _LONGEST:
        raise EntryRefused(f"a text of at most {_LONGEST} characters is needed", where="reason", advice="say why")
