"""Entering definitions, values and reversals. What was stated wrongly is taken back by a record, never changed."""

from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from hub.entry.of_plant import enter_for_plant, new_id
from hub.entry.seal import Stamp, Stamps, enter
from hub.errors import EntryRefused, NotFound
from hub.indicator.forms import IndicatorForm, ReversalForm, ValueForm
from hub.metric.declared import Series, StatedValue, declared_series
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.store.master.queries import read_master
from hub.tabular.words import Words
from traceability.record.base import Record
from traceability.record.indicator import IndicatorRecord, IndicatorReversalRecord, IndicatorValueRecord


def define(hub: Hub, plant: str, form: IndicatorForm) -> StoredBatch:
    """State what a series is; ``EntryRefused`` where values are there that would mean something else then."""
    with hub.store.reading() as connection:
        known = declared_series(connection, [plant]).get((plant, form.id))
    if known is not None and known.counting and known.definition.share is not form.share:
        raise EntryRefused(
            f"{form.id[:100]} has values that are {'' if known.definition.share else 'no '}shares",
            where="share",
            advice="define another series, and end this one",
        )

    def record(_identity: str, stamp: Stamp) -> Record:
        words = form.model_dump()
        return IndicatorRecord(plant=plant, **words, **stamp)

    return enter_for_plant(hub, plant, "indicator", record)


def state_value(hub: Hub, plant: str, indicator: str, form: ValueForm, *, by: str) -> StoredBatch:
    """Enter one value; ``EntryRefused`` for a period that has one already, or that is yet to come."""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        series = series_of(connection, plant, indicator)
        today = hub.clock().astimezone(zone_of(connection, plant)).date()
        for column, trouble, advice in troubles_of(series, form, today, series.counting):
            raise EntryRefused(trouble.en, where=column, advice=advice.en)
        return [value_record(new_id(hub, "value"), plant, indicator, form, by, stamp())]

    stored = enter(hub, draft)
    assert stored is not None  # the draft always has a record
    return stored


def take_back(hub: Hub, plant: str, form: ReversalForm) -> StoredBatch:
    """A value counts no more; ``EntryRefused`` when there is none that counts."""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        every = (one for series in declared_series(connection, [plant]).values() for one in series.values)
        found = next((one for one in every if one.record.id == form.value), None)
        if found is None:
            raise EntryRefused(f"there is no value {form.value[:100]!r}", where="value", advice="list the indicators")
        if found.reversed_by is not None:
            raise EntryRefused(f"{form.value} was taken back already by {found.reversed_by}", where="value")
        identity = new_id(hub, "reversal")
        return [
            IndicatorReversalRecord(
                id=identity, plant=plant, reverses=form.value, reason=form.reason, entered_by=form.entered_by, **stamp()
            )
        ]

    stored = enter(hub, draft)
    assert stored is not None  # the draft always has a record
    return stored


def series_of(connection: Reading, plant: str, indicator: str) -> Series:
    """``NotFound`` where none is defined."""
    found = declared_series(connection, [plant]).get((plant, indicator))
    if found is None:
        raise NotFound(
            f"plant {plant[:100]!r} defines no indicator {indicator[:100]!r}",
            advice=f"see GET /api/v1/plants/{plant[:100]}/indicators",
        )
    return found


def zone_of(connection: Reading, plant: str) -> ZoneInfo:
    """The plant's clock; ``NotFound`` where the plant is not known."""
    entry = read_master(connection).plants.get(plant)
    if entry is None:
        raise NotFound(f"no plant {plant[:100]!r}", advice="see GET /api/v1/plants")
    return ZoneInfo(entry.time_zone)


Trouble = tuple[str, Words, Words]
"""Of which column, what is wrong, what to do."""


def troubles_of(series: Series, form: ValueForm, today: date, beside: Iterable[StatedValue]) -> list[Trouble]:
    """Everything that forbids a value beside those that count."""
    found: list[Trouble] = []
    if series.definition.ended:
        text = Words("the series has ended", "该指标已停止")
        found.append(("indicator", text, Words("define another one", "请定义新的指标")))
    if series.definition.share != (form.k is not None):
        column = "k" if series.definition.share else "value"
        text = Words("the series takes k of n", "该指标需填 k 和 n")
        other = Words("the series takes a value", "该指标需填数值")
        advice = Words("fill in the other columns", "请填写对应的列")
        found.append((column, text if series.definition.share else other, advice))
    if form.last > today:
        text = Words(f"the period ends on {form.last}, which is yet to come", f"期间截止 {form.last}，尚未到来")
        found.append(("last", text, Words("state what has happened", "请填写已发生的期间")))
    for one in beside:
        if one.record.first <= form.last and form.first <= one.record.last:
            text = Words(
                f"{one.record.first} to {one.record.last} has a value that counts: {one.record.id}",
                f"{one.record.first} 至 {one.record.last} 已有有效数值：{one.record.id}",
            )
            found.append(("first", text, Words("take that one back first", "请先撤销原数值")))
            break
    return found


def value_record(  # noqa: PLR0917 - a record's words
    identity: str, plant: str, indicator: str, form: ValueForm, by: str, stamp: Stamp
) -> IndicatorValueRecord:
    """The record of a value."""
    return IndicatorValueRecord(
        id=identity,
        plant=plant,
        indicator=indicator,
        first=form.first,
        last=form.last,
        value=None if form.value is None else f"{form.value:f}",
        k=form.k,
        n=form.n,
        evidence=form.evidence,
        entered_by=by,
        **stamp,
    )
