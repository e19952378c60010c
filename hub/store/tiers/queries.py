"""What is due for the cold tier, the switch from one tier to the other, and what is there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, delete, exists, func, insert, select, update

from hub.store.core.database import Reading, Writing
from hub.store.tables.cold import LEDGER, VALUES, cold_file
from hub.store.tables.ledger import batch
from hub.store.tables.measured import measured, value_column
from hub.store.tiers.cold import POINTER
from hub.store.tiers.values import ColdColumn

_END = 1 << 62


class ColdFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the cold tier: ``pieces`` bodies of the batches from ``first`` to ``last``, in ``bytes`` bytes."""

    name: str
    kind: str
    first: int
    last: int
    pieces: int
    bytes: int
    sha256: str
    moved_at: int


class HotBody(msgspec.Struct, frozen=True):
    """The body of a batch as it stands in its row."""

    batch_id: int
    hash: str
    body: bytes


class LedgerBytes(msgspec.Struct, frozen=True, kw_only=True):
    """How many batches have their body in the store, and bytes of those bodies; the oldest one's record time."""

    batches: int
    bytes: int
    oldest: int | None


class HotColumns(msgspec.Struct, frozen=True):
    """Values of the batches from ``first`` to ``last``, as they stand in their rows."""

    first: int
    last: int
    columns: Sequence[ColdColumn]


def due_bodies(connection: Reading, before: int, most: int, room: int) -> list[HotBody]:
    """The first run of batches, none left out, stored before a time (microseconds) and not moved yet.

    At most ``most`` of them and about ``room`` bytes, at least one.
    """
    gap = _first_gap(connection, LEDGER, batch.c.id)
    if gap is None:
        return []
    query = (
        select(batch.c.id, batch.c.hash, batch.c.body, batch.c.record_time)
        .where(batch.c.id >= gap[0], batch.c.id <= gap[1])
        .order_by(batch.c.id)
        .limit(most)
        .execution_options(yield_per=50)
    )
    run: list[HotBody] = []
    size = 0
    with connection.execute(query) as rows:
        for row in rows:
            if row.record_time >= before or row.id != gap[0] + len(run) or (run and size + len(row.body) > room):
                break
            run.append(HotBody(row.id, row.hash, bytes(row.body)))
            size += len(row.body)
    return run


def due_columns(connection: Reading, before: int, most: int) -> HotColumns | None:
    """The values of the first batches that were stored before a time and not moved yet; at most ``most`` batches."""
    gap = _first_gap(connection, VALUES, value_column.c.batch_id)
    if gap is None:
        return None
    some = (
        select(value_column.c.batch_id)
        .where(value_column.c.batch_id >= gap[0], value_column.c.batch_id <= gap[1])
        .distinct()
        .order_by(value_column.c.batch_id)
        .limit(most)
        .subquery()
    )
    stored = select(batch.c.id, batch.c.record_time).where(batch.c.id.in_(select(some.c.batch_id))).order_by(batch.c.id)
    due = [row.id for row in takewhile(lambda row: row.record_time < before, connection.execute(stored))]
    if not due:
        return None
    first, last = due[0], due[-1]
    stated: defaultdict[int, dict[int, tuple[int, str | None, str]]] = defaultdict(dict)
    columns = (measured.c.batch_id, measured.c.line, measured.c.event_time, measured.c.unit, measured.c.operation)
    for row in connection.execute(select(*columns).where(measured.c.batch_id >= first, measured.c.batch_id <= last)):
        stated[row.batch_id][row.line] = (row.event_time, row.unit, row.operation)
    found = [
        ColdColumn(
            batch_id=row.batch_id,
            number=row.number,
            plant=row.plant,
            characteristic=row.characteristic,
            uom=row.uom,
            decimals=row.decimals,
            body=bytes(row.body),
            stated=stated[row.batch_id],
        )
        for row in connection.execute(_columns_between(first, last))
    ]
    return HotColumns(first, last, found)


