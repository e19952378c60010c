"""Chains that this file has ended, and the numbers by which all its batches are kept.

A batch is kept under its *place*: places count through all chains of the file, so that what an ended chain still has
to send goes first. ``seq`` is the number that the chain gives it; place = the chain's base + seq.

**Never twice.** The hub knows a batch again by (author, chain, seq, hash), and a record by nothing else. So a record
is sealed in one batch for ever, and is sealed again, in another chain, only when it is certain that the hub has not
taken that batch and never will: it answered that another batch stands at that place (a fork), or that it waits for one
before it whose bytes no longer exist (``give_up``). Until such an answer the old batch is sent as it is.
"""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from zlib import crc32

import msgspec

from edge_agent.outbox.chain import started_chain
from edge_agent.outbox.damage import ContentDamaged
from edge_agent.outbox.first_pass import count_again
from edge_agent.outbox.records import UNNUMBERED, UNSALTED, Salt, append_records
from edge_agent.outbox.schema import instant, micros
from traceability.batch.open import BatchHead, open_batch, open_head
from traceability.errors import ZhuoyueError
from traceability.record.base import Record
from traceability.record.codec import decode_record
from traceability.record.master import ControlPlanRecord
from traceability.record.production import ChainStartRecord, DataLossRecord, FirstPassClaim, UnitResultRecord

EVERYTHING = datetime.min.replace(tzinfo=UTC)
"""Since when the records of a refused batch are this machine's own: all of them."""
REFUSED = b""
"""In place of a receipt: the hub will never take this batch."""
_OF_THE_OLD_CHAIN = (ChainStartRecord, ControlPlanRecord, FirstPassClaim)
_SEVERAL_CHAINS = 2


class FormerChain(msgspec.Struct, frozen=True, kw_only=True):
    """An ended chain: its batches stand at ``base`` + 1 to ``base`` + ``batches``."""

    chain: str
    base: int
    batches: int
    next_record: int
    head: str | None
    config: str | None


def former_chains(connection: sqlite3.Connection) -> list[FormerChain]:
    """Every ended chain, the oldest first."""
    names = FormerChain.__struct_fields__
    rows = connection.execute(f"SELECT {', '.join(names)} FROM former_chain ORDER BY base, rowid")  # noqa: S608 - names of this class
    return [msgspec.convert(dict(zip(names, row, strict=True)), FormerChain) for row in rows]


def base_of(connection: sqlite3.Connection) -> int:
    """The place before the first batch of the chain in force."""
    (base,) = connection.execute("SELECT coalesce(max(base + batches), 0) FROM former_chain").fetchone()
    return int(base)


def place_of(connection: sqlite3.Connection, seq: int, chain: str | None) -> int | None:
    """Where batch ``seq`` of a chain is kept, of the chain in force when none is named; None of an unknown chain."""
    if chain is not None:
        row = connection.execute("SELECT base FROM former_chain WHERE chain = ?", (chain,)).fetchone()
        if row is not None:
            return int(row[0]) + seq
        if connection.execute("SELECT 1 FROM chain WHERE chain = ?", (chain,)).fetchone() is None:
            return None
    return base_of(connection) + seq


def named_place(connection: sqlite3.Connection, place: int) -> tuple[str, int] | None:
    """Chain and number of what is kept at a place."""
    row = connection.execute(
        "SELECT chain, base FROM former_chain WHERE base < ? AND base + batches >= ?", (place, place)
    ).fetchone()
    if row is None:
        row = connection.execute("SELECT chain, ? FROM chain", (base_of(connection),)).fetchone()
    return None if row is None else (row[0], place - row[1])


def kept_at(connection: sqlite3.Connection, place: int) -> tuple[BatchHead, bytes]:
    """Head and body of the batch at a place; ContentDamaged when it is not what was stored there."""
    body, crc = connection.execute("SELECT body, crc FROM batch WHERE seq = ?", (place,)).fetchone()
    if crc is not None and crc32(body) != crc:
        raise ContentDamaged(f"the batch at place {place} is not what was stored")
    try:
        head = open_head(body, compressed=False)
    except ZhuoyueError as error:
        raise ContentDamaged(f"the batch at place {place} is not what was stored: {error}") from None
    chain, seq = head.header.chain, head.header.seq
    if named_place(connection, place) != (chain, seq):
        raise ContentDamaged(f"batch {seq} of chain {chain} stands at place {place}, which is another's")
    return head, body


