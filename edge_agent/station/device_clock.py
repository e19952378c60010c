"""What a device's clock says against the agent's: measured, told, and never used as the time of a record.

For one thing it is asked: by which version of the control plan a result is judged that the device kept for a while. Its
clock counts there once it was found right, by a cycle that the agent saw at the time at which the device dates it.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

from edge_agent.acquisition.cycle import CycleData
from edge_agent.complaint import Complaint

_LOG = logging.getLogger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOLERATED_MS = 2000
_FIRST_YEAR = 2000
_AT_ONCE = timedelta(minutes=1)
_NEXT = "set the controller's clock; the agent's own clock dates every record"


class Happened(msgspec.Struct, frozen=True):
    """When a cycle was over, as far as that can be known, and whether the device's clock is right (None: unknown)."""

    at: datetime
    right: bool | None


def happened(cycle: CycleData, now: datetime, *, was_right: bool) -> Happened:
    """``now`` is when the agent has the cycle. One that it saw come is of now, whatever the device's clock says."""
    source = cycle.source_time
    if source is None or source.year < _FIRST_YEAR:
        return Happened(now, None)
    if abs(now - source) <= _AT_ONCE:
        return Happened(now, right=True)
    if source > now or cycle.device_offset_ms is not None:
        return Happened(now, right=False)
    return Happened(source if was_right else now, None)


class DeviceClock:
    """The clock of one station's device; ``clock`` is the agent's own."""

    def __init__(self, station: str, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._complaint = Complaint(_LOG, station=station)

    def offset_ms(self, cycle: CycleData, *, just_finished: bool) -> int | None:
        """Agent's clock minus device's, in ms; None where the device has no clock or an absurd one.

        The device says when the cycle was over; that is its present only when the agent saw it happen
        (``just_finished``: the poll before showed no cycle). So the offset is exact to one poll.
        """
        if cycle.cycle_time_ms == 0:
            return None
        now = self._clock()
        if cycle.source_time is None or not _FIRST_YEAR <= cycle.source_time.year <= now.year + 1:
            shown = cycle.source_time.isoformat() if cycle.source_time else f"{cycle.cycle_time_ms} ms since 1970"
            self._complaint.raised("the device's clock is absurd", shown=shown, next=_NEXT)
            return None
        if not just_finished:
            return None
        offset = (now - _EPOCH) // timedelta(milliseconds=1) - cycle.cycle_time_ms
        if abs(offset) > _TOLERATED_MS:
            self._complaint.raised("the device's clock is off", offset_ms=offset, next=_NEXT)
        else:
            self._complaint.settled("the device's clock is right again", offset_ms=offset)
        return offset
