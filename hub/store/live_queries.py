"""What happened at a plant just now: results of the last hour by the minute, and the last ones of each operation."""

from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import String, cast, func, literal, select, union_all

from hub.store.correction_queries import erroneous, place_of
from hub.store.database import Reading
from hub.store.instant import from_micros
from hub.store.tables import unit_result

MICROS_A_MINUTE = 60_000_000
NO_FLAGS = "[]"


class MinuteCount(msgspec.Struct, frozen=True, kw_only=True):
    """Results at an operation in the minute ``minute`` of the span asked for, the first one is 0.

    ``flagged`` ones (simulated, manual, …) say nothing of the verdict.
    """

    operation: str
    minute: int
    verdict: str
    flagged: bool
    results: int


class LastResult(msgspec.Struct, frozen=True, kw_only=True):
    """A result as it came; ``wrong``: its author declared it wrong since."""

    at: datetime
    operation: str
    work_cell: str
    part: str
    unit: str | None
    verdict: str
    flags: tuple[str, ...]
    purpose: str
    attempt: int
    defect: str | None
    wrong: bool
    batch_id: int
    line: int


def minutes_between(
    connection: Reading, plant: str, operations: Collection[str], begin: int, end: int
) -> list[MinuteCount]:
    """Results of ``[begin, end)`` microseconds at these operations, counted by the minute; one statement."""
    counted = (
        select(
            unit_result.c.operation,
            ((unit_result.c.event_time - literal(begin)) // MICROS_A_MINUTE).label("minute"),
            unit_result.c.verdict,
            (cast(unit_result.c.flags, String) != NO_FLAGS).label("flagged"),
        )
        .where(
            unit_result.c.plant == plant,
            unit_result.c.operation.in_(sorted(set(operations))),
            unit_result.c.event_time >= begin,
            unit_result.c.event_time < end,
        )
        .subquery()
    )
    query = select(*counted.c, func.count().label("results")).group_by(*counted.c)
    return [
        MinuteCount(
            operation=row.operation,
            minute=int(row.minute),
            verdict=row.verdict,
            flagged=bool(row.flagged),
            results=int(row.results),
        )
        for row in connection.execute(query)
    ]


def last_results(connection: Reading, plant: str, operations: Collection[str], end: int, most: int) -> list[LastResult]:
    """The last ``most`` results of each operation before ``end``, the latest first; read from the end of its index."""
    wanted = [
        select(
            select(unit_result)
            .where(unit_result.c.plant == plant, unit_result.c.operation == operation, unit_result.c.event_time < end)
            .order_by(unit_result.c.event_time.desc())
            .limit(most)
            .subquery()
        )
        for operation in sorted(set(operations))
    ]
    if not wanted:
        return []
    rows = list(connection.execute(union_all(*wanted)))
    rows.sort(key=lambda row: (row.event_time, row.batch_id, row.line), reverse=True)
    wrong = erroneous(connection, map(place_of, rows))
    return [
        LastResult(
            at=from_micros(row.event_time),
            operation=row.operation,
            work_cell=row.work_cell,
            part=row.part,
            unit=row.unit,
            verdict=row.verdict,
            flags=tuple(row.flags),
            purpose=row.purpose,
            attempt=row.attempt,
            defect=row.defect,
            wrong=place_of(row) in wrong,
            batch_id=row.batch_id,
            line=row.line,
        )
        for row in rows
    ]
