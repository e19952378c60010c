"""What the uplink asks of the outbox: what follows a batch, and what the hub has given receipts for."""

import sqlite3

import msgspec

from edge_agent.outbox.batches import SealedBatch, batch_at, oldest_unacknowledged
from edge_agent.outbox.chain import started_chain
from edge_agent.outbox.former import base_of, former_chains, place_of
from traceability.batch.open import open_batch


class TakenChain(msgspec.Struct, frozen=True, kw_only=True):
    """The last batch of a chain before which all have receipts; ``hash`` is None when it is not kept any more."""

    chain: str
    seq: int
    hash: str | None


def next_to_send(connection: sqlite3.Connection, after: SealedBatch | None) -> SealedBatch | None:
    """The oldest batch without receipt, behind ``after`` if that is given."""
    if after is None:
        return oldest_unacknowledged(connection)
    # Named, because min(seq) alone would walk the primary key over everything that is kept.
    row = connection.execute(
        "SELECT seq FROM batch INDEXED BY batch_unacknowledged WHERE receipt IS NULL AND seq > ? ORDER BY seq LIMIT 1",
        (place_of(connection, after.seq, after.chain),),
    ).fetchone()
    return None if row is None else batch_at(connection, row[0])


def taken_chains(connection: sqlite3.Connection) -> list[TakenChain]:
    """Every chain the hub has given receipts for, the one in force first; ended ones while batches of it are kept."""
    chain = started_chain(connection)
    spans = [(chain.chain, base_of(connection), chain.next_batch - 1)]
    spans += [(former.chain, former.base, former.batches) for former in former_chains(connection)]
    found = [_taken(connection, *span) for span in spans]
    return [taken for taken in found if taken is not None and taken.seq]


def _taken(connection: sqlite3.Connection, chain: str, base: int, batches: int) -> TakenChain | None:
    in_force = base == base_of(connection)
    if not in_force and not _kept(connection, base, batches):
        return None
    unsent = connection.execute(
        "SELECT seq FROM batch INDEXED BY batch_unacknowledged WHERE receipt IS NULL AND seq > ? AND seq <= ?"
        " ORDER BY seq LIMIT 1",
        (base, base + batches),
    ).fetchone()
    refused = None if in_force else _refused(connection, base, batches)
    through = min(base + batches, *(row[0] - 1 for row in (unsent, refused) if row is not None), base + batches)
    row = connection.execute("SELECT hash FROM batch WHERE seq = ?", (through,)).fetchone()
    return TakenChain(chain=chain, seq=through - base, hash=None if row is None else row[0])


def _kept(connection: sqlite3.Connection, base: int, batches: int) -> bool:
    row = connection.execute("SELECT 1 FROM batch WHERE seq > ? AND seq <= ? LIMIT 1", (base, base + batches))
    return row.fetchone() is not None


def _refused(connection: sqlite3.Connection, base: int, batches: int) -> tuple[int] | None:
    """The first batch that the hub will never take; only ended chains have such."""
    row: tuple[int] | None = connection.execute(
        "SELECT seq FROM batch WHERE seq > ? AND seq <= ? AND length(receipt) = 0 ORDER BY seq LIMIT 1",
        (base, base + batches),
    ).fetchone()
    return row


def first_kept(connection: sqlite3.Connection, chain: str, after: int) -> tuple[int, int] | None:
    """Seq and first record of the first batch of a chain behind ``after`` that is kept."""
    begin, end = place_of(connection, after, chain), _end(connection, chain)
    if begin is None:
        return None
    row = connection.execute(
        "SELECT seq, body FROM batch WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT 1", (begin, end)
    ).fetchone()
    return None if row is None else (row[0] - begin + after, open_batch(row[1]).header.first_record)


def forget_receipts(connection: sqlite3.Connection, chain: str, after: int) -> int:
    """The hub has not what it gave receipts for behind ``after``: what is kept of it is to be sent; how many."""
    begin, end = place_of(connection, after, chain), _end(connection, chain)
    return connection.execute(
        "UPDATE batch SET receipt = NULL, acknowledged_at = NULL WHERE seq > ? AND seq <= ? AND length(receipt) > 0",
        (begin, end),
    ).rowcount


def unsealed_bytes(connection: sqlite3.Connection) -> int:
    """How many bytes of record lines could be sealed now."""
    return int(connection.execute("SELECT coalesce(sum(length(line)), 0) FROM record").fetchone()[0])


def _end(connection: sqlite3.Connection, chain: str) -> int:
    """The place of a chain's last batch."""
    for former in former_chains(connection):
        if former.chain == chain:
            return former.base + former.batches
    return base_of(connection) + started_chain(connection).next_batch - 1
