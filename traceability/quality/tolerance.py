"""Tolerances as manufacturing finds them: how much of one is used, and which one an index would need.

From Cpk = min(USL - x̄, x̄ - LSL) / 3s (ISO 22514-2): about a nominal value the half width that gives an index c is
3cs + |x̄ - nominal| with the process as it lies, and 3cs if it were centred.
"""

import math

import msgspec

from traceability.quality.errors import OutOfDomain


class Limits(msgspec.Struct, frozen=True):
    """Lower and upper limit; None on the side that has none."""

    low: float | None
    high: float | None

    @property
    def width(self) -> float | None:
        """From limit to limit."""
        return None if self.low is None or self.high is None else self.high - self.low


class Needed(msgspec.Struct, frozen=True, kw_only=True):
    """What limits would give ``index``: with the process as it lies, and if it were centred (two-sided only)."""

    index: float
    as_it_lies: Limits
    if_centred: Limits | None


def share_used(sigma: float, limits: Limits) -> float | None:
    """6s over the tolerance; None with one limit only."""
    width = limits.width
    return None if width is None or width <= 0.0 else 6.0 * sigma / width


def tolerance_for(index: float, mean: float, sigma: float, limits: Limits, nominal: float | None) -> Needed:
    """The limits that would give ``index`` > 0; ``nominal`` None: the middle of the present limits.

    ``OutOfDomain`` without any limit: nobody then knows which side counts.
    """
    if index <= 0.0 or sigma < 0.0 or not math.isfinite(mean + sigma) or limits == Limits(None, None):
        message = f"no tolerance for an index of {index} with s = {sigma}, mean = {mean}, limits {limits}"
        raise OutOfDomain(message)
    half = 3.0 * index * sigma
    if limits.low is None or limits.high is None:
        one = Limits(None if limits.low is None else mean - half, None if limits.high is None else mean + half)
        return Needed(index=index, as_it_lies=one, if_centred=None)
    middle = (limits.low + limits.high) / 2.0 if nominal is None else nominal
    wide = half + abs(mean - middle)
    return Needed(
        index=index,
        as_it_lies=Limits(middle - wide, middle + wide),
        if_centred=Limits(middle - half, middle + half),
    )
