"""Declared series: what was stated, with what was taken back left out."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from fractions import Fraction

import msgspec

from hub.metric import why
from hub.metric.asked import Asked, figure_of
from hub.metric.figure import Counted, MetricFigure
from hub.store.core.database import Reading
from hub.store.quality.queries import Stated, standing_statements
from hub.tabular.words import Words
from traceability.quality.intervals import clopper_pearson
from traceability.quality.window import Window
from traceability.record.indicator import (
    Combined,
    IndicatorRecord,
    IndicatorReversalRecord,
    IndicatorValueRecord,
)
from traceability.record.metric import MetricReference

_HOW = {Combined.LAST: "最后值", Combined.MEAN: "平均值", Combined.SUM: "合计"}


class StatedValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value as it was stated, where it stands in the log; ``reversed_by`` is the id of its reversal."""

    record: IndicatorValueRecord
    batch_id: int
    line: int
    reversed_by: str | None = None
    reversal_reason: str = ""

    @property
    def counts(self) -> bool:
        """Whether it was not taken back."""
        return self.reversed_by is None


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A definition and everything stated of it, in the order of periods."""

    definition: IndicatorRecord
    values: tuple[StatedValue, ...] = ()

    @property
    def counting(self) -> tuple[StatedValue, ...]:
        """Without what was taken back."""
        return tuple(one for one in self.values if one.counts)


def declared_series(connection: Reading, plants: Collection[str]) -> dict[tuple[str, str], Series]:
    """Every declared series, by plant and id."""
    definitions = {
        (record.plant, record.id): record for record, _ in standing_statements(connection, IndicatorRecord, plants)
    }
    if not definitions:
        return {}
    reversals = {
        (record.plant, record.reverses): record
        for record, _ in standing_statements(connection, IndicatorReversalRecord, plants)
    }
    values: defaultdict[tuple[str, str], list[StatedValue]] = defaultdict(list)
    for record, stated in standing_statements(connection, IndicatorValueRecord, plants):
        values[record.plant, record.indicator].append(_stated(record, stated, reversals.get((record.plant, record.id))))
    return {
        key: Series(definition=definition, values=tuple(sorted(values[key], key=_by_period)))
        for key, definition in sorted(definitions.items())
    }


def indicator(asked: Asked) -> list[MetricFigure]:
    """The values of periods that lie within the asked one, put together as the definition says."""
    where = asked.reference
    if not where.indicator:
        return asked.untold(why.NAME_INDICATOR)
    if where.line or where.operation or where.part:
        return asked.untold(why.OF_THE_PLANT)
    series = declared_series(asked.connection, [where.plant]).get((where.plant, where.indicator))
    if series is None:
        return asked.untold(
            Words(
                f"no indicator {where.indicator[:100]!r} is defined at the plant",
                f"工厂未定义指标 {where.indicator[:100]!r}",
            )
        )
    return figures_of(series, where, asked.windows)


def figures_of(series: Series, reference: MetricReference, windows: Iterable[Window]) -> list[MetricFigure]:
    """The same of a series that was read."""
    return [_figure(reference, window, series) for window in windows]


def _stated(record: IndicatorValueRecord, stated: Stated, reversal: IndicatorReversalRecord | None) -> StatedValue:
    return StatedValue(
        record=record,
        batch_id=stated.batch_id,
        line=stated.line,
        reversed_by=reversal.id if reversal else None,
        reversal_reason=reversal.reason if reversal else "",
    )


def _by_period(one: StatedValue) -> tuple[date, date, int, int]:
    return one.record.first, one.record.last, one.batch_id, one.line


def _figure(reference: MetricReference, window: Window, series: Series) -> MetricFigure:
    within = [one.record for one in series.counting if _lies_in(one, window)]
    touching = sum(one.record.last >= window.first and one.record.first <= window.last for one in series.counting)
    beyond = touching - len(within)
    left = (
        Words(f"{beyond} of periods that reach beyond are left out", f"{beyond} 个跨期数值未计入") if beyond else None
    )
    if not within:
        return figure_of(reference, window, why=why.joined(why.NO_STATED_VALUE, left))
    if series.definition.share:
        return _share(reference, window, within, left)
    values = [Fraction(one.value) for one in within if one.value is not None]
    if not values:
        return figure_of(reference, window, why=why.NO_NUMBERS)
    how = series.definition.combined
    exact = {Combined.LAST: values[-1], Combined.SUM: sum(values), Combined.MEAN: sum(values) / len(values)}[how]
    several = Words(f"{how.value} of {len(values)} values", f"{len(values)} 个数值的{_HOW[how]}")
    told = why.joined(several if len(values) > 1 else None, left)
    return figure_of(reference, window, exact=Fraction(exact), n=len(values), why=told)


def _lies_in(one: StatedValue, window: Window) -> bool:
    return window.first <= one.record.first and one.record.last <= window.last


def _share(
    reference: MetricReference, window: Window, within: Sequence[IndicatorValueRecord], left: Words | None
) -> MetricFigure:
    k, n = sum(one.k or 0 for one in within), sum(one.n or 0 for one in within)
    if not n:
        return figure_of(reference, window, why=why.joined(why.NOTHING_COUNTED, left))
    basis, interval = Counted(k=k, n=n), clopper_pearson(k, n)
    return figure_of(reference, window, exact=Fraction(k, n), n=n, interval=interval, why=why.joined(left), basis=basis)
