"""What the numbers of two cycles, one stored after the other, say about cycles that were never stored."""

import msgspec

from edge_agent.acquisition.resolve import Resolved
from firmware_profiles.decode import INTEGER_BITS

_NEAR = 1000
"""How close to the ends of its type a counter must be to have gone round rather than been set back."""


class Counting(msgspec.Struct, frozen=True, kw_only=True):
    """How a controller counts: from ``low`` to ``high`` and round again; ``high`` None: it never goes round.

    ``zero_is_none``: 0 names no cycle. ``acknowledged``: the controller waits for the agent, so that only one that
    does not wait loses anything, and a number that never moves says nothing.
    """

    low: int = 0
    high: int | None = None
    zero_is_none: bool = False
    acknowledged: bool = True


class Jump(msgspec.Struct, frozen=True, kw_only=True):
    """Cycles ``first`` to ``last`` that were never stored; without them, a counter that was set back."""

    count: int
    reason: str
    first: int | None = None
    last: int | None = None


def counting_of(resolved: Resolved, *, zero_is_none: bool, acknowledged: bool) -> Counting:
    """How the cycle number of a station counts, by the type of its point."""
    point = resolved.role("cycle")
    plain = point.scale == 1 and point.offset == 0 and point.mask is None and point.enum is None
    if not plain or point.type not in INTEGER_BITS:
        return Counting(zero_is_none=zero_is_none, acknowledged=acknowledged)
    bits, signed = INTEGER_BITS[point.type]
    low = -(1 << bits - 1) if signed else 0
    return Counting(low=low, high=low + (1 << bits) - 1, zero_is_none=zero_is_none, acknowledged=acknowledged)


def jumps_between(before: int, now: int, counting: Counting, *, resumed: bool) -> tuple[Jump, ...]:
    """What was missed between the cycle stored ``before`` and the one seen ``now``; ``resumed``: the agent started."""
    if now == before and counting.acknowledged:
        return ()
    if now > before:
        return _missed([(before + 1, now - 1)], _why(counting, resumed), counting)
    if _went_round(before, now, counting):
        assert counting.high is not None
        return _missed([(before + 1, counting.high), (counting.low, now - 1)], _why(counting, resumed), counting)
    reason = (
        f"the cycle counter was set back from {before} to {now} (controller restarted or replaced?); "
        "whether cycles fell between cannot be known"
    )
    return (Jump(count=0, reason=reason),)


def _went_round(before: int, now: int, counting: Counting) -> bool:
    if counting.high is None:
        return False
    near = min(_NEAR, (counting.high - counting.low) // 8)
    return before > counting.high - near and now < counting.low + near


def _missed(ranges: list[tuple[int, int]], reason: str, counting: Counting) -> tuple[Jump, ...]:
    found = []
    for first, last in ranges:
        start = first + 1 if first == 0 and counting.zero_is_none else first
        if start <= last:
            found.append(Jump(count=last - start + 1, first=start, last=last, reason=reason))
    return tuple(found)


def _why(counting: Counting, resumed: bool) -> str:
    if resumed:
        return "these cycles went by between the last one stored before the agent's start and the first one after it"
    if counting.acknowledged:
        return "the controller went on without waiting for the acknowledgement (overrun)"
    return "these cycles were over before they could be read and stored (overrun, or connection lost)"
