"""Checks of the log in the background, each kept with what it found.

One is worked on at a time, by one process of the hub: reading the log costs its disk and its processors. While it goes
on the process says so; one that has been silent for ``SILENT`` was ended with its process.
"""

import logging
import threading
from datetime import datetime, timedelta

import msgspec

from hub.accounts.asker import Asker
from hub.audit.check import CheckScope, Examined, KnownState, examine, to_open
from hub.audit.check_view import SILENT, CheckView, seen_check
from hub.errors import EntryRefused, NotFound, TooBusy
from hub.parts import Hub
from hub.store.account.checks import (
    DONE,
    FAILED,
    StoredCheck,
    change_check,
    check_of,
    checks_at_work,
    last_whole,
    latest_checks,
    put_check,
)
from hub.store.core.instant import to_micros
from hub.store.ledger.batches import log_size
from traceability.errors import ZhuoyueError

log = logging.getLogger(__name__)

ID_BYTES = 12
KEPT = 20
BEAT = timedelta(seconds=1)
COME_AGAIN_S = 10
MOST_FOR_COMPANIES = 50_000
"""Batches that a check of a company opens at most; the hub's operator reads as many as there are."""


class CheckDesk:
    """Begins checks, works on them, tells how far they are."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._changed = threading.Condition()
        self._working: str | None = None

    def begin(self, scope: CheckScope, asker: Asker) -> CheckView:
        """Begin a check; ``TooBusy`` while another one goes on, ``EntryRefused`` when it is too much for who asks."""
        now = self._hub.clock()
        identity = self._hub.random_bytes(ID_BYTES).hex()
        with self._hub.store.writing() as connection:
            if at_work := checks_at_work(connection, to_micros(now - SILENT)):
                own = asker.organisation in at_work
                raise TooBusy("the log is being checked", own=own, after_s=COME_AGAIN_S, where="check")
            since = _known(last_whole(connection, (CheckScope.WHOLE, CheckScope.SINCE)))
            size = log_size(connection)
            total = to_open(size, scope, since)
            if not asker.is_operator and total > MOST_FOR_COMPANIES:
                raise EntryRefused(
                    f"{total} batches would be read, at most {MOST_FOR_COMPANIES} are for a company",
                    where="scope",
                    advice="have a sample checked, or ask the operator of the hub",
                )
            kept = StoredCheck(
                id=identity,
                organisation=asker.organisation,
                by=asker.signature,
                scope=scope,
                asked_at=to_micros(now),
                beat_at=to_micros(now),
                size=size,
                since=0 if since is None else since.size,
                total=total,
            )
            put_check(connection, kept)
        with self._changed:
            self._working = identity
        arguments = (identity, scope, since)
        threading.Thread(target=self._work, args=arguments, name=f"check-{identity}", daemon=True).start()
        return seen_check(kept, asker, now)

    def wait(self, identity: str, seconds: float) -> None:
        """Until the check has ended, at most ``seconds``."""
        with self._changed:
            self._changed.wait_for(lambda: self._working != identity, seconds)

    def look(self, identity: str, asker: Asker) -> CheckView:
        """How far it is; ``NotFound`` when nobody asked it, or another company did."""
        with self._hub.store.reading() as connection:
            found = check_of(connection, identity)
        if found is None or not (asker.is_operator or found.organisation == asker.organisation):
            raise NotFound(f"there is no check {identity[:60]!r}", advice="POST /api/v1/audit/checks begins one")
        return seen_check(found, asker, self._hub.clock())

    def latest(self, asker: Asker) -> tuple[CheckView, ...]:
        """The latest first, whoever asked for them; of those that others asked for, no batch is named."""
        with self._hub.store.reading() as connection:
            found = latest_checks(connection, KEPT)
        now = self._hub.clock()
        return tuple(seen_check(one, asker, now) for one in found)

    def _work(self, identity: str, scope: CheckScope, since: KnownState | None) -> None:
        problem = ""
        try:
            found = examine(self._hub, scope, since, self._beating(identity))
            self._keep(identity, found)
        except ZhuoyueError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - the thread's outermost edge: the check itself says that it failed
            _say_failed(identity, error)
            problem = "the hub made a mistake; its log says more"
        try:
            if problem:
                self._change(identity, state=FAILED, problem=problem, ended_at=to_micros(self._hub.clock()))
        except ZhuoyueError as error:
            log.warning("check %s can't be kept: %s", identity, error)
        finally:
            with self._changed:
                self._working = None
                self._changed.notify_all()

    def _keep(self, identity: str, found: Examined) -> None:
        now = to_micros(self._hub.clock())
        self._change(
            identity,
            state=DONE,
            beat_at=now,
            ended_at=now,
            size=found.size,
            opened=found.opened,
            total=found.opened,
            records=found.records,
            octets=found.octets,
            cosigned=found.cosigned,
            root=found.root,
            faults=[msgspec.to_builtins(fault) for fault in found.faults],
        )

    def _beating(self, identity: str) -> "_Beat":
        return _Beat(self, identity, self._hub.clock())

    def _change(self, identity: str, **values: object) -> None:
        self._hub.store.write(lambda connection: change_check(connection, identity, **values))

    def beat(self, identity: str, opened: int, total: int, last: datetime) -> datetime:
        """Say how far it is, unless that was said a moment ago; when it was said last."""
        now = self._hub.clock()
        if now - last < BEAT:
            return last
        self._change(identity, beat_at=to_micros(now), opened=opened, total=total)
        return now


class _Beat:
    def __init__(self, desk: CheckDesk, identity: str, now: datetime) -> None:
        self._desk, self._identity, self._last = desk, identity, now

    def __call__(self, done: int, total: int) -> None:
        self._last = self._desk.beat(self._identity, done, total, self._last)


def _known(check: StoredCheck | None) -> KnownState | None:
    return None if check is None else KnownState(size=check.size, root=check.root)


def _say_failed(identity: str, error: Exception) -> None:
    log.error("check %s failed", identity, exc_info=error)
