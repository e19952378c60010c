"""What happened at a plant just now: results of the last hour by the minute, and the last ones of each operation."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, String, cast, func, literal, select, union_all

from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.packed.latest import latest_since
from hub.store.production.corrections import erroneous, place_of
from hub.store.tables.every import unit_result

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
    names = sorted(set(operations))
    if not names:
        return []
    since = latest_since(connection, plant, names, end, most)
    rows = _last_of(connection, plant, names, since, end=end, most=most)
    told = Counter(row.operation for row in rows)
    if few := [name for name in since if told[name] < most]:  # not all of them may be seen
        rows = [row for row in rows if row.operation not in few]
        rows += _last_of(connection, plant, few, {}, end=end, most=most)
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


def _last_of(
    connection: Reading, plant: str, operations: Sequence[str], since: Mapping[str, int], *, end: int, most: int
) -> list[Row[Any]]:
    """``since``: where it is enough to look from then on."""
    table = unit_result.c
    each = []
    for operation in operations:
        query = select(unit_result).where(table.plant == plant, table.operation == operation, table.event_time < end)
        if operation in since:
            query = query.where(table.event_time >= since[operation])
        each.append(select(query.order_by(table.event_time.desc()).limit(most).subquery()))
    return list(connection.execute(union_all(*each)))
