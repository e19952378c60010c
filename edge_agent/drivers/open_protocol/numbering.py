"""What lies between two results, by their tightening ids; pure.

A controller numbers its results 1, 2, 3 … up to 4,294,967,295 and then begins again; 0 cannot be asked for, so it is
never counted as missing. An id that is lower than the one before means one of three things: just past the highest id
it is that new beginning; a result that is not younger than the one before came late; otherwise the numbers were set
back, to 1 as far as anyone knows.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from edge_agent.drivers.open_protocol.result import LARGEST_ID

_NEAR_THE_END = 100_000


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A result's place: its id, and its time by the controller's clock (without a zone)."""

    id: int
    time: datetime | None = None


class Step(StrEnum):
    """How one result follows another."""

    ONWARD = "onward"
    SAME = "same"
    LATE = "late"
    RESTARTED = "restarted"


class Between(msgspec.Struct, frozen=True, kw_only=True):
    """How a result follows the one before, and the ids in between as ranges, both ends included, oldest first."""

    step: Step
    ranges: tuple[tuple[int, int], ...] = ()

    @property
    def count(self) -> int:
        """How many ids that are."""
        return sum(last - first + 1 for first, last in self.ranges)


def between(before: Mark, after: Mark) -> Between:
    """What lies between two results that came one after the other."""
    if after == before:
        return Between(step=Step.SAME)
    if after.id > before.id:
        return Between(step=Step.ONWARD, ranges=_ranges((before.id + 1, after.id - 1)))
    if before.id > LARGEST_ID - _NEAR_THE_END and after.id < _NEAR_THE_END:
        return Between(step=Step.ONWARD, ranges=_ranges((before.id + 1, LARGEST_ID), (1, after.id - 1)))
    if after.time is not None and before.time is not None and after.time <= before.time:
        return Between(step=Step.LATE)
    return Between(step=Step.RESTARTED, ranges=_ranges((1, after.id - 1)))


def newest(found: Between, limit: int) -> tuple[list[int], tuple[tuple[int, int], ...]]:
    """The newest ``limit`` ids, oldest first, and the ranges of those that are older."""
    chosen: list[int] = []
    older: list[tuple[int, int]] = []
    for first, last in reversed(found.ranges):
        here = min(limit - len(chosen), last - first + 1)
        chosen[:0] = range(last - here + 1, last + 1)
        older[:0] = _ranges((first, last - here))
    return chosen, tuple(older)


def _ranges(*pairs: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple((first, last) for first, last in pairs if first <= last)
