"""The ledger's batches. They are inserted and read; nothing here changes or deletes one. Bodies may lie elsewhere."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import astuple
from sqlalchemy import Select, bindparam, func, insert, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading, Writing
from hub.store.core.dialect import is_postgres
from hub.store.core.instant import from_micros
from hub.store.core.listed import among, given_among
from hub.store.core.memo import once
from hub.store.core.quick import ask, put
from hub.store.tables.every import batch
from hub.store.tiers.cold import body_of


class StoredBatch(msgspec.Struct, frozen=True):
    """A row of ``batch`` without its body; ``id`` is the log index, times are microseconds since 1970 UTC."""

    id: int
    author: str
    chain: str
    seq: int
    hash: str
    prev: str | None
    environment: str
    sealed_at: int
    record_time: int
    first_record: int
    records: int
    receipt: str


def insert_batches(connection: Writing, entries: Iterable[tuple[StoredBatch, bytes]]) -> None:
    """Add batches, each with what was sent, zstd-compressed."""
    put(connection, _INSERT, batch, [(*astuple(stored), body) for stored, body in entries])


def log_size(connection: Reading) -> int:
    """How many batches, that is log leaves, there are."""
    return once(connection, log_size, lambda: int(ask(connection, _LOG_SIZE)[0][0]))


def batch_by_hash(connection: Reading, header_hash: str) -> StoredBatch | None:
    """The batch whose header has this hash."""
    return _one(connection, _BY_HASH, hash=header_hash)


def batches_by_hash(connection: Reading, hashes: Collection[str]) -> dict[str, StoredBatch]:
    """Those of the batches that are there."""
    postgres = is_postgres(connection.dialect)
    found = ask(connection, _BY_HASHES[postgres], {"hashes": given_among(sorted(hashes), postgres=postgres)})
    return {stored.hash: stored for stored in map(_stored, found)}


def batch_by_id(connection: Reading, batch_id: int) -> StoredBatch | None:
    """The batch at a log index."""
    return _one(connection, _BY_ID, id=batch_id)


def batch_by_seq(connection: Reading, author: str, chain: str, seq: int) -> StoredBatch | None:
    """The batch at a place in its author's chain."""
    return _one(connection, _BY_SEQ, author=author, chain=chain, seq=seq)


def chain_head(connection: Reading, author: str, chain: str) -> StoredBatch | None:
    """The last batch taken of a chain."""
    return _one(connection, _HEAD, author=author, chain=chain)


def latest_of_author(connection: Reading, author: str) -> StoredBatch | None:
    """The batch of an author that came last into the log."""
    return _one(connection, _LATEST, author=author)


def batch_body(connection: Reading, batch_id: int) -> bytes | None:
    """The bytes of a batch as they came (zstd), from whichever tier; ``ColdTrouble`` when its file fails."""
    body = connection.execute(select(batch.c.body).where(batch.c.id == batch_id)).scalar_one_or_none()
    return None if body is None else body_of(connection, batch_id, bytes(body))


def batches_with_bodies(connection: Reading, ids: Collection[int]) -> list[tuple[StoredBatch, bytes]]:
    """The batches at these log indexes and their bytes (zstd), the last one first."""
    return sorted(
        (
            (_stored(row[:-1]), body_of(connection, row[0], bytes(row[-1])))
            for chunk in in_chunks(ids)
            for row in connection.execute(_STORED.add_columns(batch.c.body).where(batch.c.id.in_(chunk)))
        ),
        key=lambda found: -found[0].id,
    )


def holds_record(connection: Reading, author: str, chain: str, seq: int) -> bool:
    """Whether record ``seq`` of a chain was taken."""
    query = select(func.max(batch.c.first_record + batch.c.records)).where(
        batch.c.author == author, batch.c.chain == chain
    )
    after = connection.execute(query).scalar_one_or_none()
    return after is not None and seq < after


def record_times(connection: Reading, positions: Collection[int]) -> dict[int, datetime]:
    """When the hub stored each of the batches at these log indexes."""
    return {
        row.id: from_micros(row.record_time)
        for chunk in in_chunks(positions)
        for row in connection.execute(select(batch.c.id, batch.c.record_time).where(batch.c.id.in_(chunk)))
    }


def header_hashes(connection: Reading, begin: int, end: int) -> list[str]:
    """Header hashes of the log entries ``[begin, end)``, in order."""
    query = select(batch.c.hash).where(batch.c.id >= begin, batch.c.id < end).order_by(batch.c.id)
    return list(connection.execute(query).scalars())


def positions_of_author(connection: Reading, author: str) -> list[int]:
    """Log indexes of an author's batches, in order."""
    # put in order here: asked for in order, SQLite goes through the whole ledger instead of the author's index
    return sorted(connection.execute(select(batch.c.id).where(batch.c.author == author)).scalars())


def _one(connection: Reading, query: Select[Any], **named: object) -> StoredBatch | None:
    found = ask(connection, query, named)
    return _stored(found[0]) if found else None


def _stored(row: Sequence[Any]) -> StoredBatch:
    return StoredBatch(*row)


# made once: building and compiling a statement takes longer than running it
_STORED = select(*(batch.c[name] for name in StoredBatch.__struct_fields__))
_INSERT = insert(batch)
_LOG_SIZE = select(func.coalesce(func.max(batch.c.id) + 1, 0))
_BY_HASH = _STORED.where(batch.c.hash == bindparam("hash"))
_BY_HASHES = {postgres: _STORED.where(among(batch.c.hash, "hashes", postgres=postgres)) for postgres in (False, True)}
_BY_ID = _STORED.where(batch.c.id == bindparam("id"))
_OF_CHAIN = _STORED.where(batch.c.author == bindparam("author"), batch.c.chain == bindparam("chain"))
_BY_SEQ = _OF_CHAIN.where(batch.c.seq == bindparam("seq"))
_HEAD = _OF_CHAIN.order_by(batch.c.seq.desc()).limit(1)
_LATEST = _STORED.where(batch.c.author == bindparam("author")).order_by(batch.c.id.desc()).limit(1)
