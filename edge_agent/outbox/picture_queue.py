"""Files of pictures that are to follow their records to the hub; the files themselves lie in the album.

A picture is *bound* until the hub has given its receipt for the batch that holds the picture's record, *free* from then
on, and *ended* when its file has been sent, or never can be. Failures go first, then the oldest. When the hub is found
to have forgotten a batch (it was put back to a backup), what was sent is asked about again.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from edge_agent.outbox.former import place_of
from edge_agent.outbox.results import Submission
from edge_agent.outbox.schema import micros
from edge_agent.outbox.writer import Job, T
from traceability.picture import SendPolicy
from traceability.record.production import PicturesRecord
from traceability.unit import Verdict

_MARK = b'"kind":"pictures"'
_FREE = "ended_at IS NULL AND free = 1"


class End(StrEnum):
    """What became of a file, seen from here."""

    SENT = "sent"
    GONE = "gone"
    """It is not kept here any more, or is not what was sealed."""
    REFUSED = "refused"
    """The hub does not take it."""


class QueuedPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A file to be sent; ``tries`` is how often the hub did not know its record."""

    result: str
    sha256: str
    size: int
    tries: int = 0


class PictureEnd(msgspec.Struct, frozen=True, kw_only=True):
    """How many files ended so since the outbox began, and their bytes."""

    fate: str
    pictures: int
    bytes: int


class PictureCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Files that are free to be sent, what became of others, and the bytes sent on ``day`` (as a date)."""

    waiting: int = 0
    waiting_bytes: int = 0
    ended: list[PictureEnd] = []
    day: str = ""
    day_bytes: int = 0


class _Do(Protocol):
    def __call__(self, job: Job[T]) -> Awaitable[T]: ...


class PictureQueue:
    """The queue of one outbox; ``policy`` says what is queued from now on, and may be replaced meanwhile."""

    def __init__(self, do: _Do, clock: Callable[[], datetime]) -> None:
        self.policy = SendPolicy.NONE
        self._do = do
        self._clock = clock

    def note(self, connection: sqlite3.Connection, submission: Submission) -> None:
        """A result was stored: queue its pictures, if the policy sends them."""
        ok = submission.result.verdict is Verdict.OK
        if self.policy is SendPolicy.NONE or (ok and self.policy is SendPolicy.FAILED):
            return
        for record in submission.others:
            if isinstance(record, PicturesRecord):
                at = micros(record.event_time)
                rows = [(record.id, one.sha256, one.size, int(ok), at) for one in record.pictures]
                connection.executemany(
                    "INSERT INTO picture_file (result, sha256, size, ok, at, free, after, tries)"
                    " VALUES (?, ?, ?, ?, ?, 0, 0, 0) ON CONFLICT DO NOTHING",
                    rows,
                )

    def release(self, connection: sqlite3.Connection, seq: int, chain: str | None, *, again: bool) -> None:
        """The hub has batch ``seq``: its pictures are free; ``again``: it had it before, and had forgotten it."""
        if again:
            connection.execute("UPDATE picture_file SET fate = NULL, ended_at = NULL WHERE fate = ?", (End.SENT,))
        if connection.execute("SELECT 1 FROM picture_file WHERE free = 0 LIMIT 1").fetchone() is None:
            return
        row = connection.execute("SELECT body FROM batch WHERE seq = ?", (place_of(connection, seq, chain),)).fetchone()
        results = [] if row is None else [(result,) for result in _results_in(row[0])]
        connection.executemany("UPDATE picture_file SET free = 1 WHERE result = ?", results)

    async def next(self) -> QueuedPicture | None:
        """What is to be sent first now."""
        now = micros(self._clock())
        return await self._do(lambda connection: _next(connection, now))

    async def end(self, picture: QueuedPicture, fate: End) -> None:
        """Nothing more is to be done about a file."""
        now = micros(self._clock())
        await self._do(lambda connection: _end(connection, picture, fate, now))

    async def later(self, picture: QueuedPicture, wait: timedelta) -> None:
        """Leave a file alone for so long; others go first."""
        after = micros(self._clock() + wait)
        await self._do(
            lambda connection: (
                connection.execute(
                    "UPDATE picture_file SET after = ?, tries = tries + 1 WHERE result = ? AND sha256 = ?",
                    (after, picture.result, picture.sha256),
                ).rowcount
            )
        )

    async def spent(self, day: str) -> int:
        """How many bytes went out on a day."""
        return await self._do(lambda connection: _spent(connection, day))

    async def spend(self, day: str, size: int) -> None:
        """So many more bytes go out today."""
        await self._do(lambda connection: _spend(connection, day, size))


def picture_counts(connection: sqlite3.Connection) -> PictureCounts:
    """What waits, and what became of the rest."""
    waiting, size = connection.execute(
        f"SELECT count(*), coalesce(sum(size), 0) FROM picture_file INDEXED BY picture_due WHERE {_FREE}"  # noqa: S608
    ).fetchone()
    ended = connection.execute("SELECT fate, pictures, bytes FROM picture_end ORDER BY fate")
    today = connection.execute("SELECT day, bytes FROM picture_day ORDER BY day DESC LIMIT 1").fetchone()
    day, spent = today or ("", 0)
    return PictureCounts(
        waiting=waiting,
        waiting_bytes=size,
        ended=[PictureEnd(fate=row[0], pictures=row[1], bytes=row[2]) for row in ended],
        day=day,
        day_bytes=spent,
    )


def _next(connection: sqlite3.Connection, now: int) -> QueuedPicture | None:
    row: tuple[Any, ...] | None = connection.execute(
        "SELECT result, sha256, size, tries FROM picture_file INDEXED BY picture_due"  # noqa: S608 - a constant of this file
        f" WHERE {_FREE} AND after <= ? ORDER BY ok, at LIMIT 1",
        (now,),
    ).fetchone()
    return None if row is None else QueuedPicture(result=row[0], sha256=row[1], size=row[2], tries=row[3])


def _end(connection: sqlite3.Connection, picture: QueuedPicture, fate: End, now: int) -> None:
    ended = connection.execute(
        "UPDATE picture_file SET fate = ?, ended_at = ? WHERE result = ? AND sha256 = ? AND ended_at IS NULL",
        (fate, now, picture.result, picture.sha256),
    )
    if ended.rowcount:
        connection.execute(
            "INSERT INTO picture_end (fate, pictures, bytes) VALUES (?, 1, ?)"
            " ON CONFLICT (fate) DO UPDATE SET pictures = pictures + 1, bytes = bytes + excluded.bytes",
            (fate, picture.size),
        )


def _spent(connection: sqlite3.Connection, day: str) -> int:
    row = connection.execute("SELECT bytes FROM picture_day WHERE day = ?", (day,)).fetchone()
    return 0 if row is None else int(row[0])


def _spend(connection: sqlite3.Connection, day: str, size: int) -> None:
    connection.execute("DELETE FROM picture_day WHERE day <> ?", (day,))
    connection.execute(
        "INSERT INTO picture_day (day, bytes) VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET bytes = bytes + ?",
        (day, size, size),
    )


def _results_in(body: bytes) -> Iterator[str]:
    """The results whose pictures a batch tells of."""
    for line in body.split(b"\n"):
        if _MARK in line:
            found = _line.decode(line)
            if found.kind == "pictures":
                yield found.id


class _Line(msgspec.Struct):
    id: str = ""
    kind: str = ""


_line = msgspec.json.Decoder(_Line)
