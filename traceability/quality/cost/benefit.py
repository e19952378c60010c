"""What an action saved: the costs of its cause before and after, against what the action itself cost.

The costs are taken per unit made (or per month, where units are not what drives them) and month by month, so that
their scatter tells how far the difference can be trusted: a two-sided 95 % interval of the difference of two means with
unequal variances (Welch 1947, degrees of freedom after Satterthwaite 1946). It knows only what the costs say, and
names what it does not know.
"""

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

import msgspec

from traceability.quality.distributions import t_quantile
from traceability.quality.intervals import CONFIDENCE, Interval

FEWEST_MONTHS = 3
"""On either side; of fewer no scatter is told."""
_DIGITS = 60
_SETTLED_MONTHS = 3


class Per(StrEnum):
    """What costs are related to."""

    UNIT = "unit"
    MONTH = "month"


class Doubt(StrEnum):
    """What the figure does not know."""

    OTHER_CHANGES = "other-changes"
    """What else changed at the same time: nothing was compared but before and after."""
    CHOSEN_BECAUSE_BAD = "chosen-because-bad"
    """A cause that was chosen because it was bad falls back by itself (regression to the mean)."""
    TOO_FEW_MONTHS = "too-few-months"
    """Too few months on a side to tell how much the costs scatter."""
    NOT_TOLD_APART = "not-told-apart"
    """The interval of the saving holds zero."""
    LATE_COSTS = "late-costs"
    """Failures after delivery of the latest months may still come."""
    ALLOCATED = "allocated"
    """More than half of the costs are allocated by a driver, not named by their entries."""
    MONTHS_LEFT_OUT = "months-left-out"
    """Months in which no unit was made are left out, with their costs."""
    UNALLOCATED = "unallocated"
    """There are costs in these months of which nobody knows whether the cause made them; they are on neither side."""
    NO_UNITS = "no-units"
    """No unit was made on one of the sides: there is no cost per unit."""
    NO_OUTLAY = "no-outlay"
    """Nobody said what the action cost: whether it pays back is not known, and is not nothing."""


class CostMonth(msgspec.Struct, frozen=True, kw_only=True):
    """The costs of the cause in one month, of which ``traced`` was named by entries; ``units`` made in it.

    ``unallocated`` may be of the cause or not: nothing says so.
    """

    month: date
    amount: Decimal
    traced: Decimal
    external: Decimal
    unallocated: Decimal = Decimal(0)
    units: int


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """The months before the action, or after it; ``rate`` is all costs over all units, or over the months."""

    months: int
    amount: Decimal
    units: int
    rate: Fraction | None
    spread: float | None
    """Standard deviation of the monthly rates (ddof 1)."""


class Outlay(msgspec.Struct, frozen=True, kw_only=True):
    """What the action cost: once, and each month since."""

    once: Decimal
    monthly: Decimal = Decimal(0)


class Benefit(msgspec.Struct, frozen=True, kw_only=True):
    """Savings are positive. ``saved`` is over the months after the action, ``net`` with its outlay taken off.

    Without an outlay nothing is told that depends on it: ``net``, ``monthly`` and ``payback`` are None.

    ``payback`` is in months from the action on, None where it does not pay back; ``payback_interval`` from the bounds
    of the saving, its high end None where the lower bound does not pay back.
    """

    per: Per
    currency: str
    before: Side
    after: Side
    outlay: Outlay | None
    saving: Fraction | None = None
    interval: Interval | None = None
    saved: Fraction | None = None
    saved_interval: Interval | None = None
    net: Fraction | None = None
    monthly: Fraction | None = None
    """Net saving of a month at the output after the action."""
    payback: Fraction | None = None
    payback_interval: tuple[float | None, ...] | None = None
    """Low and high end."""
    doubts: tuple[Doubt, ...] = ()


