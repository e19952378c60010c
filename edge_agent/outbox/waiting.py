"""The waiting room: records below the rank of results, while the way to the hub is not free.

A sealed batch is a link of a chain and can't be thinned. So what may have to be dropped must not be sealed: while more
than ``_AHEAD`` batches have no receipt, such records get no number of the chain and wait here, encoded. From here the
oldest can be dropped, lowest class first. When the hub took the backlog, the records are numbered and sealed, results'
measurements first. Their order among each other is kept; of which result they speak they say themselves.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from zlib import crc32

import msgspec

from edge_agent.outbox.chain import started_chain
from edge_agent.outbox.damage import ContentDamaged
from edge_agent.outbox.losses import declare_losses, note_loss
from edge_agent.outbox.ranks import Rank, rank_of, stream_of
from edge_agent.outbox.records import Salt, append_records, limited_line
from edge_agent.outbox.schema import micros
from traceability.errors import Malformed
from traceability.record.base import Record
from traceability.record.codec import AnyRecord, decode_record

_AHEAD = 32
_ROW = 64
"""Bytes that a row takes beside its line, about."""
_DROPPED_AT_ONCE = 256
_SIZE = (
    "INSERT INTO waiting_size (rank, records, bytes) VALUES (?, ?, ?)"
    " ON CONFLICT (rank) DO UPDATE SET records = records + excluded.records, bytes = bytes + excluded.bytes"
)


class WaitingSize(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a class waits."""

    rank: int
    records: int
    bytes: int


def way_is_free(connection: sqlite3.Connection) -> bool:
    """Whether so few batches have no receipt that everything may be sealed."""
    beyond = connection.execute(
        "SELECT 1 FROM batch INDEXED BY batch_unacknowledged WHERE receipt IS NULL ORDER BY seq LIMIT 1 OFFSET ?",
        (_AHEAD,),
    )
    return beyond.fetchone() is None


def append_or_wait(connection: sqlite3.Connection, records: Sequence[Record], salt: Salt) -> None:
    """Number and keep the records; those that may have to be dropped wait while the way is not free."""
    low = [record for record in records if rank_of(record) is not Rank.RESULTS]
    if low and not way_is_free(connection):
        records = [record for record in records if rank_of(record) is Rank.RESULTS]
        for record in low:
            _keep_waiting(connection, record, salt)
    if records:
        append_records(connection, records, salt)


def let_in(connection: sqlite3.Connection, max_records: int, salt: Salt, now: datetime) -> None:
    """Number what waits and declare what was dropped meanwhile, as far as the way is free."""
    if not (_any(connection, "waiting") or _any(connection, "loss WHERE pending")) or not way_is_free(connection):
        return
    chain = started_chain(connection)
    append_records(connection, declare_losses(connection, chain.chain, chain.next_record, now), salt)
    rows = connection.execute(
        "SELECT number, rank, line, crc FROM waiting ORDER BY rank, number LIMIT ?", (max_records,)
    ).fetchall()
    append_records(connection, [_decoded(number, line, crc) for number, _, line, crc in rows], salt)
    for number, rank, line, _ in rows:
        connection.execute("DELETE FROM waiting WHERE number = ?", (number,))
        connection.execute(_SIZE, (rank, -1, -len(line) - _ROW))


def drop_oldest(connection: sqlite3.Connection, rank: Rank) -> bool:
    """Drop the oldest records of a class that wait, and note the loss; whether there were any."""
    rows = connection.execute(
        "SELECT number, stream, at, length(line) FROM waiting WHERE rank = ? ORDER BY number LIMIT ?",
        (int(rank), _DROPPED_AT_ONCE),
    ).fetchall()
    for number, stream, at, size in rows:
        connection.execute("DELETE FROM waiting WHERE number = ?", (number,))
        connection.execute(_SIZE, (int(rank), -1, -size - _ROW))
        note_loss(connection, stream, rank, 1, (at, at))
    return bool(rows)


def waiting_bytes(connection: sqlite3.Connection, rank: Rank) -> int:
    """What the waiting records of a class take."""
    row = connection.execute("SELECT bytes FROM waiting_size WHERE rank = ?", (int(rank),)).fetchone()
    return 0 if row is None else int(row[0])


def waiting_sizes(connection: sqlite3.Connection) -> list[WaitingSize]:
    """What waits, by class."""
    rows = connection.execute("SELECT rank, records, bytes FROM waiting_size ORDER BY rank")
    return [WaitingSize(rank=row[0], records=row[1], bytes=row[2]) for row in rows]


def measure_waiting(connection: sqlite3.Connection) -> None:
    """Find out anew how much waits."""
    connection.execute("DELETE FROM waiting_size")
    connection.execute(
        "INSERT INTO waiting_size (rank, records, bytes)"
        " SELECT rank, count(*), sum(length(line) + ?) FROM waiting GROUP BY rank",
        (_ROW,),
    )


def count_waiting(connection: sqlite3.Connection) -> int:
    """How many records wait."""
    return int(connection.execute("SELECT coalesce(sum(records), 0) FROM waiting_size").fetchone()[0])


def _keep_waiting(connection: sqlite3.Connection, record: Record, salt: Salt) -> None:
    line = limited_line(msgspec.structs.replace(record, seq=1, salt=salt()))
    rank = int(rank_of(record))
    connection.execute(
        "INSERT INTO waiting (rank, stream, at, line, crc) VALUES (?, ?, ?, ?, ?)",
        (rank, stream_of(record), micros(record.event_time), line, crc32(line)),
    )
    connection.execute(_SIZE, (rank, 1, len(line) + _ROW))


def _decoded(number: int, line: bytes, crc: int) -> AnyRecord:
    if crc32(line) != crc:
        raise ContentDamaged(f"waiting record {number} is not what was stored")
    try:
        return decode_record(line)
    except Malformed as error:
        raise ContentDamaged(f"waiting record {number}: {error}") from None


def _any(connection: sqlite3.Connection, what: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {what} LIMIT 1").fetchone() is not None  # noqa: S608 - constants
