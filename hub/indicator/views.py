"""What the API shows of indicators: the declared ones and the measured ones, never in one list."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

import msgspec

from hub.indicator.enter import series_of, zone_of
from hub.metric.asked import Over, Step
from hub.metric.declared import Series, StatedValue, declared_series, figures_of
from hub.metric.measure import several
from hub.metric.views import FigureView, PlaceAsked, figure_view
from hub.store.core.database import Reading
from traceability.record.indicator import Combined, Direction, Frequency
from traceability.record.metric import MetricName, MetricReference

MEASURED: tuple[MetricName, ...] = (
    MetricName.ROLLED_YIELD,
    MetricName.FIRST_PASS_YIELD,
    MetricName.CAPABILITY,
    MetricName.INTERNAL_LOSS_RATE,
    MetricName.EXTERNAL_LOSS_RATE,
    MetricName.FIELD_FAILURE_SHARE,
    MetricName.RESPONSE_HOURS,
    MetricName.ACTION_HOURS,
    MetricName.INSPECTION_COVERAGE,
    MetricName.INVALID_SHARE,
    MetricName.REWORK_SHARE,
)
"""What the records tell by themselves, without anybody stating it."""
HIGHER_IS_BETTER = frozenset(
    {
        MetricName.ROLLED_YIELD,
        MetricName.FIRST_PASS_YIELD,
        MetricName.CAPABILITY,
        MetricName.INSPECTION_COVERAGE,
    }
)
_LONGEST = {Frequency.WEEK: 7, Frequency.MONTH: 31, Frequency.QUARTER: 92, Frequency.YEAR: 366}
_GRACE = 31
"""Days after which a value that is due is late."""


class ValueView(msgspec.Struct, frozen=True, kw_only=True):
    """One stated value with its place in the log; ``reversed_by`` names the record that took it back."""

    id: str
    first: date
    last: date
    value: Decimal | None
    k: int | None
    n: int | None
    evidence: str
    entered_by: str
    entered_at: datetime
    batch: int
    line: int
    reversed_by: str | None
    reversal_reason: str


class DeclaredView(msgspec.Struct, frozen=True, kw_only=True):
    """A declared series: somebody's statement with its source, no measurement."""

    mark: Literal["declared"] = "declared"
    id: str
    name: str
    name_zh: str
    uom: str
    share: bool
    direction: Direction
    combined: Combined
    frequency: Frequency
    owner: str
    source: str
    ended: bool
    late: bool
    """Whether a value is missing, by the frequency and a month's grace."""
    latest: ValueView | None
    whole: FigureView
    figures: tuple[FigureView, ...]


class MeasuredView(msgspec.Struct, frozen=True, kw_only=True):
    """What the records measure by themselves."""

    mark: Literal["measured"] = "measured"
    metric: MetricName
    direction: Direction
    whole: FigureView
    figures: tuple[FigureView, ...]


class IndicatorsView(msgspec.Struct, frozen=True, kw_only=True):
    """The indicators of a plant in a period; ``measured`` are narrowed to the place, ``declared`` are the plant's."""

    plant: str
    first: date
    last: date
    step: Step
    declared: tuple[DeclaredView, ...]
    measured: tuple[MeasuredView, ...]


class ValuesView(msgspec.Struct, frozen=True, kw_only=True):
    """One declared series and everything that was ever stated of it, the latest period first."""

    declared: DeclaredView
    values: tuple[ValueView, ...]


def indicators_view(connection: Reading, plant: str, over: Over, place: PlaceAsked, now: datetime) -> IndicatorsView:
    """Declared and measured, over a period and step by step."""
    every = declared_series(connection, [plant])
    today = now.astimezone(zone_of(connection, plant)).date()
    return IndicatorsView(
        plant=plant,
        first=over.window.first,
        last=over.window.last,
        step=over.step,
        declared=tuple(_declared(one, over, today) for one in every.values()),
        measured=_measured(connection, [place.reference(plant, metric) for metric in MEASURED], over, now),
    )


def values_view(connection: Reading, plant: str, indicator: str, over: Over, now: datetime) -> ValuesView:
    """One declared series; ``NotFound`` where there is none."""
    series = series_of(connection, plant, indicator)
    return _values(series, over, now.astimezone(zone_of(connection, plant)).date())


def every_series(connection: Reading, plant: str, over: Over, now: datetime) -> dict[str, ValuesView]:
    """Every declared series of a plant, by id."""
    today = now.astimezone(zone_of(connection, plant)).date()
    return {name: _values(one, over, today) for (_, name), one in declared_series(connection, [plant]).items()}


def is_late(series: Series, today: date) -> bool:
    """Whether a value should have come by now."""
    definition = series.definition
    if definition.ended or definition.frequency not in _LONGEST:
        return False
    begun = max((one.record.last for one in series.counting), default=definition.event_time.date())
    return begun + timedelta(days=_LONGEST[definition.frequency] + _GRACE) < today


def _values(series: Series, over: Over, today: date) -> ValuesView:
    values = tuple(_value(one) for one in reversed(series.values))
    return ValuesView(declared=_declared(series, over, today), values=values)


def _declared(series: Series, over: Over, today: date) -> DeclaredView:
    definition = series.definition
    reference = MetricReference(metric=MetricName.INDICATOR, plant=definition.plant, indicator=definition.id)
    latest = series.counting[-1] if series.counting else None
    return DeclaredView(
        id=definition.id,
        name=definition.name,
        name_zh=definition.name_zh,
        uom=definition.uom,
        share=definition.share,
        direction=definition.direction,
        combined=definition.combined,
        frequency=definition.frequency,
        owner=definition.owner,
        source=definition.source,
        ended=definition.ended,
        late=is_late(series, today),
        latest=None if latest is None else _value(latest),
        whole=figure_view(figures_of(series, reference, [over.window])[0]),
        figures=tuple(figure_view(one) for one in figures_of(series, reference, over.windows)),
    )


def _measured(
    connection: Reading, references: Sequence[MetricReference], over: Over, now: datetime
) -> tuple[MeasuredView, ...]:
    whole = several(connection, references, [over.window], now)
    parts = several(connection, references, over.windows, now)
    return tuple(
        MeasuredView(
            metric=one.metric,
            direction=Direction.HIGHER if one.metric in HIGHER_IS_BETTER else Direction.LOWER,
            whole=figure_view(whole[one.metric][0]),
            figures=tuple(figure_view(each) for each in parts[one.metric]),
        )
        for one in references
    )


def _value(one: StatedValue) -> ValueView:
    record = one.record
    return ValueView(
        id=record.id,
        first=record.first,
        last=record.last,
        value=None if record.value is None else Decimal(record.value),
        k=record.k,
        n=record.n,
        evidence=record.evidence,
        entered_by=record.entered_by,
        entered_at=record.event_time,
        batch=one.batch_id,
        line=one.line,
        reversed_by=one.reversed_by,
        reversal_reason=one.reversal_reason,
    )
