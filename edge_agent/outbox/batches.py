"""Batches: sealed from records, kept until long after the hub's receipt."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from zlib import crc32

import msgspec

from edge_agent.outbox.chain import Chain, started_chain
from edge_agent.outbox.damage import ContentDamaged
from edge_agent.outbox.first_pass import changed_claims
from edge_agent.outbox.former import base_of, kept_at, place_of
from edge_agent.outbox.records import Salt, append_records
from edge_agent.outbox.schema import micros
from edge_agent.outbox.waiting import count_waiting, let_in, way_is_free
from traceability.batch.header import FORMAT_VERSION, Header, encode_header, header_hash
from traceability.batch.seal import records_root, seal_batch
from traceability.signing import Signer

KEPT = timedelta(days=30)
"""How long an acknowledged batch stays by default, for a hub that was restored from a backup."""

LARGEST = 4 * 1024 * 1024
"""Bytes of records in a batch where no configured limit applies."""


class SealedBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as it will be sent; its bytes never change again."""

    chain: str
    seq: int
    hash: str
    records: int
    body: bytes


def seal_next(
    connection: sqlite3.Connection,
    max_records: int,
    signer: Signer,
    salt: Salt,
    now: datetime,
    *,
    max_bytes: int = LARGEST,
) -> SealedBatch | None:
    """Seal the oldest unsealed records, at most ``max_records`` and ``max_bytes``; None when there are none.

    When the batch takes all there are, claims of the counts that changed close it: they are records of the same
    batch. In a backlog they come with its last batch, because their numbers follow those of all other records.
    """
    let_in(connection, max_records, salt, now)
    lines = _oldest_lines(connection, max_records, max_bytes)
    if not lines:
        return None
    chain = started_chain(connection)
    _check_dense([seq for seq, _ in lines], chain.next_record)
    if lines[-1][0] == chain.next_record - 1:
        claims = changed_claims(connection, chain.chain, lines[-1][0], now)
        append_records(connection, claims, salt)
        lines += connection.execute("SELECT seq, line FROM record WHERE seq > ? ORDER BY seq", (lines[-1][0],))
    batch = _sealed(chain, lines, signer, now)
    _keep(connection, batch, lines[-1][0], now)
    return batch


def count_sealable(connection: sqlite3.Connection) -> int:
    """How many records a batch could take now; those that wait count when the way is free."""
    (numbered,) = connection.execute("SELECT count(*) FROM record").fetchone()
    waiting = count_waiting(connection)
    return int(numbered) + (waiting if waiting and way_is_free(connection) else 0)


def find_batch(connection: sqlite3.Connection, seq: int, chain: str | None = None) -> SealedBatch | None:
    """Batch ``seq`` of a chain (of the one in force when none is named), if it is kept."""
    place = place_of(connection, seq, chain)
    return None if place is None else batch_at(connection, place)


def oldest_unacknowledged(connection: sqlite3.Connection) -> SealedBatch | None:
    """What the hub must get next."""
    # Named, because min(seq) alone would walk the primary key over everything that is kept.
    row = connection.execute(
        "SELECT seq FROM batch INDEXED BY batch_unacknowledged WHERE receipt IS NULL ORDER BY seq LIMIT 1"
    ).fetchone()
    return None if row is None else batch_at(connection, row[0])


def acknowledge(
    connection: sqlite3.Connection, seq: int, receipt: bytes, now: datetime, chain: str | None = None
) -> bool:
    """Keep the hub's receipt for a batch; the first one stays when the same batch is acknowledged again.

    Whether it was the first.
    """
    place = place_of(connection, seq, chain)
    kept = connection.execute(
        "UPDATE batch SET receipt = ?, acknowledged_at = ? WHERE seq = ? AND receipt IS NULL",
        (receipt, micros(now), place),
    )
    return bool(kept.rowcount)


def purge(connection: sqlite3.Connection, now: datetime, kept: timedelta = KEPT) -> int:
    """Forget batches acknowledged longer than ``kept`` ago, cycles and sent pictures as old; how many batches went.

    The last cycle of each station stays whatever its age: its trigger may still be up.
    """
    before = micros(now - kept)
    gone = connection.execute("DELETE FROM batch WHERE acknowledged_at < ?", (before,)).rowcount
    connection.execute(
        "DELETE FROM cycle WHERE stored_at < ? AND rowid NOT IN (SELECT max(rowid) FROM cycle GROUP BY station)",
        (before,),
    )
    connection.execute("DELETE FROM picture_file WHERE ended_at < ?", (before,))
    connection.execute("DELETE FROM picture_file WHERE free = 0 AND at < ?", (before,))
    return gone


def _oldest_lines(connection: sqlite3.Connection, max_records: int, max_bytes: int) -> list[tuple[int, bytes]]:
    lines: list[tuple[int, bytes]] = []
    size = 0
    rows = connection.execute("SELECT seq, line, crc FROM record ORDER BY seq LIMIT ?", (max_records,))
    for seq, line, crc in rows:
        if crc is not None and crc32(line) != crc:
            raise ContentDamaged(f"record {seq} is not what was stored")
        size += len(line)
        if lines and size > max_bytes:
            break
        lines.append((seq, line))
    return lines


def _sealed(chain: Chain, lines: Sequence[tuple[int, bytes]], signer: Signer, now: datetime) -> SealedBatch:
    content = [line for _, line in lines]
    header = Header(
        format=FORMAT_VERSION,
        environment=chain.environment,
        author=chain.author,
        chain=chain.chain,
        seq=chain.next_batch,
        prev=chain.head,
        sealed_at=now,
        first_record=lines[0][0],
        records=len(lines),
        root=records_root(content),
        config=chain.config,
    )
    return SealedBatch(
        chain=chain.chain,
        seq=header.seq,
        hash=header_hash(encode_header(header)),
        records=len(lines),
        body=seal_batch(header, content, signer),
    )


def _keep(connection: sqlite3.Connection, batch: SealedBatch, last_record: int, now: datetime) -> None:
    connection.execute(
        "INSERT INTO batch (seq, hash, records, sealed_at, body, crc) VALUES (?, ?, ?, ?, ?, ?)",
        (base_of(connection) + batch.seq, batch.hash, batch.records, micros(now), batch.body, crc32(batch.body)),
    )
    connection.execute("DELETE FROM record WHERE seq <= ?", (last_record,))
    connection.execute("UPDATE chain SET next_batch = ?, head = ?", (batch.seq + 1, batch.hash))


def batch_at(connection: sqlite3.Connection, place: int) -> SealedBatch | None:
    """What is kept at a place (see ``former``)."""
    if connection.execute("SELECT 1 FROM batch WHERE seq = ?", (place,)).fetchone() is None:
        return None
    head, body = kept_at(connection, place)
    header = head.header
    return SealedBatch(chain=header.chain, seq=header.seq, hash=head.hash, records=header.records, body=body)


def _check_dense(numbers: Sequence[int], following: int) -> None:
    """A line that is missing among those to be sealed was lost by the file."""
    if numbers[-1] - numbers[0] + 1 != len(numbers) or numbers[-1] >= following:
        raise ContentDamaged(f"of the records {numbers[0]} to {numbers[-1]} only {len(numbers)} are there")
