"""The loss ledger: what had to be dropped, gathered by stream and class until it can go to the hub.

One row for each stream and class, so the ledger does not grow with the number of losses: each drop widens the row's
range of time and adds to its count. When records are sealed again, the row becomes one signed data-loss record, in
the same transaction, and begins anew.
"""

import sqlite3
from datetime import datetime

import msgspec

from edge_agent.outbox.ranks import Rank
from edge_agent.outbox.records import UNNUMBERED, UNSALTED
from edge_agent.outbox.schema import instant
from traceability.record.production import DataLossRecord

_NOTE = (
    "INSERT INTO loss (stream, rank, pending, since, until, total) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (stream, rank) DO UPDATE SET pending = pending + excluded.pending, total = total + excluded.total,"
    " since = CASE WHEN pending THEN min(since, excluded.since) ELSE excluded.since END,"
    " until = CASE WHEN pending THEN max(until, excluded.until) ELSE excluded.until END"
)
_WORDS = {
    Rank.MEASUREMENTS: "measurements",
    Rank.DETAILS: "records of pictures, codes and refusals",
    Rank.TELEMETRY: "telemetry",
}


class LossCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many records of a stream and class were dropped since the file was made; ``pending``: not declared yet."""

    stream: str
    rank: int
    total: int
    pending: int


def note_loss(connection: sqlite3.Connection, stream: str, rank: Rank, count: int, span: tuple[int, int]) -> None:
    """Add ``count`` records that were dropped, recorded within ``span`` (first and last, microseconds)."""
    connection.execute(_NOTE, (stream, int(rank), count, *span, count))


def declare_losses(connection: sqlite3.Connection, chain: str, number: int, now: datetime) -> list[DataLossRecord]:
    """The records of what was dropped since the last ones; it counts as declared now."""
    rows = connection.execute(
        "SELECT stream, rank, pending, since, until FROM loss WHERE pending ORDER BY stream, rank"
    ).fetchall()
    if rows:
        connection.execute("UPDATE loss SET pending = 0 WHERE pending")
    return [
        DataLossRecord(
            id=f"quota:{chain}:{number}:{place}",
            seq=UNNUMBERED,
            salt=UNSALTED,
            event_time=now,
            stream=stream[:200],
            count=count,
            reason=(
                f"{_WORDS.get(Rank(rank), 'records')} dropped, oldest first, because the line PC's outbox was full "
                f"before the hub took them; recorded from {_clock(since)} to {_clock(until)}"
            ),
        )
        for place, (stream, rank, count, since, until) in enumerate(rows, start=1)
    ]


def loss_counts(connection: sqlite3.Connection) -> list[LossCount]:
    """Every stream and class that lost something."""
    rows = connection.execute("SELECT stream, rank, total, pending FROM loss ORDER BY stream, rank")
    return [LossCount(stream=row[0], rank=row[1], total=row[2], pending=row[3]) for row in rows]


def _clock(micros: int) -> str:
    return instant(micros).isoformat(timespec="milliseconds").replace("+00:00", "Z")
