"""A check of the log as it is told."""

from datetime import datetime, timedelta

import msgspec

from hub.accounts.asker import Asker
from hub.audit.check import NEWEST, CheckScope, most_bad
from hub.audit.fault import Fault
from hub.store.account.checks import DONE, FAILED, WORKING, StoredCheck
from hub.store.core.instant import from_micros

SILENT = timedelta(minutes=5)
"""A check whose process has not said so for as long is not worked on any more."""
WITHHELD = "a batch is not as it was signed; the operator of the hub sees what is wrong with it"


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """Of a log of ``size`` batches ``opened`` of ``total`` were read, with ``records`` records and ``octets`` bytes.

    ``sound``: nothing is wrong in what was read; None until it has ended. ``since`` is the size of the log that an
    earlier check found whole, and that this one was compared with (0: none); ``cosigned`` counts witnesses whose latest
    cosignature agrees with the log. ``newest`` and ``drawn`` say which batches a sample is made of; with 95 % certainty
    no more than ``most_bad`` of all older batches are bad. ``root`` is base64.
    """

    id: str
    url: str
    scope: CheckScope
    state: str
    sound: bool | None
    asked_at: datetime
    ended_at: datetime | None
    by: str
    own: bool
    size: int
    since: int
    total: int
    opened: int
    records: int
    octets: int
    newest: int
    drawn: int
    most_bad: float | None
    cosigned: int
    root: str
    faults: tuple[Fault, ...]
    problem: str

    @property
    def is_under_way(self) -> bool:
        """Whether there is more to come."""
        return self.state == WORKING


def seen_check(stored: StoredCheck, asker: Asker, now: datetime) -> CheckView:
    """``stored`` as ``asker`` may see it: of others' batches a company learns that one is bad, and where in the log."""
    own = asker.is_operator or stored.organisation == asker.organisation
    state, problem = stored.state, stored.problem
    if state == WORKING and from_micros(stored.beat_at) < now - SILENT:
        state, problem = FAILED, "the program that worked on it ended"
    done = state == DONE
    faults = tuple(msgspec.convert(fault, Fault) for fault in stored.faults)
    newest = min(stored.size, NEWEST) if stored.scope == CheckScope.SAMPLE else 0
    drawn = max(0, stored.opened - newest) if newest else 0
    return CheckView(
        id=stored.id if own else "",
        url=f"/api/v1/audit/checks/{stored.id}" if own else "",
        scope=CheckScope(stored.scope),
        state=state,
        sound=not faults if done else None,
        asked_at=from_micros(stored.asked_at),
        ended_at=None if stored.ended_at is None else from_micros(stored.ended_at),
        by=stored.by if own else "",
        own=own,
        size=stored.size,
        since=stored.since,
        total=stored.total,
        opened=stored.opened,
        records=stored.records,
        octets=stored.octets,
        newest=newest,
        drawn=drawn,
        most_bad=most_bad(drawn) if done and newest and drawn and not faults and stored.size > newest + drawn else None,
        cosigned=stored.cosigned,
        root=stored.root,
        faults=faults if asker.is_operator else tuple(map(_for_companies, faults)),
        problem=problem,
    )


def _for_companies(fault: Fault) -> Fault:
    if fault.log_index is None:
        return fault  # it is about the log, which is public
    return Fault(what=WITHHELD, log_index=fault.log_index)
