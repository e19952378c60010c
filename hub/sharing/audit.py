"""The log of what was read of whom by whom, which each owner can read.

Entries are written behind the answers, all that came together in one transaction: at the latest ``WAIT_S`` after the
answer they are on disk. Who kills the hub's machine in that time loses the entries of it, and nothing else. When more
wait than ``MOST_WAITING``, whoever asks waits until they are written: no answer goes out unlogged because of load.

An entry says what was *looked at*: rows that the policy let through to the question, also those that the question
itself then left out. So it may say a little too much, and never too little.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime

import msgspec

from hub.errors import StoreBusy
from hub.parts import Hub
from hub.sharing.operator import OperatorRead, operator_notes
from hub.sharing.policy import Version, version_text
from hub.store.account.audit import StoredRead, add_reads
from hub.store.core.instant import to_micros
from hub.store.sharing.views import Noted

log = logging.getLogger(__name__)

WAIT_S = 0.5
MOST_WAITING = 5_000
LONGEST_WAIT_S = 20.0
MOST_TRIES = 10
"""A minute, with longer and longer waits; what waits then is tried again with the next entry, and at the end."""
LONGEST_STEP = 4
MOST_ASKED = 400
OPERATOR = ""
Waiting = StoredRead | OperatorRead


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks what; ``asker`` is an organisation, ``token`` the id of its token."""

    asker: str
    token: str
    asked: str


def notes_of(question: Question, at: datetime, noted: Noted, versions: dict[str, Version]) -> list[StoredRead]:
    """One entry for each owner of whom something was looked at."""
    owners = sorted({owner for owner, _ in noted.rows if owner})
    return [
        StoredRead(
            at=to_micros(at),
            owner=owner,
            asker=question.asker,
            token=question.token,
            asked=question.asked[:MOST_ASKED],
            kinds={kind: rows for (whose, kind), rows in sorted(noted.rows.items()) if whose == owner},
            version=version_text(versions.get(owner)),
            items=list(noted.items.get(owner, ())),
        )
        for owner in owners
    ]


class AuditDesk:
    """Takes entries and writes them behind."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._waiting: list[Waiting] = []
        self._changed = threading.Condition()
        self._turn = threading.Lock()
        self._pause = threading.Event()  # never set: only waits
        self._writer: threading.Thread | None = None

    def keep(self, entries: Sequence[StoredRead]) -> None:
        """Take ``entries``; waits only when far too many wait already, and at last gives up with ``StoreBusy``."""
        self._take(entries)

    def _take(self, entries: Sequence[Waiting]) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._waiting) < MOST_WAITING, LONGEST_WAIT_S):
                raise StoreBusy("the audit log can't be written", advice="try again later; the hub's log says why")
            self._waiting += entries
            if self._writer is None and self._waiting:
                self._writer = threading.Thread(target=self._write_behind, name="audit", daemon=True)
                self._writer.start()

    def keep_operator(self, read: OperatorRead) -> None:
        """Take a question of the operator; whom it concerns is found out behind the answer."""
        self._take([read])

    def settle(self) -> None:
        """Write what waits, now: before the log is read, and before the hub ends."""
        self._write()

    def _write_behind(self) -> None:
        """Until nothing waits any more, or it failed ``MOST_TRIES`` times; the next entry begins another one."""
        failed = 0
        while True:
            self._pause.wait(WAIT_S * 2 ** min(failed, LONGEST_STEP))
            failed = 0 if self._write() else failed + 1
            with self._changed:
                if not self._waiting or failed >= MOST_TRIES:
                    self._writer = None
                    return

    def _write(self) -> bool:
        """Whether nothing stays behind."""
        with self._turn:
            with self._changed:
                entries, self._waiting = self._waiting, []
            behind = self._written(entries)
            with self._changed:
                self._waiting = behind + self._waiting
                self._changed.notify_all()
        return not behind

    def _written(self, entries: list[Waiting]) -> list[Waiting]:
        """Write ``entries``; gives those that could not be, to be tried again."""
        if not entries:
            return []
        try:
            with self._hub.store.reading() as connection:
                asked = [entry for entry in entries if isinstance(entry, OperatorRead)]
                notes = [entry for entry in entries if isinstance(entry, StoredRead)]
                notes += operator_notes(connection, asked)
            if notes:
                with self._hub.store.writing() as connection:
                    add_reads(connection, notes)
        except Exception as error:  # noqa: BLE001 - the writer's outermost edge: it must go on, or nothing is noted more
            log.warning("the audit log is behind by %d entries: %r", len(entries), error)
            return entries
        return []
