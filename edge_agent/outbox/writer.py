"""The one writer: a thread that runs jobs in order and commits those that wait together (group commit).

A job is a function of the connection, run inside a transaction; it may be run a second time when another job of its
group failed, so all it does must be in the database. The caller's future is answered only after the commit returned,
which means after the fsync. The event loop never waits for the disk.

When a job finds the file broken, ``mend`` makes another one of what can be read of it, and the job is run there.

The write-ahead log is brought home (checkpointed) when nobody waits: left to itself SQLite does that inside a commit,
and then a machine would wait for it.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import msgspec

from edge_agent.errors import StorageRefused
from edge_agent.log import say
from edge_agent.outbox.damage import UNREADABLE, is_damage

_LOG = logging.getLogger(__name__)
T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]
Mend = Callable[[Exception], sqlite3.Connection]

_LARGEST_GROUP = 64
_COMMITS_IN_LOG = 100
_PAGES_IN_LOG = 4000
"""16 MB, where SQLite brings the log home by itself after all; 100 results take some 700 pages."""


class _Waiting(msgspec.Struct, frozen=True):
    """A job and whom to answer; ``then`` is called when it is committed and before the answer."""

    job: Job[Any]
    answer: "Future[Any]"
    then: Callable[[], None] | None = None


class Writer:
    """Owns the connection from now on; ``close`` finishes the jobs that wait and closes it."""

    def __init__(self, connection: sqlite3.Connection, file: str, mend: Mend | None = None) -> None:
        connection.execute(f"PRAGMA wal_autocheckpoint={_PAGES_IN_LOG}")
        self._connection = connection
        self._file = file
        self._mend = mend
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._in_log = 0
        self._thread = threading.Thread(target=self._work, name="outbox-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job[T], then: Callable[[], None] | None = None) -> "Future[T]":
        """Run ``job`` in a transaction; StorageRefused when the disk or the file refuses it."""
        answer: Future[T] = Future()
        self._queue.put(_Waiting(job, answer, then))
        return answer

    def look(self, job: Job[T]) -> T:
        """Run ``job`` at once, outside a transaction; only in the writer's own thread (``then`` of a job)."""
        return job(self._connection)

    def close(self) -> None:
        """Finish what waits, then close the file; harmless when done twice."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        more = True
        while more:
            group, more = self._next_group()
            live = [waiting for waiting in group if waiting.answer.set_running_or_notify_cancel()]
            if live and not self._commit(live) and len(live) > 1:
                for waiting in live:
                    self._commit([waiting])
            if self._in_log >= _COMMITS_IN_LOG and self._queue.empty():
                self._bring_home()
        self._connection.close()

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        group: list[_Waiting] = []
        waiting = self._queue.get()
        while waiting is not None:
            group.append(waiting)
            if len(group) == _LARGEST_GROUP:
                return group, True
            try:
                waiting = self._queue.get_nowait()
            except Empty:
                return group, True
        return group, False

    def _commit(self, group: Sequence[_Waiting], *, mended: bool = False) -> bool:
        """Run a group in one transaction and answer it; a group of several is not answered when it fails."""
        before = self._connection.total_changes
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            answers = [waiting.job(self._connection) for waiting in group]
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to the caller, and the thread must live on
            self._undo()
            if not mended and is_damage(error):
                failure = self._mended(error)
                if failure is None:
                    return self._commit(group, mended=True)
                error = failure
            if len(group) == 1:
                group[0].answer.set_exception(self._stated(error))
            return False
        for waiting in group:
            if waiting.then is not None:
                waiting.then()
        for waiting, answer in zip(group, answers, strict=True):
            waiting.answer.set_result(answer)
        self._in_log += self._connection.total_changes != before
        return True

    def _mended(self, error: Exception) -> Exception | None:
        """Go on with a new file; what went wrong when that cannot be."""
        if self._mend is None:
            return error
        self._connection.close()
        try:
            self._connection = self._mend(error)
        except Exception as failure:  # noqa: BLE001 - it is answered to the caller, and the thread must live on
            self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            return failure
        self._connection.execute(f"PRAGMA wal_autocheckpoint={_PAGES_IN_LOG}")
        return None

    def _bring_home(self) -> None:
        """Move the log's pages into the file, and begin the log anew: its first commit takes two fsyncs, not one."""
        self._in_log = 0
        try:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            ((version,),) = self._connection.execute("PRAGMA user_version")
            self._connection.execute(f"PRAGMA user_version={version}")
        except sqlite3.Error as error:
            say(_LOG, logging.WARNING, "the outbox's log stays as it is", file=self._file, error=error)

    def _undo(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            say(_LOG, logging.ERROR, "the outbox could not undo a write", file=self._file, error=error)

    def _stated(self, error: Exception) -> Exception:
        if isinstance(error, UNREADABLE):
            return StorageRefused(
                f"nothing was stored: {error}", where=self._file, advice="look at free space and health of the disk"
            )
        return error