def kept_columns(connection: Reading, first: int, last: int) -> dict[tuple[int, int], bytes]:
    """What stands in the rows of values of some batches, by batch and number."""
    found = connection.execute(_columns_between(first, last))
    return {(row.batch_id, row.number): bytes(row.body) for row in found}


def put_columns(connection: Writing, bodies: Mapping[tuple[int, int], bytes]) -> None:
    """Values in place of pointers, or pointers in place of values."""
    if not bodies:
        return
    own = (value_column.c.batch_id == bindparam("of_batch"), value_column.c.number == bindparam("of_number"))
    connection.execute(
        update(value_column).where(*own).values(body=bindparam("new")),
        [{"of_batch": batch_id, "of_number": number, "new": body} for (batch_id, number), body in bodies.items()],
    )


def _columns_between(first: int, last: int) -> Select[Any]:
    key = value_column.c.batch_id
    return select(value_column).where(key >= first, key <= last).order_by(key, value_column.c.number)


def _first_gap(connection: Reading, kind: str, index: ColumnElement[int]) -> tuple[int, int] | None:
    """From the first row that lies in no file of a kind up to the next file, by the ``index`` of a table."""
    begin = 0
    bounds = select(cold_file.c.first, cold_file.c.last).where(cold_file.c.kind == kind).order_by(cold_file.c.first)
    for first, last in [*map(tuple, connection.execute(bounds)), (_END, _END)]:
        if first > begin:
            found = connection.execute(select(func.min(index)).where(index >= begin, index < first)).scalar_one()
            if found is not None:
                return int(found), first - 1
        begin = last + 1
    return None


def kept_bodies(connection: Reading, first: int, last: int) -> dict[int, bytes]:
    """What stands in the rows of some batches: bodies or pointers."""
    query = select(batch.c.id, batch.c.body).where(batch.c.id >= first, batch.c.id <= last)
    return {row.id: bytes(row.body) for row in connection.execute(query)}


def put_bodies(connection: Writing, bodies: Mapping[int, bytes]) -> None:
    """Bodies in place of pointers, or pointers in place of bodies."""
    for batch_id, body in bodies.items():
        connection.execute(update(batch).where(batch.c.id == batch_id).values(body=body))


def add_cold_file(connection: Writing, file: ColdFile) -> None:
    """From now on it is part of the cold tier."""
    connection.execute(insert(cold_file), [msgspec.structs.asdict(file)])


def drop_cold_file(connection: Writing, name: str) -> None:
    """It is part of the cold tier no more."""
    connection.execute(delete(cold_file).where(cold_file.c.name == name))


def cold_files(connection: Reading) -> Sequence[ColdFile]:
    """Every file of the cold tier, in the order of the log."""
    found = connection.execute(select(cold_file).order_by(cold_file.c.first, cold_file.c.name))
    return [ColdFile(**row) for row in found.mappings()]


def overlaps(connection: Reading, kind: str, first: int, last: int) -> bool:
    """Whether a file holds some of these batches."""
    query = select(cold_file.c.name).where(
        cold_file.c.kind == kind, cold_file.c.first <= last, cold_file.c.last >= first
    )
    return connection.execute(query.limit(1)).first() is not None


def hot_ledger(connection: Reading) -> LedgerBytes:
    """What of the ledger is in the store; reads the length of every body."""
    hot = func.substr(batch.c.body, 1, len(POINTER)) != POINTER
    columns = (func.count(), func.coalesce(func.sum(func.length(batch.c.body)), 0), func.min(batch.c.record_time))
    count, size, oldest = connection.execute(select(*columns).where(hot)).one()
    return LedgerBytes(batches=count, bytes=int(size), oldest=oldest)


def stray_pointers(connection: Reading) -> list[int]:
    """Batches whose body is elsewhere, in no file that is known."""
    known = exists().where(cold_file.c.kind == LEDGER, cold_file.c.first <= batch.c.id, cold_file.c.last >= batch.c.id)
    query = select(batch.c.id).where(func.substr(batch.c.body, 1, len(POINTER)) == POINTER, ~known)
    return list(connection.execute(query.order_by(batch.c.id)).scalars())
