"""Batches: sealed from records, kept until long after the hub's receipt."""

import sqlite3
from datetime import datetime, timedelta

import msgspec

from edge_agent.outbox.chain import started_chain
from edge_agent.outbox.first_pass import changed_claims
from edge_agent.outbox.records import Salt, append_records
from edge_agent.outbox.schema import micros
from traceability.batch.header import FORMAT_VERSION, Header, encode_header, header_hash
from traceability.batch.seal import records_root, seal_batch
from traceability.signing import Signer

KEPT = timedelta(days=30)
"""How long an acknowledged batch stays, for a hub that was restored from a backup."""

_LARGEST = 4 * 1024 * 1024


class SealedBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as it will be sent; its bytes never change again."""

    chain: str
    seq: int
    hash: str
    records: int
    body: bytes


def seal_next(
    connection: sqlite3.Connection, max_records: int, signer: Signer, salt: Salt, now: datetime
) -> SealedBatch | None:
    """Seal the oldest unsealed records, at most ``max_records`` and 4 MiB; None when there are none.

    When the batch takes all there are, claims of the counts that changed close it: they are records of the same
    batch. In a backlog they come with its last batch, because their numbers follow those of all other records.
    """
    lines = _oldest_lines(connection, max_records)
    if not lines:
        return None
    chain = started_chain(connection)
    if lines[-1][0] == chain.next_record - 1:
        claims = changed_claims(connection, chain.chain, lines[-1][0], now)
        append_records(connection, claims, salt)
        lines += connection.execute("SELECT seq, line FROM record WHERE seq > ? ORDER BY seq", (lines[-1][0],))
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
    batch = SealedBatch(
        chain=chain.chain,
        seq=header.seq,
        hash=header_hash(encode_header(header)),
        records=len(lines),
        body=seal_batch(header, content, signer),
    )
    _keep(connection, batch, lines[-1][0], now)
    return batch


def find_batch(connection: sqlite3.Connection, seq: int) -> SealedBatch | None:
    """The batch with that number, if it is kept."""
    row = connection.execute(
        "SELECT chain, seq, hash, records, body FROM batch, chain WHERE seq = ?", (seq,)
    ).fetchone()
    return None if row is None else SealedBatch(chain=row[0], seq=row[1], hash=row[2], records=row[3], body=row[4])


def oldest_unacknowledged(connection: sqlite3.Connection) -> SealedBatch | None:
    """What the hub must get next."""
    # Named, because min(seq) alone would walk the primary key over everything that is kept.
    row = connection.execute(
        "SELECT seq FROM batch INDEXED BY batch_unacknowledged WHERE receipt IS NULL ORDER BY seq LIMIT 1"
    ).fetchone()
    return None if row is None else find_batch(connection, row[0])


def acknowledge(connection: sqlite3.Connection, seq: int, receipt: bytes, now: datetime) -> None:
    """Keep the hub's receipt for a batch; the first one stays when the same batch is acknowledged again."""
    connection.execute(
        "UPDATE batch SET receipt = ?, acknowledged_at = ? WHERE seq = ? AND receipt IS NULL",
        (receipt, micros(now), seq),
    )


def purge(connection: sqlite3.Connection, now: datetime) -> int:
    """Forget batches acknowledged longer than ``KEPT`` ago, and cycles as old; how many batches went.

    The last cycle of each station stays whatever its age: its trigger may still be up.
    """
    before = micros(now - KEPT)
    gone = connection.execute("DELETE FROM batch WHERE acknowledged_at < ?", (before,)).rowcount
    connection.execute(
        "DELETE FROM cycle WHERE stored_at < ? AND rowid NOT IN (SELECT max(rowid) FROM cycle GROUP BY station)",
        (before,),
    )
    return gone


def _oldest_lines(connection: sqlite3.Connection, max_records: int) -> list[tuple[int, bytes]]:
    lines: list[tuple[int, bytes]] = []
    size = 0
    for seq, line in connection.execute("SELECT seq, line FROM record ORDER BY seq LIMIT ?", (max_records,)):
        size += len(line)
        if lines and size > _LARGEST:
            break
        lines.append((seq, line))
    return lines


def _keep(connection: sqlite3.Connection, batch: SealedBatch, last_record: int, now: datetime) -> None:
    connection.execute(
        "INSERT INTO batch (seq, hash, records, sealed_at, body) VALUES (?, ?, ?, ?, ?)",
        (batch.seq, batch.hash, batch.records, micros(now), batch.body),
    )
    connection.execute("DELETE FROM record WHERE seq <= ?", (last_record,))
    connection.execute("UPDATE chain SET next_batch = ?, head = ?", (batch.seq + 1, batch.hash))
