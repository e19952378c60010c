"""Does it come next? The second half of ingest, inside one writing transaction: ledger, log and projection together.

States of a chain seen from the hub: a batch is *known* (same hash: same receipt), *next* (taken), *early* (it waits
for its turn in ``turns``, then 409 with the seq expected) or a *fork* (another hash at a seq that is taken, or another
predecessor: 409, and an alarm row with the signed envelope).
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from hub.errors import Fork
from hub.ingest.clock import clock_notices, in_time
from hub.ingest.turns import too_early
from hub.ingest.verify import VerifiedBatch, key_still
from hub.ledger.append import Entry, append_batches, receipted
from hub.parts import Hub
from hub.projection.objection import ReadRecord, read_lines
from hub.projection.project import QUARANTINE, batch_rows
from hub.projection.sender import Sender
from hub.projection.set_aside import written_or_set_aside
from hub.projection.usual import usual_batch
from hub.rollup.roll_up import roll_up_new
from hub.store.core.database import Writing
from hub.store.core.instant import to_micros
from hub.store.ledger.authors import key_state
from hub.store.ledger.batches import StoredBatch, batch_by_hash, chain_head, log_size
from hub.store.ledger.forks import StoredFork, insert_fork
from hub.store.writing.rows import write_new_rows
from hub.store.writing.savepoint import StoreTrouble, undone_on_error
from traceability.errors import ZhuoyueError
from traceability.sync import Notice, Quarantined

log = logging.getLogger(__name__)


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """``stored`` holds the receipt; ``new`` is False when the batch was there already, and nothing was read again."""

    stored: StoredBatch
    new: bool
    quarantined: tuple[Quarantined, ...] = ()
    notices: tuple[Notice, ...] = ()


def admit(connection: Writing, hub: Hub, verified: VerifiedBatch) -> Taken | Fork:
    """Take the batch or raise ``OutOfOrder``; a fork is returned, so that its alarm is committed."""
    opened = verified.opened
    known = batch_by_hash(connection, opened.hash)
    if known is not None:
        return Taken(stored=known, new=False)
    key = key_still(connection, hub, verified, key_state(connection))
    head = chain_head(connection, opened.header.author, opened.header.chain)
    now = hub.clock()
    fork = check_place(verified, head)
    if fork is not None:
        insert_fork(connection, alarm(verified, now))
        return fork
    return take(connection, hub, msgspec.structs.replace(verified, key=key), head=head, now=now)


def take(connection: Writing, hub: Hub, verified: VerifiedBatch, *, head: StoredBatch | None, now: datetime) -> Taken:
    """Write a batch that is known to be next after ``head``."""
    opened = verified.opened
    sender = Sender(author=opened.header.author, chain=opened.header.chain, plant=verified.key.plant)
    due = 1 if head is None else head.first_record + head.records
    index = log_size(connection)
    taken = _taken_at_once(connection, hub, verified, Due(index=index, sender=sender, record=due, now=now))
    if taken is not None:
        return taken
    read = read_lines(opened.lines, due, sender, hub.settings.limits)
    notices = clock_notices(opened.header, read, now)

    def write(read: Sequence[ReadRecord]) -> Taken:
        rows = list(batch_rows(index, sender, read))
        quarantined = tuple(named_quarantine(row) for table, row in rows if table == QUARANTINE)
        stored = receipted(hub, opened, index=index, now=now, quarantined=quarantined, notices=notices)
        append_batches(connection, [Entry(stored, verified.body)])
        write_new_rows(connection, rows)
        roll_up_new(connection, index, index, rows)
        return Taken(stored=stored, new=True, quarantined=quarantined, notices=notices)

    return written_or_set_aside(connection, index, sender, read, write)


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """Where a batch comes in: the log index, whose it is, the record sequence that its chain has come to, when."""

    index: int
    sender: Sender
    record: int
    now: datetime


def _taken_at_once(connection: Writing, hub: Hub, verified: VerifiedBatch, due: Due) -> Taken | None:
    """A usual batch of which nothing has to be said; None where it is to be taken record by record."""
    opened = verified.opened
    try:
        usual = usual_batch(due.index, due.sender, opened.lines, due.record, hub.settings.limits)
        if usual is None or not in_time(opened.header, usual.latest, due.now):
            return None
        with undone_on_error(connection):
            stored = receipted(hub, opened, index=due.index, now=due.now, quarantined=())
            append_batches(connection, [Entry(stored, verified.body)])
            write_new_rows(connection, usual.rows, usual.results)
            roll_up_new(connection, due.index, due.index, usual.rows, usual.results)
            return Taken(stored=stored, new=True)
    except (ZhuoyueError, StoreTrouble):
        raise
    except Exception as error:  # noqa: BLE001 - record by record it is found whose mistake it is
        _tell(due, error)
        return None


def _tell(due: Due, error: Exception) -> None:
    log.error("batch at log index %d of %s cannot be taken at once", due.index, due.sender.author, exc_info=error)


def named_quarantine(row: Mapping[str, object]) -> Quarantined:
    """A row of the table of quarantined records, as a receipt names it."""
    return msgspec.convert({"seq": row["seq"], "reason": row["reason"]}, Quarantined)


def check_place(verified: VerifiedBatch, head: StoredBatch | None) -> Fork | None:
    """Nothing when it comes next after ``head``; ``OutOfOrder`` when it is early."""
    header = verified.opened.header
    expected = 1 if head is None else head.seq + 1
    where = f"batch {header.seq} of {header.author}, chain {header.chain}"
    if header.seq > expected:
        raise too_early(header, expected)
    if header.seq == expected and header.prev == (None if head is None else head.hash):
        return None
    return Fork(
        "the author has signed another history of this chain than the one the hub holds",
        where=where,
        advice="two machines may use one key: see that one stays off, and run 'zhuoyue-agent chain new' on the other",
    )


def alarm(verified: VerifiedBatch, now: datetime) -> StoredFork:
    """The row that a fork leaves."""
    header = verified.opened.header
    return StoredFork(
        author=header.author,
        chain=header.chain,
        seq=header.seq,
        hash=verified.opened.hash,
        record_time=to_micros(now),
        envelope=verified.opened.envelope_line.decode(),
    )
