"""What a device's clock says against the agent's: measured, told, and never used as the time of anything."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from edge_agent.acquisition.cycle import CycleData
from edge_agent.complaint import Complaint

_LOG = logging.getLogger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOLERATED_MS = 2000
_FIRST_YEAR = 2000
_NEXT = "set the controller's clock; the agent's own clock dates every record"


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
