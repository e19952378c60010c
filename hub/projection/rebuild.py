"""Make every projection row and roll-up again from the ledger, beside the running hub.

1. New tables beside the hub's own (a file; on a server a schema) are filled from the ledger, batch after batch, while
   the hub goes on.
2. Both are compared, table by table, by the digest of their rows, as of one state of the ledger.
3. Only the tables that differ are taken over, in one transaction; batches that came meanwhile are added in it. Nothing
   differs in a sound hub, and then nothing is written and no writer ever waits.

What is new is begun afresh each time and removed at the end: a rebuild that was killed leaves the hub as it was, and
the next one starts over.
"""

import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from hub.errors import DataDirectory
from hub.parts import Hub
from hub.projection.objection import ReadRecord, read_lines
from hub.projection.project import batch_rows
from hub.projection.sender import Sender
from hub.projection.set_aside import written_or_set_aside
from hub.rollup.roll_up import roll_up
from hub.store.backend.beside import Beside, open_beside, remove_beside, table_digests
from hub.store.core.database import Reading, Writing
from hub.store.core.place import Place
from hub.store.epcis.times import forget_times
from hub.store.ledger.authors import key_in_force
from hub.store.ledger.batches import StoredBatch, batch_body, batch_by_id, batch_by_seq, log_size
from hub.store.search.endings import forget_endings
from hub.store.writing.rows import write_rows
from traceability.batch.open import decompress, open_batch

NEW = "rebuild.db"
BATCHES_AT_ONCE = 200
Progress = Callable[[int, int], None]
"""Told how many of how many batches are done."""


def silent(_done: int, _total: int) -> None:
    """Tell nobody."""


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """``batches`` read, the SHA-256 of every table's rows, and which of them had differed and were replaced."""

    batches: int
    digests: dict[str, str]
    replaced: tuple[str, ...]


def rebuild(hub: Hub, progress: Progress = silent) -> Rebuilt:
    """Rebuild; ``DataDirectory`` when another rebuild is under way."""
    with _new_place(hub.settings.data / NEW, hub.store.place) as path:
        beside = open_beside(hub.store.place, path, create=True)
        try:
            with hub.store.reading() as connection:
                size = log_size(connection)
            _fill(beside, hub, 0, size, progress)
            size, digests, differing = _compare(beside, hub, size, progress)
            if differing:
                _replace(beside, hub, size, differing)
        finally:
            beside.close()
    return Rebuilt(batches=size, digests=digests, replaced=differing)


def _fill(beside: Beside, hub: Hub, begin: int, end: int, progress: Progress) -> None:
    for first in range(begin, end, BATCHES_AT_ONCE):
        last = min(first + BATCHES_AT_ONCE, end)
        with beside.transaction() as connection:
            for index in range(first, last):
                project_again(connection, hub, index, rolled=True)
        progress(last, end)


def _compare(beside: Beside, hub: Hub, done: int, progress: Progress) -> tuple[int, dict[str, str], tuple[str, ...]]:
    """Bring the new tables to one state of the ledger; that state, their digests, and which of the hub's differ."""
    with hub.store.reading() as connection:
        size = log_size(connection)
        _fill(beside, hub, done, size, progress)
        own = table_digests(connection)
    with beside.transaction() as connection:
        new = table_digests(connection)
    return size, new, tuple(name for name in new if own[name] != new[name])


def _replace(beside: Beside, hub: Hub, done: int, differing: tuple[str, ...]) -> None:
    with beside.taking_over() as connection:
        size = log_size(connection)  # nobody else writes from here on
        _fill(beside, hub, done, size, silent)
        beside.take_over(connection, differing)
        forget_endings(connection)  # numbers of units and lots that are there only now
        forget_times(connection)


@contextmanager
def _new_place(path: Path, place: Place) -> Iterator[Path]:
    """A path where nothing is, for this process alone; removed at the end."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataDirectory(
                "another rebuild is under way", where=str(path), advice="wait until it has ended"
            ) from None
        remove_beside(place, path)
        try:
            yield path
        finally:
            remove_beside(place, path)


def due_record(connection: Reading, author: str, chain: str, seq: int) -> int:
    """The record sequence with which batch ``seq`` of a chain has to begin."""
    before = batch_by_seq(connection, author, chain, seq - 1)
    return 1 if before is None else before.first_record + before.records


def project_again(connection: Writing, hub: Hub, index: int, *, rolled: bool = False) -> None:
    """Make the rows of one batch of the ledger again, in place of those that are there; ``rolled``: roll-ups too."""
    stored, body = batch_by_id(connection, index), batch_body(connection, index)
    if stored is None or body is None:
        raise DataDirectory(
            f"log index {index} has no batch", where=str(hub.settings.data), advice="restore the ledger from a backup"
        )
    opened = open_batch(decompress(body, hub.settings.limits), hub.settings.limits)
    sender = sender_of(connection, stored)
    due = due_record(connection, stored.author, stored.chain, stored.seq)

    def write(read: Sequence[ReadRecord]) -> None:
        write_rows(connection, index, batch_rows(index, sender, read))
        if rolled:
            roll_up(connection, index)

    read = read_lines(opened.lines, due, sender, hub.settings.limits)
    written_or_set_aside(connection, index, sender, read, write)


def sender_of(connection: Reading, stored: StoredBatch) -> Sender:
    """Whose records those of a batch are, as registered at its place in the log."""
    key = key_in_force(connection, stored.author, stored.id)
    return Sender(author=stored.author, chain=stored.chain, plant=None if key is None else key.plant)
