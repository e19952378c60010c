"""Measured values with the results that they belong to, for those who take them elsewhere."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, select

from hub.store.correction_queries import erroneous, place_of
from hub.store.database import Reading
from hub.store.instant import from_micros, to_micros
from hub.store.tables import measurement, unit_result

_RESULT = ("part", "work_cell", "verdict", "attempt", "purpose", "flags")


class ValueWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Values of a plant in ``[begin, end)``; empty or None: whatever it is."""

    plant: str
    part: str | None = None
    operation: str | None = None
    characteristics: tuple[str, ...] = ()
    begin: datetime | None = None
    end: datetime | None = None


class TakenValue(msgspec.Struct, frozen=True, kw_only=True):
    """One value: ``value`` x 10**-``decimals`` ``uom``, None when nothing trustworthy was read."""

    batch_id: int
    line: int
    result_id: str
    unit: str | None
    part: str
    operation: str
    work_cell: str
    characteristic: str
    value: int | None
    decimals: int
    uom: str
    status: str
    event_time: datetime
    verdict: str
    attempt: int
    purpose: str
    flags: tuple[str, ...]
    plan: str | None


def taken_values(connection: Reading, wanted: ValueWanted, most: int) -> list[TakenValue]:
    """At most ``most``, in the order of event time, then author, chain and record; none that was declared wrong."""
    same = (
        (unit_result.c.author == measurement.c.author)
        & (unit_result.c.chain == measurement.c.chain)
        & (unit_result.c.result_id == measurement.c.result_id)
    )
    order = (
        measurement.c.event_time,
        measurement.c.author,
        measurement.c.chain,
        measurement.c.seq,
        measurement.c.item,
        unit_result.c.batch_id,
        unit_result.c.line,
    )
    query = (
        select(measurement, *(unit_result.c[name] for name in _RESULT))
        .join(unit_result, same)
        .where(*_conditions(wanted))
        .order_by(*order)
        .limit(most)
    )
    rows = connection.execute(query).all()
    wrong = erroneous(connection, map(place_of, rows))
    return [_value(row) for row in rows if not wrong or place_of(row) not in wrong]


def _conditions(wanted: ValueWanted) -> Collection[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [measurement.c.plant == wanted.plant]
    if wanted.characteristics:
        found.append(measurement.c.characteristic.in_(wanted.characteristics))
    if wanted.operation is not None:
        found.append(measurement.c.operation == wanted.operation)
    if wanted.part is not None:
        found.append(unit_result.c.part == wanted.part)
    if wanted.begin is not None:
        found.append(measurement.c.event_time >= to_micros(wanted.begin))
    if wanted.end is not None:
        found.append(measurement.c.event_time < to_micros(wanted.end))
    return found


def _value(row: Any) -> TakenValue:
    names = [name for name in TakenValue.__struct_fields__ if name not in ("event_time", "flags")]
    return TakenValue(
        **{name: getattr(row, name) for name in names},
        event_time=from_micros(row.event_time),
        flags=tuple(row.flags),
    )
