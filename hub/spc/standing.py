"""Which limits and exclusions stand for a chart: the latest baseline that was not ended, exclusions not taken back."""

import msgspec

from hub.spc.views import BaselineView, ExclusionView, OwnChart
from hub.store.core.database import Reading
from hub.store.quality.queries import Stated, standing_statements
from hub.suppliers.asked import Chart, Rules, Subject
from hub.suppliers.chart_views import ControlChart
from hub.suppliers.control_chart import Ground, control_chart
from traceability.quality.charts.baseline import Baseline
from traceability.quality.charts.chart import ChartKind, Estimator, Exclusion, Parameters
from traceability.record.spc import (
    ChartBaselineEndRecord,
    ChartBaselineRecord,
    ChartName,
    ChartSubject,
    PointExclusionRecord,
    PointRestoredRecord,
)

_OF_BASELINE = (
    "id", "subject", "chart", "uom", "estimator", "subgroup", "values", "first", "last", "first_batch", "last_batch",
    "excluded", "signals", "reason", "entered_by",
)  # fmt: skip


class Decisions(msgspec.Struct, frozen=True):
    """Everything that was decided of the charts of one characteristic, in the order of the log."""

    uom: str
    baselines: tuple[BaselineView, ...]
    exclusions: tuple[ExclusionView, ...]

    def of(self, work_cell: str | None) -> Ground:
        """What stands for the charts of a work cell; limits in another unit than today's plan has judge nothing."""
        own = [one for one in self.baselines if one.standing and one.subject.work_cell == work_cell]
        frozen = [one for one in own if one.uom == self.uom]
        left_out = [one for one in self.exclusions if one.standing and one.subject.work_cell == work_cell]
        return Ground(
            baselines={ChartKind(one.chart.value): _baseline(one) for one in frozen},
            excluded={place: Exclusion(one.entered_by, one.at, one.reason) for one in left_out for place in one.places},
        )


def own_chart(connection: Reading, subject: Subject, chart: Chart | None, rules: Rules) -> OwnChart:
    """The chart as the plant judges it."""
    decided = decisions(connection, subject)
    return own_of(control_chart(connection, subject, chart, rules, decided.of), decided)


def own_of(drawn: ControlChart, decided: Decisions) -> OwnChart:
    """A chart that was drawn by these decisions, with those of its work cell."""
    points = drawn.location.points if drawn.location else ()
    work_cell = drawn.filed.work_cell or next((point.work_cell for point in points), None)
    return OwnChart(
        chart=drawn,
        baselines=tuple(one for one in reversed(decided.baselines) if one.subject.work_cell == work_cell),
        exclusions=tuple(one for one in reversed(decided.exclusions) if one.subject.work_cell == work_cell),
    )


def decisions(connection: Reading, subject: Subject) -> Decisions:
    """Of every work cell; four statements."""
    plant = subject.entry.named.id
    ended = {record.baseline: record for record, _ in standing_statements(connection, ChartBaselineEndRecord, [plant])}
    restored = {record.exclusion: record for record, _ in standing_statements(connection, PointRestoredRecord, [plant])}
    frozen = [
        (record, stated)
        for record, stated in standing_statements(connection, ChartBaselineRecord, [plant])
        if _is_of(record.subject, subject)
    ]
    left_out = [
        (record, stated)
        for record, stated in standing_statements(connection, PointExclusionRecord, [plant])
        if _is_of(record.subject, subject)
    ]
    latest = {(record.subject.work_cell, record.chart): record.id for record, _ in frozen}
    return Decisions(
        uom=subject.characteristic.uom,
        baselines=tuple(_baseline_view(r, s, ended.get(r.id), latest) for r, s in frozen),
        exclusions=tuple(_exclusion_view(r, s, restored.get(r.id)) for r, s in left_out),
    )


def _is_of(one: ChartSubject, subject: Subject) -> bool:
    asked = (subject.plan.part, subject.characteristic.operation, subject.characteristic.id)
    return (one.part, one.operation, one.characteristic) == asked


def _baseline(one: BaselineView) -> Baseline:
    return Baseline(
        id=one.id,
        kind=ChartKind(one.chart.value),
        parameters=Parameters(
            centre=one.centre, sigma=one.sigma, estimator=Estimator(one.estimator), values=one.values
        ),
        who=one.entered_by,
        at=one.at,
        data=(f"log:{one.first_batch}-{one.last_batch}",),
        why=one.reason,
    )


def _baseline_view(
    record: ChartBaselineRecord,
    stated: Stated,
    ended: ChartBaselineEndRecord | None,
    latest: dict[tuple[str, ChartName], str],
) -> BaselineView:
    same = {name: getattr(record, name) for name in _OF_BASELINE}
    return BaselineView(
        **same,
        centre=float(record.centre),
        sigma=float(record.sigma),
        at=record.event_time,
        log_index=stated.batch_id,
        standing=ended is None and latest[record.subject.work_cell, record.chart] == record.id,
        ended_by=ended.entered_by if ended else "",
        ended_at=ended.event_time if ended else None,
        ended_why=ended.reason if ended else "",
    )


def _exclusion_view(
    record: PointExclusionRecord, stated: Stated, restored: PointRestoredRecord | None
) -> ExclusionView:
    return ExclusionView(
        id=record.id,
        subject=record.subject,
        places=record.places,
        reason=record.reason,
        entered_by=record.entered_by,
        at=record.event_time,
        log_index=stated.batch_id,
        standing=restored is None,
        restored_by=restored.entered_by if restored else "",
        restored_at=restored.event_time if restored else None,
        restored_why=restored.reason if restored else "",
    )
