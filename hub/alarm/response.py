"""How long alarms wait for their first answer with cause and action."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from hub.store.core.database import Reading
from hub.store.mail.alarms import AlarmWanted, AnsweredAlarm, answered_alarms
from traceability.quality.alarm.rule import AlarmKind

MOST_ALARMS = 20_000
_MICROS = 1_000_000
_NINETIETH = 90


class ResponseTime(msgspec.Struct, frozen=True, kw_only=True):
    """Alarms raised, and of those answered the times in seconds; None while none was.

    An answer before its alarm, by clocks that differ, counts as none waited: 0 s. The 90th percentile is the smallest
    time that at least nine of ten did not exceed.
    """

    warns_of: AlarmKind | None
    raised: int
    waiting: int
    median_s: float | None
    p90_s: float | None
    longest_s: float | None


class ResponseTimes(msgspec.Struct, frozen=True, kw_only=True):
    """Of all alarms that fit, and of each kind; ``complete`` False where only the latest were looked at."""

    every: ResponseTime
    by_kind: tuple[ResponseTime, ...]
    complete: bool


def response_times(connection: Reading, wanted: AlarmWanted) -> ResponseTimes:
    """The times of the alarms that fit; one statement."""
    found = answered_alarms(connection, wanted, MOST_ALARMS + 1)
    return times_of(found[:MOST_ALARMS], complete=len(found) <= MOST_ALARMS)


def times_of(found: Sequence[AnsweredAlarm], *, complete: bool = True) -> ResponseTimes:
    """The times of these alarms."""
    by_kind: defaultdict[str, list[AnsweredAlarm]] = defaultdict(list)
    for one in found:
        by_kind[one.warns_of].append(one)
    return ResponseTimes(
        every=_times(None, found),
        by_kind=tuple(_times(AlarmKind(kind), some) for kind, some in sorted(by_kind.items())),
        complete=complete,
    )


def _times(kind: AlarmKind | None, found: Sequence[AnsweredAlarm]) -> ResponseTime:
    waited = sorted(_waited(found))
    return ResponseTime(
        warns_of=kind,
        raised=len(found),
        waiting=len(found) - len(waited),
        median_s=_median(waited),
        p90_s=waited[-(-_NINETIETH * len(waited) // 100) - 1] if waited else None,
        longest_s=waited[-1] if waited else None,
    )


def _waited(found: Iterable[AnsweredAlarm]) -> Iterable[float]:
    return (max(0, one.answered - one.at) / _MICROS for one in found if one.answered is not None)


def _median(ordered: Sequence[float]) -> float | None:
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
