"""The hub as author: what is entered becomes records of its own chain, through the same door as everybody's batches."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypedDict

from hub.errors import DataDirectory, EntryRefused, Fork
from hub.ingest.admit import Taken, admit
from hub.ingest.verify import VerifiedBatch, check_signature, key_for
from hub.parts import Hub
from hub.settings import HUB_AUTHOR
from hub.store.core.database import Reading, Writing
from hub.store.ledger.batches import StoredBatch, latest_of_author
from traceability.batch.header import FORMAT_VERSION, Header
from traceability.batch.open import compress, open_batch
from traceability.batch.seal import records_root, seal_batch
from traceability.encoding import sha256, tagged
from traceability.record.base import Record
from traceability.record.codec import encode_record

RECORDS_A_BATCH = 5_000
BYTES_A_BATCH = 4 * 1024 * 1024
SALT_BYTES = 16
CHAIN_BYTES = 16


class Stamp(TypedDict):
    """What every record needs beside its own words."""

    seq: int
    event_time: datetime
    salt: str


Stamps = Callable[[], Stamp]
Draft = Callable[[Reading, Stamps], Sequence[Record]]
"""Looks at what is there and says which records to add (none: all is as wanted); raises ``EntryRefused``."""


def enter(hub: Hub, draft: Draft) -> StoredBatch | None:
    """Seal what ``draft`` says as the hub's next batches, in one transaction; the last of them, None without any.

    One batch nearly always: there are several only where so much is entered together that one would be too large.
    """
    return hub.store.write(lambda connection: enter_within(connection, hub, draft))


def enter_within(connection: Writing, hub: Hub, draft: Draft) -> StoredBatch | None:
    """The same within a transaction that does more; it is not committed when this raises."""
    last = latest_of_author(connection, HUB_AUTHOR)
    if last is None:
        raise DataDirectory("the ledger has no first batch of the hub", where=str(hub.settings.data))
    due = last.first_record + last.records
    stored = None
    for records in _portions(draft(connection, stamps(hub, due))):
        stored = last = _seal_next(connection, hub, last, records)
    return stored


def _portions(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    """What is entered together, as much at a time as a batch should hold."""
    begin = size = 0
    for at, record in enumerate(records):
        size += len(encode_record(record)) if len(records) > 1 else 0
        if at + 1 - begin >= RECORDS_A_BATCH or size >= BYTES_A_BATCH:
            yield records[begin : at + 1]
            begin, size = at + 1, 0
    if begin < len(records):
        yield records[begin:]


def _seal_next(connection: Writing, hub: Hub, last: StoredBatch, records: Sequence[Record]) -> StoredBatch:
    sealed = seal(hub, records, chain=last.chain, seq=last.seq + 1, prev=last.hash)
    opened = open_batch(sealed, hub.settings.limits)
    key = key_for(connection, hub, opened)
    check_signature(opened, key)
    outcome = admit(connection, hub, VerifiedBatch(opened=opened, body=compress(sealed), key=key))
    if isinstance(outcome, Fork):
        raise outcome
    _refuse_unreadable(outcome)
    return outcome.stored


def _refuse_unreadable(taken: Taken) -> None:
    """An entry that breaks a rule of its record is refused whole, while an author's would be quarantined."""
    for bad in taken.quarantined:
        raise EntryRefused(bad.reason, where="entry", advice="correct the value and enter it again")


def stamps(hub: Hub, first: int) -> Stamps:
    """Sequences from ``first`` on, the hub's time and fresh salts."""
    now = hub.clock()
    due = first

    def stamp() -> Stamp:
        nonlocal due
        due += 1
        return Stamp(seq=due - 1, event_time=now, salt=hub.random_bytes(SALT_BYTES).hex())

    return stamp


def seal(hub: Hub, records: Sequence[Record], *, chain: str, seq: int, prev: str | None) -> bytes:
    """The bytes of a batch of the hub."""
    lines = [encode_record(record) for record in records]
    header = Header(
        format=FORMAT_VERSION,
        environment=hub.settings.environment,
        author=HUB_AUTHOR,
        chain=chain,
        seq=seq,
        prev=prev,
        sealed_at=hub.clock(),
        first_record=records[0].seq,
        records=len(lines),
        root=records_root(lines),
        config=tagged(sha256(hub.settings.origin.encode())),
    )
    return seal_batch(header, lines, hub.signer)
