"""Does it come next? The second half of ingest, inside one writing transaction: ledger, log and projection together.

States of a chain seen from the hub: a batch is *known* (same hash: same receipt), *next* (taken), *early* (409 with
the seq expected) or a *fork* (another hash at a seq that is taken, or another predecessor: 409, and an alarm row with
the signed envelope).
"""

from datetime import datetime

import msgspec

from hub.errors import Fork, OutOfOrder
from hub.ingest.verify import VerifiedBatch, check_signature, key_for
from hub.ledger.append import append_batch
from hub.parts import Hub
from hub.projection.objection import read_lines
from hub.projection.project import batch_rows
from hub.projection.sender import Sender
from hub.store.batches import StoredBatch, batch_by_hash, chain_head
from hub.store.database import Writing
from hub.store.forks import StoredFork, insert_fork
from hub.store.instant import to_micros
from hub.store.rows import write_rows
from traceability.sync import Quarantined


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """``stored`` holds the receipt; ``new`` is False when the batch was there already, and nothing was read again."""

    stored: StoredBatch
    new: bool
    quarantined: tuple[Quarantined, ...] = ()


def admit(connection: Writing, hub: Hub, verified: VerifiedBatch) -> Taken | Fork:
    """Take the batch or raise ``OutOfOrder``; a fork is returned, so that its alarm is committed."""
    opened = verified.opened
    known = batch_by_hash(connection, opened.hash)
    if known is not None:
        return Taken(stored=known, new=False)
    key = key_for(connection, hub, opened)
    if key != verified.key:  # another process registered a new key since
        check_signature(opened, key)
    head = chain_head(connection, opened.header.author, opened.header.chain)
    now = hub.clock()
    fork = _check_place(verified, head)
    if fork is not None:
        insert_fork(connection, _alarm(verified, now))
        return fork
    return take(connection, hub, msgspec.structs.replace(verified, key=key), head=head, now=now)


def take(connection: Writing, hub: Hub, verified: VerifiedBatch, *, head: StoredBatch | None, now: datetime) -> Taken:
    """Write a batch that is known to be next after ``head``."""
    opened = verified.opened
    sender = Sender(author=opened.header.author, chain=opened.header.chain, plant=verified.key.plant)
    due = 1 if head is None else head.first_record + head.records
    read = read_lines(opened.lines, due, sender)
    quarantined = tuple(Quarantined(seq=item.seq, reason=item.reason) for item in read if item.record is None)
    stored = append_batch(connection, hub, opened, body=verified.body, now=now, quarantined=quarantined)
    write_rows(connection, stored.id, batch_rows(stored.id, sender, read))
    return Taken(stored=stored, new=True, quarantined=quarantined)


def _check_place(verified: VerifiedBatch, head: StoredBatch | None) -> Fork | None:
    header = verified.opened.header
    expected = 1 if head is None else head.seq + 1
    where = f"batch {header.seq} of {header.author}, chain {header.chain}"
    if header.seq > expected:
        raise OutOfOrder(
            f"batch {expected} is expected next",
            expected_seq=expected,
            where=where,
            advice=f"send the batches of this chain in order, from {expected} on",
        )
    if header.seq == expected and header.prev == (None if head is None else head.hash):
        return None
    return Fork(
        "the author has signed another history of this chain than the one the hub holds",
        where=where,
        advice="two machines may use one key: stop both, find out which is right, and open a new chain",
    )


def _alarm(verified: VerifiedBatch, now: datetime) -> StoredFork:
    header = verified.opened.header
    return StoredFork(
        author=header.author,
        chain=header.chain,
        seq=header.seq,
        hash=verified.opened.hash,
        record_time=to_micros(now),
        envelope=verified.opened.envelope_line.decode(),
    )
