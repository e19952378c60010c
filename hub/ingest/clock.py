"""A clock that is ahead is told, not punished.

A sealed batch can never be sealed again with another time, so refusing one for its clock would end its chain until
that time has come. It is taken, its times stand as its author's statement, and the signed receipt says by how much the
clock was ahead. A time in the past is no sign of anything: batches wait offline for weeks.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.projection.objection import ReadRecord
from hub.store.core.instant import to_micros
from traceability.batch.header import Header
from traceability.sync import CLOCK_AHEAD, Notice

TOLERANCE = timedelta(minutes=5)
"""Line PCs without a time server drift apart by less than this between two looks at them."""

_ADVICE = (
    "set the clock of this line PC by a time server (NTP), and look at its time zone; "
    "what was recorded keeps the times it has"
)


def clock_notices(header: Header, read: Sequence[ReadRecord], now: datetime) -> tuple[Notice, ...]:
    """One notice when the batch or records of it come from more than ``TOLERANCE`` after ``now``; none otherwise."""
    latest = now + TOLERANCE
    ahead = [item for item in read if item.record is not None and item.record.event_time > latest]
    if header.sealed_at <= latest and not ahead:
        return ()
    times = [item.record.event_time for item in ahead if item.record is not None]
    by = max([*times, header.sealed_at]) - now
    records = f"; {len(ahead)} records, the first is number {ahead[0].seq}" if ahead else ""
    detail = f"the clock was {_spoken(by)} ahead of the hub's at {now.isoformat(timespec='seconds')}{records}"
    return (Notice(type=CLOCK_AHEAD, detail=detail, advice=_ADVICE),)


def in_time(header: Header, latest: int, now: datetime) -> bool:
    """Whether there is nothing to notice about a batch whose last record is of ``latest`` (microseconds)."""
    most = now + TOLERANCE
    return header.sealed_at <= most and latest <= to_micros(most)


def _spoken(span: timedelta) -> str:
    return f"{span.days} days" if span.days else f"{span.seconds} s"
