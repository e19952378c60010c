"""What happened on the line beside the results: codes read, holds, refusals of the interlock."""

from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import Select, and_, exists, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.tables.every import codes, hold, interlock_refusal
from traceability.record.production import HoldScope, HoldState, ReadSymbol


class CodesRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one reader read for one result."""

    batch_id: int
    line: int
    event_time: datetime
    result_id: str
    operation: str
    reader: str
    symbols: tuple[ReadSymbol, ...]
    reason: str | None


class HoldRow(msgspec.Struct, frozen=True, kw_only=True):
    """A hold being placed, or released; ``author`` with ``hold_id`` names it."""

    batch_id: int
    line: int
    author: str
    event_time: datetime
    hold_id: str
    plant: str | None
    scope: HoldScope
    target: str
    state: HoldState
    by: str
    reason: str


class RefusalRow(msgspec.Struct, frozen=True, kw_only=True):
    """The interlock refused, or did not clear, a unit."""

    batch_id: int
    line: int
    event_time: datetime
    unit: str | None
    serial: str
    operation: str
    work_cell: str
    code: int
    reason: str


def codes_of_units(connection: Reading, units: Collection[str]) -> list[CodesRow]:
    """What readers read of ``units``, in the order of the records."""
    return [
        CodesRow(
            batch_id=row.batch_id,
            line=row.line,
            event_time=from_micros(row.event_time),
            result_id=row.result_id,
            operation=row.operation,
            reader=row.reader,
            symbols=msgspec.convert(row.symbols, tuple[ReadSymbol, ...]),
            reason=row.reason,
        )
        for chunk in in_chunks(units)
        for row in connection.execute(
            select(codes).where(codes.c.unit.in_(chunk)).order_by(codes.c.batch_id, codes.c.line)
        )
    ]


def holds_about(connection: Reading, items: Collection[str]) -> list[HoldRow]:
    """Every placing and release of holds on ``items`` (units and lots)."""
    return [
        row for chunk in in_chunks(items) for row in _holds(connection, select(hold).where(hold.c.about.in_(chunk)))
    ]


def open_holds(connection: Reading, plant: str, most: int) -> list[HoldRow]:
    """The holds that a plant's agents placed and nobody has released yet, latest first, at most ``most``."""
    released = hold.alias("released")
    same = and_(
        released.c.author == hold.c.author,
        released.c.hold_id == hold.c.hold_id,
        released.c.state == HoldState.RELEASED,
    )
    query = (
        select(hold)
        .where(hold.c.plant == plant, hold.c.state == HoldState.PLACED, ~exists().where(same))
        .order_by(hold.c.event_time.desc(), hold.c.batch_id.desc(), hold.c.line.desc())
        .limit(most)
    )
    return _holds(connection, query)


def refusals_of_units(connection: Reading, units: Collection[str]) -> list[RefusalRow]:
    """What the interlock refused ``units``, in the order of the records."""
    table = interlock_refusal
    return [
        RefusalRow(
            batch_id=row.batch_id,
            line=row.line,
            event_time=from_micros(row.event_time),
            unit=row.unit,
            serial=row.serial,
            operation=row.operation,
            work_cell=row.work_cell,
            code=row.code,
            reason=row.reason,
        )
        for chunk in in_chunks(units)
        for row in connection.execute(
            select(table).where(table.c.unit.in_(chunk)).order_by(table.c.batch_id, table.c.line)
        )
    ]


def _holds(connection: Reading, query: Select[tuple[object, ...]]) -> list[HoldRow]:
    return [
        HoldRow(
            batch_id=row.batch_id,
            line=row.line,
            author=row.author,
            event_time=from_micros(row.event_time),
            hold_id=row.hold_id,
            plant=row.plant,
            scope=HoldScope(row.scope),
            target=row.target,
            state=HoldState(row.state),
            by=row.by,
            reason=row.reason,
        )
        for row in connection.execute(query)
    ]
