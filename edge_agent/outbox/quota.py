"""How much the outbox may hold, and what goes when it would hold more.

In this order, until the rest fits: batches that the hub took (oldest first, they are there), telemetry that waits,
then pictures' and codes' records, then measurements (each the oldest first, each drop in the loss ledger). When
nothing of that is left, a new result is refused, so that the controller is told "storage full" and keeps its unit:
what was stored once as a result is never dropped.
"""

import sqlite3
from datetime import timedelta

import msgspec

from edge_agent.errors import StorageRefused
from edge_agent.outbox.ranks import Rank
from edge_agent.outbox.waiting import drop_oldest, waiting_bytes

MEGABYTE = 1024 * 1024
_ROUNDS = 16
_BATCHES_AT_ONCE = 64
_LOWEST_FIRST = (Rank.TELEMETRY, Rank.DETAILS, Rank.MEASUREMENTS)


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes in bytes: of the whole file, and of what may wait of each class while the hub is away.

    ``keep`` is how long a batch stays after its receipt, ``remember`` for how many passes of units (newest) the last
    verdict stays at hand; attempt numbers go on beyond that.
    """

    whole: int = 4096 * MEGABYTE
    measurements: int = 1024 * MEGABYTE
    details: int = 512 * MEGABYTE
    telemetry: int = 256 * MEGABYTE
    keep: timedelta = timedelta(days=30)
    remember: int = 1_000_000

    def of(self, rank: Rank) -> int:
        """What may wait of a class; results never wait."""
        sizes = {
            Rank.MEASUREMENTS: self.measurements,
            Rank.DETAILS: self.details,
            Rank.TELEMETRY: self.telemetry,
        }
        return sizes.get(rank, self.whole)


def used_bytes(connection: sqlite3.Connection) -> int:
    """What the file holds, without the pages it has free; its write-ahead log comes on top, at most some 16 MB."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    return int((pages - free) * size)


def keep_within(connection: sqlite3.Connection, quota: Quota) -> None:
    """Drop what waits beyond the quota of its class."""
    for rank in _LOWEST_FIRST:
        for _ in range(_ROUNDS):
            if waiting_bytes(connection, rank) <= quota.of(rank) or not drop_oldest(connection, rank):
                break


def make_room(connection: sqlite3.Connection, quota: Quota, file: str) -> None:
    """See that the file is within its quota; StorageRefused when nothing is left that may go."""
    for _ in range(_ROUNDS):
        if used_bytes(connection) < quota.whole:
            return
        if not _drop_something(connection):
            raise StorageRefused(
                f"the outbox is full: it holds {used_bytes(connection) // MEGABYTE} MB that the hub has not taken",
                where=file,
                advice="bring the hub back, or raise outbox.max_mb",
            )


def _drop_something(connection: sqlite3.Connection) -> bool:
    gone = connection.execute(
        "DELETE FROM batch WHERE seq IN (SELECT seq FROM batch INDEXED BY batch_acknowledged"
        " WHERE acknowledged_at IS NOT NULL ORDER BY acknowledged_at LIMIT ?)",
        (_BATCHES_AT_ONCE,),
    )
    return gone.rowcount > 0 or any(drop_oldest(connection, rank) for rank in _LOWEST_FIRST)
