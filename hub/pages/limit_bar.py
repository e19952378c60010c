"""Where a value lies on its limits, as shares of a bar's width. Pure geometry, no markup."""

from decimal import Decimal

import msgspec

from hub.trace.views import LimitState, MeasurementView

_BESIDE = 0.25
"""Room beside the limits, as a share of the distance between them."""


class LimitBar(msgspec.Struct, frozen=True, kw_only=True):
    """Places in percent of the width; None for what is not there. ``off`` -1 or 1: the value lies beyond the bar."""

    value: float
    off: int
    lsl: float | None
    target: float | None
    usl: float | None
    inside_from: float
    inside_width: float


def limit_bar(view: MeasurementView) -> LimitBar | None:
    """The bar of a value; None without a value or without limits it may be compared with."""
    if view.value is None or view.state in (LimitState.NO_LIMITS, LimitState.OTHER_UOM, LimitState.NO_VALUE):
        return None
    low, high = domain_of(view.value, view.lsl, view.target, view.usl)

    def place(at: Decimal) -> float:
        return round(min(max(float((at - low) / (high - low)), 0.0), 1.0) * 100, 2)

    begin = 0.0 if view.lsl is None else place(view.lsl)
    end = 100.0 if view.usl is None else place(view.usl)
    return LimitBar(
        value=min(max(place(view.value), 1.5), 98.5),
        off=(view.value > high) - (view.value < low),
        lsl=None if view.lsl is None else begin,
        target=None if view.target is None else place(view.target),
        usl=None if view.usl is None else end,
        inside_from=begin,
        inside_width=max(round(end - begin, 2), 0.0),
    )


def badness(view: MeasurementView) -> float:
    """How near the limits a value came: 0 in the middle, 1 on a limit, more outside; below 0 without limits.

    One-sided: as a share of the way from the target, or from zero, to the limit.
    """
    if view.value is None or view.state is LimitState.NO_VALUE:
        return 3.0 if view.value is None else -1.0
    if view.state in (LimitState.NO_LIMITS, LimitState.OTHER_UOM):
        return -1.0
    outside = view.state in (LimitState.BELOW, LimitState.ABOVE)
    share = _share_of_room(view.value, view.lsl, view.target, view.usl)
    return max(share, 1.0) + 10.0 if outside else min(share, 1.0)


def _share_of_room(value: Decimal, lsl: Decimal | None, target: Decimal | None, usl: Decimal | None) -> float:
    middle = target
    if middle is None:
        middle = (lsl + usl) / 2 if lsl is not None and usl is not None else Decimal(0)
    limit = usl if lsl is None or (usl is not None and value >= middle) else lsl
    room = abs((limit if limit is not None else middle) - middle)
    return float(abs(value - middle) / room) if room else 1.0


def domain_of(
    value: Decimal, lsl: Decimal | None, target: Decimal | None, usl: Decimal | None
) -> tuple[Decimal, Decimal]:
    """What the bar spans: the limits with room beside them. One-sided bars reach to zero, or mirror the target."""
    if lsl is not None and usl is not None:
        room = (usl - lsl) * Decimal(_BESIDE) or abs(usl) or Decimal(1)
        return lsl - room, usl + room
    limit = usl if usl is not None else lsl
    assert limit is not None  # a bar has a limit
    anchor = target if target is not None and target != limit else Decimal(0)
    length = abs(limit - anchor) or abs(limit - value) or Decimal(1)
    room = length * Decimal(_BESIDE)
    if usl is not None:
        return min(limit - length, value) if value > limit - 3 * length else limit - length, limit + room
    return limit - room, max(limit + length, value) if value < limit + 3 * length else limit + length
