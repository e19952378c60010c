"""The last results of this agent's stations, newest first, for the local page and ``status``."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime

import msgspec

from edge_agent.outbox.results import Submission
from traceability.unit import Flag, Verdict

KEPT = 50


class RecentUnit(msgspec.Struct, frozen=True, kw_only=True):
    """One stored result; ``unit`` is None when the identity is not known."""

    station: str
    operation: str
    unit: str | None
    verdict: Verdict
    at: datetime
    flags: tuple[Flag, ...] = ()
    defect: str | None = None


class Recent:
    """At most ``KEPT`` results; one more pushes the oldest out."""

    def __init__(self, known: Iterable[RecentUnit] = ()) -> None:
        self._units = deque(known, maxlen=KEPT)

    def add(self, submission: Submission) -> None:
        """A result has become durable."""
        result = submission.result
        self._units.appendleft(
            RecentUnit(
                station=submission.station,
                operation=result.operation,
                unit=result.unit,
                verdict=result.verdict,
                at=result.event_time,
                flags=result.flags,
                defect=result.defect,
            )
        )

    def newest(self, count: int = KEPT) -> tuple[RecentUnit, ...]:
        """The newest ``count`` results, newest first."""
        return tuple(self._units)[:count]
