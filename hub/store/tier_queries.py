"""What is due for the cold tier, the switch from one tier to the other, and what is there."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import delete, exists, func, insert, select, update

from hub.store.cold import POINTER
from hub.store.cold_tables import cold_file
from hub.store.database import Reading, Writing
from hub.store.ledger_tables import batch

LEDGER = "ledger"


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


def due_bodies(connection: Reading, before: int, most: int, room: int) -> list[HotBody]:
    """The first run of batches, none left out, stored before a time (microseconds) and not moved yet.

    At most ``most`` of them and about ``room`` bytes, at least one.
    """
    moved = exists().where(
        cold_file.c.kind == LEDGER, cold_file.c.first <= batch.c.id, cold_file.c.last >= batch.c.id
    )
    first = connection.execute(
        select(func.min(batch.c.id)).where(batch.c.record_time < before, ~moved)
    ).scalar_one_or_none()
    if first is None:
        return []
    query = (
        select(batch.c.id, batch.c.hash, batch.c.body, batch.c.record_time, moved.label("moved"))
        .where(batch.c.id >= first)
        .order_by(batch.c.id)
        .limit(most)
        .execution_options(yield_per=50)
    )
    run: list[HotBody] = []
    size = 0
    with connection.execute(query) as rows:
        for row in rows:
            after_gap = row.id != first + len(run)
            if row.record_time >= before or row.moved or after_gap or (run and size + len(row.body) > room):
                break
            run.append(HotBody(row.id, row.hash, bytes(row.body)))
            size += len(row.body)
    return run


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
    known = exists().where(
        cold_file.c.kind == LEDGER, cold_file.c.first <= batch.c.id, cold_file.c.last >= batch.c.id
    )
    query = select(batch.c.id).where(func.substr(batch.c.body, 1, len(POINTER)) == POINTER, ~known)
    return list(connection.execute(query.order_by(batch.c.id)).scalars())
