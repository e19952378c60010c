"""A small file beside the outbox that says how far it had come, so that an outbox that went back is noticed.

It is written after a step is committed and before what the step made can leave this machine. So the outbox is never
behind its mark, unless it lost something: its write-ahead log was removed, an older copy was put in its place, the
file is gone or unreadable. A mark that is missing or torn says nothing; one that is behind is normal (a process killed
between commit and mark).
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import msgspec

from edge_agent.outbox.chain import find_chain
from edge_agent.outbox.former import base_of, former_chains
from traceability.batch.header import HEADER_TYPE, Header, decode_header
from traceability.encoding import sha256, tagged
from traceability.record.base import Hash, Id
from traceability.signing import envelope_payload, read_envelope

_FIRST_LINE = 16 * 1024


class Unsent(msgspec.Struct, frozen=True):
    """Batches of an ended chain, from the first without receipt to its last."""

    chain: Id
    first: int
    last: int


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """Next numbers and head of ``chain``; ``sealed`` is the last record that is in a batch.

    Up to record ``through`` the hub's receipts are here; ``receipt`` is the hash of the newest one's bytes. ``unsent``
    tells of chains that had ended before; None where an earlier version wrote the mark.
    """

    chain: Id
    config: Hash
    next_record: int
    next_batch: int
    head: Hash | None = None
    sealed: int = 0
    through: int = 0
    receipt: Hash | None = None
    unsent: tuple[Unsent, ...] | None = None


def mark_of(path: Path) -> Path:
    """Where the mark of the outbox at ``path`` is."""
    return path.with_suffix(".mark")


def read_mark(path: Path) -> Mark | None:
    """The mark of the outbox at ``path``; None when there is none that can be read."""
    try:
        content, _, check = mark_of(path).read_bytes().rpartition(b" ")
        return msgspec.json.decode(content, type=Mark) if int(check, 16) == crc32(content) else None
    except (OSError, ValueError, msgspec.DecodeError):
        return None


def write_mark(path: Path, mark: Mark) -> None:
    """Replace the mark; OSError when the disk refuses."""
    content = msgspec.json.encode(mark)
    place = mark_of(path)
    draft = place.with_suffix(".mark-new")
    draft.write_bytes(b"%s %08x" % (content, crc32(content)))
    draft.replace(place)


def mark_now(connection: sqlite3.Connection) -> Mark | None:
    """The mark that the file deserves; None before its chain is started."""
    chain = find_chain(connection)
    if chain is None:
        return None
    (first,) = connection.execute("SELECT min(seq) FROM record").fetchone()
    sealed = chain.next_record - 1 if first is None else first - 1
    return Mark(
        chain=chain.chain,
        config=chain.config,
        next_record=chain.next_record,
        next_batch=chain.next_batch,
        head=chain.head,
        sealed=sealed,
        through=_through(connection, sealed),
        receipt=newest_receipt(connection),
        unsent=tuple(_unsent(connection)),
    )


def newest_receipt(connection: sqlite3.Connection) -> str | None:
    """The hash of the newest receipt's bytes, which a new chain cites."""
    row = connection.execute(
        "SELECT receipt FROM batch INDEXED BY batch_acknowledged WHERE acknowledged_at IS NOT NULL"
        " ORDER BY acknowledged_at DESC, seq DESC LIMIT 1"
    ).fetchone()
    return None if row is None else tagged(sha256(row[0]))


def header_at(connection: sqlite3.Connection, place: int) -> Header:
    """The header of the batch at a place; Malformed when it is none."""
    with connection.blobopen("batch", "body", place, readonly=True) as body:
        line = body.read(_FIRST_LINE).partition(b"\n")[0]
    return decode_header(envelope_payload(read_envelope(line), HEADER_TYPE))


def _unsent(connection: sqlite3.Connection) -> Iterator[Unsent]:
    if _first_unsent(connection, 0, base_of(connection)) is None:
        return
    for former in former_chains(connection):
        first = _first_unsent(connection, former.base, former.base + former.batches)
        if first is not None:
            yield Unsent(former.chain, first - former.base, former.batches)


def _first_unsent(connection: sqlite3.Connection, behind: int, last: int) -> int | None:
    """The first place without receipt behind one place and up to another."""
    row = connection.execute(
        "SELECT seq FROM batch INDEXED BY batch_unacknowledged WHERE receipt IS NULL AND seq > ? AND seq <= ?"
        " ORDER BY seq LIMIT 1",
        (behind, last),
    ).fetchone()
    return None if row is None else int(row[0])


def _through(connection: sqlite3.Connection, sealed: int) -> int:
    """Up to which record of the chain in force there are receipts without a gap."""
    first = _first_unsent(connection, base_of(connection), 2**62)
    return sealed if first is None else header_at(connection, first).first_record - 1