def benefit(
    before: Sequence[CostMonth],
    after: Sequence[CostMonth],
    outlay: Outlay | None,
    *,
    currency: str,
    per: Per,
    today: date,
) -> Benefit:
    """Before against after; no saving where a side has no units to relate its costs to.

    ``outlay`` is None where nobody said what the action cost.
    """
    kept = [_related(side, per) for side in (before, after)]
    sides = [_side(months, per) for months in kept]
    doubts = [Doubt.OTHER_CHANGES, Doubt.CHOSEN_BECAUSE_BAD, *_doubts(before, after, kept, today)]
    doubts += [Doubt.NO_OUTLAY] if outlay is None else []
    found = Benefit(per=per, currency=currency, before=sides[0], after=sides[1], outlay=outlay)
    if sides[0].rate is None or sides[1].rate is None:
        return msgspec.structs.replace(found, doubts=(*doubts, Doubt.NO_UNITS))
    saving = sides[0].rate - sides[1].rate
    interval = _welch(float(saving), *sides)
    doubts += [Doubt.TOO_FEW_MONTHS] if interval is None else []
    doubts += [Doubt.NOT_TOLD_APART] if interval is not None and interval.low <= 0 <= interval.high else []
    return _paid(msgspec.structs.replace(found, saving=saving, interval=interval, doubts=tuple(doubts)))


def _related(months: Sequence[CostMonth], per: Per) -> list[CostMonth]:
    return [one for one in months if one.units > 0] if per is Per.UNIT else list(months)


def _side(months: Sequence[CostMonth], per: Per) -> Side:
    with localcontext(prec=_DIGITS):
        amount = sum((one.amount for one in months), start=Decimal(0))
    units = sum(one.units for one in months)
    over = units if per is Per.UNIT else len(months)
    rates = [float(one.amount) / (one.units if per is Per.UNIT else 1) for one in months]
    return Side(
        months=len(months),
        amount=amount,
        units=units,
        rate=Fraction(amount) / over if over else None,
        spread=_deviation(rates),
    )


def _deviation(values: Sequence[float]) -> float | None:
    if len(values) < FEWEST_MONTHS:
        return None
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _welch(saving: float, before: Side, after: Side) -> Interval | None:
    if before.spread is None or after.spread is None:
        return None
    parts = [side.spread**2 / side.months for side in (before, after) if side.spread is not None]
    variance = math.fsum(parts)
    if variance == 0:
        return Interval(saving, saving)
    shares = [part**2 / (side.months - 1) for part, side in zip(parts, (before, after), strict=True)]
    degrees = variance**2 / math.fsum(shares)
    half = t_quantile(0.5 + CONFIDENCE / 2, degrees) * math.sqrt(variance)
    return Interval(saving - half, saving + half)


def _paid(found: Benefit) -> Benefit:
    """With what the saving comes to, given that there is one per unit or month."""
    assert found.saving is not None  # asked only then
    after = found.after
    over = after.units if found.per is Per.UNIT else after.months
    saved = found.saving * over
    bounds = found.interval
    told = msgspec.structs.replace(
        found,
        saved=saved,
        saved_interval=None if bounds is None else Interval(bounds.low * over, bounds.high * over),
    )
    if found.outlay is None:
        return told
    a_month = Fraction(over, after.months)
    monthly = found.saving * a_month - Fraction(found.outlay.monthly)
    once = Fraction(found.outlay.once)
    return msgspec.structs.replace(
        told,
        net=saved - once - Fraction(found.outlay.monthly) * after.months,
        monthly=monthly,
        payback=once / monthly if monthly > 0 else None,
        payback_interval=None if bounds is None else _payback(bounds, found.outlay, float(a_month)),
    )


def _payback(saving: Interval, outlay: Outlay, a_month: float) -> tuple[float, float | None] | None:
    low, high = (bound * a_month - float(outlay.monthly) for bound in (saving.low, saving.high))
    if high <= 0:
        return None
    return float(outlay.once) / high, float(outlay.once) / low if low > 0 else None


def _doubts(
    before: Sequence[CostMonth], after: Sequence[CostMonth], kept: Sequence[Sequence[CostMonth]], today: date
) -> list[Doubt]:
    every = (*before, *after)
    amounts = sum((one.amount for one in every), start=Decimal(0))
    traced = sum((one.traced for one in every), start=Decimal(0))
    found: list[Doubt] = []
    if any(one.external for one in every) and after and _months_between(after[-1].month, today) < _SETTLED_MONTHS:
        found.append(Doubt.LATE_COSTS)
    if amounts > 0 and traced * 2 < amounts:
        found.append(Doubt.ALLOCATED)
    if any(one.unallocated for one in every):
        found.append(Doubt.UNALLOCATED)
    if sum(len(side) for side in kept) < len(every):
        found.append(Doubt.MONTHS_LEFT_OUT)
    return found


def _months_between(month: date, today: date) -> int:
    return (today.year - month.year) * 12 + today.month - month.month
