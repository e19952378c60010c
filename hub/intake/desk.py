"""Takes files in, one at a time; the others wait.

How far a file is stands in the store, so every process of the hub can tell, and one that a stop interrupted goes on
when it is looked at. It is entered in the same transaction in which that is noted: wholly or not at all.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgspec

from hub.errors import EntryRefused, NotFound, StoreBusy
from hub.intake.kinds import FileKind, Options, kinds_at
from hub.intake.views import OPEN, STOPPABLE, WORKING, IntakeView, State, view_of
from hub.parts import Hub
from hub.rounds import repeating
from hub.store.core.database import Writing
from hub.store.core.instant import to_micros
from hub.store.core.marked import MarkedStore
from hub.store.work.intakes import (
    IntakeRow,
    bytes_of_intake,
    drop_bytes,
    forget_intakes,
    intake_row,
    intakes_of,
    put_intake,
    step_intake,
)
from hub.store.work.rounds import give_round_back, take_round
from hub.tabular.watched import watching
from traceability.encoding import sha256, tagged
from traceability.errors import ZhuoyueError

log = logging.getLogger(__name__)
ID_BYTES = 9
KEPT_DAYS = 30
MOST_OPEN = 10
NOTED_EVERY = 5_000
"""Rows between two notes in the store."""
MOST_PROBLEMS = 200
TERM_S = 60.0


class Stopped(Exception):
    """Somebody gave the file up, or another process has it."""


class IntakeDesk:
    """One for each application."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._free = threading.Semaphore(1)
        self._changed = threading.Condition()
        self._working: dict[str, int | None] = {}
        """Files this process works on -> rows read, as far as it has begun."""
        self._named = ""

    def begin(
        self, kind: FileKind, plant: str, data: bytes, *, by: str, name: str = "", options: Options
    ) -> IntakeView:
        """Keep a file and begin to check it; ``EntryRefused`` while the same one is under way."""
        now = to_micros(self._hub.clock())
        row = IntakeRow(
            id=f"file-{self._hub.random_bytes(ID_BYTES).hex()}",
            kind=kind.name,
            plant=plant,
            name=name[:200],
            digest=tagged(sha256(msgspec.json.encode([kind.name, plant, sorted(options.items())]) + data)),
            options=dict(options),
            by=by,
            state=State.WAITING,
            size=len(data),
            rows_read=0,
            total=None if data.startswith(b"PK") else max(0, data.count(b"\n") - 1),
            report={},
            trouble="",
            begun=now,
            changed=now,
        )
        with self._hub.store.writing() as connection:
            under_way = intakes_of(connection, plant, OPEN)
            _refuse_same(under_way, row)
            forget_intakes(connection, plant, now - to_micros_of(timedelta(days=KEPT_DAYS)))
            put_intake(connection, row, data)
        self._go_on(row.id)
        return view_of(row)

    def read(self, plant: str, identity: str) -> IntakeView:
        """How far it is; what nobody works on is gone on with. ``NotFound`` where there is none at this place."""
        with self._hub.store.reading() as connection:
            row = intake_row(connection, identity)
        if row is None or row.plant != plant:
            raise NotFound(f"there is no file {identity[:60]!r} here", advice="the list of files names those there are")
        return self._view(row)

    def list(self, plant: str) -> tuple[IntakeView, ...]:
        """Those of a place, the latest first."""
        with self._hub.store.reading() as connection:
            rows = intakes_of(connection, plant)
        return tuple(self._view(row) for row in rows)

    def enter(self, plant: str, identity: str, *, by: str) -> IntakeView:
        """Enter what was checked; ``EntryRefused`` while it is not, or is no more."""
        known = self.read(plant, identity)
        if not self._step(identity, (State.CHECKED,), state=State.ENTERING, by=by, rows_read=0):
            raise EntryRefused(f"the file is {known.state}", where=f"file {identity}", advice="send it again")
        self._go_on(identity)
        return self.read(plant, identity)

    def give_up(self, plant: str, identity: str) -> IntakeView:
        """Let it be; ``EntryRefused`` once it is being entered."""
        known = self.read(plant, identity)

        def ended(connection: Writing) -> bool:
            drop_bytes(connection, identity)
            return step_intake(connection, identity, STOPPABLE, state=State.GIVEN_UP, changed=self._now())

        with self._hub.store.writing() as connection:
            if known.state not in STOPPABLE or not ended(connection):
                raise EntryRefused(
                    f"the file is {known.state}, it can't be given up any more", where=f"file {identity}",
                    advice="what was entered is taken back where it stands",
                )  # fmt: skip
        return self.read(plant, identity)

    def wait(self, identity: str, seconds: float) -> None:
        """Until this process does not work on the file any more, at most ``seconds``."""
        with self._changed:
            self._changed.wait_for(lambda: identity not in self._working, seconds)

    def _view(self, row: IntakeRow) -> IntakeView:
        if row.state in WORKING:
            self._go_on(row.id)
        return view_of(row, self._working.get(row.id))

    def _go_on(self, identity: str) -> None:
        with self._changed:
            if identity in self._working:
                return
            self._working[identity] = None
        threading.Thread(target=self._work, args=(identity,), name=identity, daemon=True).start()

    def _work(self, identity: str) -> None:
        try:
            with self._free, self._lease(identity) as mine:
                if mine:
                    self._carry_on(identity)
        except Stopped:
            log.info("%s was given up, or another process has it", identity)
        except ZhuoyueError as error:
            log.warning("%s was interrupted; it goes on when it is looked at: %s", identity, error)
        except Exception as error:  # noqa: BLE001 - the thread's outermost edge: it is said, and nothing was entered
            self._fail(identity, error)
        finally:
            with self._changed:
                self._working.pop(identity, None)
                self._changed.notify_all()

    def _carry_on(self, identity: str) -> None:
        with self._hub.store.reading() as connection:
            row = intake_row(connection, identity)
            data = bytes_of_intake(connection, identity)
        if row is None:
            return
        kind = kinds_at(row.plant)[row.kind]
        if row.state in (State.WAITING, State.CHECKING):
            self._check(row, kind, data)
        elif row.state == State.ENTERING:
            self._enter(row, kind, data)

    def _check(self, row: IntakeRow, kind: FileKind, data: bytes) -> None:
        before = (State.WAITING, State.CHECKING)
        if not self._step(row.id, before, state=State.CHECKING, rows_read=0):
            raise Stopped

        def told(rows: int) -> None:
            self._working[row.id] = rows
            if rows % NOTED_EVERY == 0 and not self._step(row.id, (State.CHECKING,), rows_read=rows):
                raise Stopped

        trouble, report = "", {}
        try:
            with watching(told):
                seen = kind.look(self._hub, row.plant, data, row.options)
            report = {"rows": seen.rows, "problems": msgspec.to_builtins(seen.problems[:MOST_PROBLEMS])}
            good = not seen.problems
        except EntryRefused as error:
            good, trouble = False, str(error)
        state = State.CHECKED if good else State.WRONG
        read = self._working.get(row.id) or 0
        done = {"state": state, "report": report, "trouble": trouble, "rows_read": max(read, report.get("rows", 0))}
        if not self._step(row.id, (State.CHECKING,), **done):
            raise Stopped

    def _enter(self, row: IntakeRow, kind: FileKind, data: bytes) -> None:
        def told(rows: int) -> None:
            self._working[row.id] = rows

        def mark(connection: Writing) -> None:
            done = {"state": State.ENTERED, "changed": self._now(), "rows_read": row.report.get("rows", 0)}
            if not step_intake(connection, row.id, (State.ENTERING,), **done):
                raise Stopped  # and with it everything of this transaction
            drop_bytes(connection, row.id)

        marked = msgspec.structs.replace(self._hub, store=MarkedStore(self._hub.store, mark))
        try:
            with watching(told):
                kind.enter(marked, row.plant, data, row.options, row.by)
        except EntryRefused as error:
            self._step(row.id, (State.ENTERING,), state=State.WRONG, trouble=str(error))

    def _fail(self, identity: str, error: Exception) -> None:
        log.error("%s failed", identity, exc_info=error)
        self._step(identity, OPEN, state=State.FAILED, trouble="the hub made a mistake; nothing was entered")

    def _step(self, identity: str, before: tuple[State, ...], **changes: Any) -> bool:
        changes["changed"] = self._now()
        ended = changes.get("state", State.WAITING) not in OPEN

        def work(connection: Writing) -> bool:
            if ended:
                drop_bytes(connection, identity)
            return step_intake(connection, identity, before, **changes)

        return self._hub.store.write(work)

    def _holder(self) -> str:
        self._named = self._named or self._hub.random_bytes(ID_BYTES).hex()
        return self._named

    def _now(self) -> int:
        return to_micros(self._hub.clock())

    @contextmanager
    def _lease(self, identity: str) -> Iterator[bool]:
        """Whether the file is this process's to work on; renewed until the block is left."""
        if not self._take(identity):
            yield False
            return
        try:
            with repeating(f"lease of {identity}", lambda: self._renew(identity), TERM_S / 3):
                yield True
        finally:
            self._hub.store.write(lambda it: give_round_back(it, identity, self._holder()))

    def _take(self, identity: str) -> bool:
        now = self._now()
        until = now + to_micros_of(timedelta(seconds=TERM_S))
        return self._hub.store.write(lambda it: take_round(it, identity, self._holder(), now, until))

    def _renew(self, identity: str) -> None:
        try:
            self._take(identity)
        except StoreBusy:
            log.debug("the lease of %s is not renewed while it is entered: nobody else can write either", identity)


def _refuse_same(under_way: list[IntakeRow], row: IntakeRow) -> None:
    same = next((one for one in under_way if one.digest == row.digest), None)
    if same is not None:
        raise EntryRefused(
            f"the same file is being taken in already: {same.id}", where="file", advice="wait for it, or give it up"
        )
    if len(under_way) >= MOST_OPEN:
        raise EntryRefused(
            f"{len(under_way)} files are being taken in here", where="file",
            advice="enter those that are checked, or give them up",
        )  # fmt: skip


def to_micros_of(length: timedelta) -> int:
    """Whole microseconds."""
    return length // timedelta(microseconds=1)
