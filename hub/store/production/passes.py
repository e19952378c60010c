"""Results by where and when: what passed a station beside a unit, by an index over time."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, select

from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros
from hub.store.packed.latest import earliest_until
from hub.store.production.corrections import erroneous, place_of
from hub.store.tables.every import unit_result
from traceability.unit import Flag, Purpose, Verdict


class PassesWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Results of a plant at an operation in ``[begin, end)``; of one work cell, or of any."""

    plant: str
    operation: str
    begin: datetime
    end: datetime
    work_cell: str | None = None


class PassRow(msgspec.Struct, frozen=True, kw_only=True):
    """One pass of one unit."""

    batch_id: int
    line: int
    unit: str | None
    part: str
    work_cell: str
    verdict: Verdict
    flags: tuple[Flag, ...]
    purpose: Purpose
    attempt: int
    defect: str | None
    event_time: datetime


def passes_at(connection: Reading, wanted: PassesWanted, most: int) -> list[PassRow]:
    """At most ``most``, the earliest first; none that was declared wrong."""
    within = (to_micros(wanted.begin), to_micros(wanted.end))
    until = earliest_until(connection, wanted.plant, wanted.operation, within, most=most, work_cell=wanted.work_cell)
    rows: list[Row[Any]] = []
    if until is not None:
        rows = _passes(connection, wanted, (within[0], until + 1), most)
    if len(rows) < most:  # there are no more, or not all of them may be seen
        rows = _passes(connection, wanted, within, most)
    wrong = erroneous(connection, map(place_of, rows))
    return [
        PassRow(
            batch_id=row.batch_id,
            line=row.line,
            unit=row.unit,
            part=row.part,
            work_cell=row.work_cell,
            verdict=Verdict(row.verdict),
            flags=tuple(Flag(flag) for flag in row.flags),
            purpose=Purpose(row.purpose),
            attempt=row.attempt,
            defect=row.defect,
            event_time=from_micros(row.event_time),
        )
        for row in rows
        if not wrong or place_of(row) not in wrong
    ]


def _passes(connection: Reading, wanted: PassesWanted, within: tuple[int, int], most: int) -> list[Row[Any]]:
    table = unit_result.c
    query = (
        select(unit_result)
        .where(table.plant == wanted.plant, table.operation == wanted.operation)
        .where(table.event_time >= within[0], table.event_time < within[1])
        .order_by(table.event_time, table.author, table.chain, table.seq, table.batch_id, table.line)
        .limit(most)
    )
    if wanted.work_cell is not None:
        query = query.where(table.work_cell == wanted.work_cell)
    return list(connection.execute(query))
