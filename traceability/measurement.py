"""What a station measures: characteristics with limits, and measured values as exact integers.

A value is kept as an integer in the characteristic's resolution (``value`` x 10**-``decimals`` ``uom``), so that
sums merge exactly in any order. Units of measure are UCUM codes ("mm", "N.m", "Cel"). ``Status`` has the meaning of
an OPC UA status code's severity (OPC 10000-4, 7.39).
"""

from decimal import Decimal
from enum import StrEnum

import msgspec


class Status(StrEnum):
    """How far a value can be trusted."""

    GOOD = "Good"
    UNCERTAIN = "Uncertain"
    BAD = "Bad"


class Characteristic(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is measured on a part (AIAG control plan): limits in ``uom``, ``key`` for 关键特性.

    A missing limit means a one-sided characteristic. ``decimals`` is the resolution in which values are kept.
    """

    id: str
    name: str
    operation: str
    uom: str
    decimals: int
    lsl: Decimal | None = None
    target: Decimal | None = None
    usl: Decimal | None = None
    key: bool = False


class Measurement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One value of one characteristic; ``value`` is None when nothing trustworthy was read (status Bad).

    ``raw`` is the device's own value as decimal text, present only when resolution rounded it.
    """

    characteristic: str
    value: int | None
    decimals: int
    uom: str
    status: Status = Status.GOOD
    raw: str | None = None


def exact(value: int, decimals: int) -> Decimal:
    """The measured value in its unit: ``exact(25012, 3) == Decimal("25.012")``."""
    return Decimal(value).scaleb(-decimals)