def end_chain(connection: sqlite3.Connection, now: datetime, own_since: datetime | None = None) -> None:
    """End the chain in force, whose records must all be sealed; the first-pass counts are a chain's and begin anew.

    ``own_since`` is remembered for ``give_up``, when the hub may answer later that it holds another history.
    """
    chain = started_chain(connection)
    keep_former(
        connection,
        FormerChain(
            chain=chain.chain,
            base=base_of(connection),
            batches=chain.next_batch - 1,
            next_record=chain.next_record,
            head=chain.head,
            config=chain.config,
        ),
        now,
    )
    if own_since is not None and own_since != EVERYTHING:
        connection.execute("INSERT OR REPLACE INTO own_since VALUES (?, ?)", (chain.chain, micros(own_since)))
    connection.execute("DELETE FROM chain")
    connection.execute("DELETE FROM first_pass")


def keep_former(connection: sqlite3.Connection, former: FormerChain, now: datetime) -> None:
    """Remember an ended chain; from now on earlier versions can't read the file."""
    connection.execute(
        "INSERT OR REPLACE INTO former_chain (chain, base, batches, next_record, head, config, ended_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*msgspec.structs.astuple(former), micros(now)),
    )
    connection.execute(f"PRAGMA user_version={_SEVERAL_CHAINS}")


def give_up(
    connection: sqlite3.Connection, chain: str, seq: int, *, own_since: datetime | None, salt: Salt, now: datetime
) -> int:
    """The hub will never take the batches of an ended chain from ``seq`` on: seal their records anew; how many.

    Only those made from ``own_since`` on (None: since the time stated when the chain was ended) are sealed again in the
    chain in force; the others, which another machine may have sent, are declared lost by their numbers (all of them
    when no time is known).
    """
    former = next((entry for entry in former_chains(connection) if entry.chain == chain), None)
    if former is None:
        return 0
    own_since = own_since or _own_since(connection, chain)
    again: list[Record] = []
    lost: list[int] = []
    for place, body in _unsent(connection, former, seq):
        for record in map(decode_record, open_batch(body).lines):
            if isinstance(record, _OF_THE_OLD_CHAIN):
                continue
            if own_since is not None and record.event_time >= own_since:
                again.append(record)
            else:
                lost.append(record.seq)
        connection.execute("UPDATE batch SET receipt = ? WHERE seq = ?", (REFUSED, place))
    for entry in again:
        if isinstance(entry, UnitResultRecord):
            count_again(connection, entry)
    append_records(connection, [*again, *_declared(chain, lost, now)], salt)
    return len(again)


def _own_since(connection: sqlite3.Connection, chain: str) -> datetime | None:
    row = connection.execute("SELECT since FROM own_since WHERE chain = ?", (chain,)).fetchone()
    return None if row is None else instant(row[0])


def _unsent(connection: sqlite3.Connection, former: FormerChain, seq: int) -> Iterator[tuple[int, bytes]]:
    places = connection.execute(
        "SELECT seq FROM batch INDEXED BY batch_unacknowledged WHERE receipt IS NULL AND seq BETWEEN ? AND ?"
        " ORDER BY seq",
        (former.base + seq, former.base + former.batches),
    ).fetchall()
    for (place,) in places:
        yield place, kept_at(connection, place)[1]


def _declared(chain: str, lost: list[int], now: datetime) -> list[Record]:
    if not lost:
        return []
    reason = (
        "the hub holds another history of this chain than this line PC, which goes on with a new one; whether these "
        "records are among those it holds is not known here"
    )
    return [
        DataLossRecord(
            id=f"chain:{chain}:{lost[0]}", seq=UNNUMBERED, salt=UNSALTED, event_time=now, stream=f"chain:{chain}",
            count=len(lost), first=lost[0], last=lost[-1], reason=reason,
        )
    ]  # fmt: skip
