"""Money taken apart without losing any: by weights, and by days."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from math import lcm

from traceability.quality.errors import OutOfDomain

CENT = Decimal("0.01")
_DIGITS = 60  # of a sum that stays exact
_FINEST, _LARGEST = -18, 30  # powers of ten of an amount that stays exact in sums


def is_amount(amount: Decimal) -> bool:
    """Whether it is finite, and of a size in which sums stay exact."""
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= _FINEST and amount.adjusted() <= _LARGEST


def quantum(amount: Decimal) -> Decimal:
    """The unit in which an amount is taken apart: a cent, or finer where the amount itself is."""
    exponent = amount.as_tuple().exponent
    if not is_amount(amount) or not isinstance(exponent, int):
        raise OutOfDomain(f"an amount of money is finite, with at most {-_FINEST} decimals, not {amount}")
    return Decimal(1).scaleb(min(exponent, -2))


def largest_remainder(amount: Decimal, weights: Sequence[Fraction]) -> list[Decimal]:
    """``amount`` in proportion to ``weights``, in whole cents that add up to it exactly.

    Every share is cut to the cent, and the cents left over go to the largest remainders (Hare–Niemeyer), of equal ones
    to the first. ``OutOfDomain`` unless the weights are non-negative and not all zero.
    """
    whole_in = lcm(*(weight.denominator for weight in weights))
    parts = [weight.numerator * (whole_in // weight.denominator) for weight in weights]
    total = sum(parts)
    if total <= 0 or min(parts) < 0:
        raise OutOfDomain("weights are not negative, and at least one of them is positive")
    unit = quantum(amount)
    units = int(Fraction(amount) / Fraction(unit))
    shares = [divmod(abs(units) * part, total) for part in parts]
    whole = [share for share, _ in shares]
    left = abs(units) - sum(whole)
    by_remainder = sorted(range(len(shares)), key=lambda place: -shares[place][1])
    for place in by_remainder[:left]:
        whole[place] += 1
    sign = -1 if units < 0 else 1
    with localcontext(prec=_DIGITS):
        return [sign * count * unit for count in whole]


def accrued(amount: Decimal, first: date, last: date, begin: date, end: date) -> Decimal:
    """What of an amount that accrues evenly from ``first`` to ``last`` falls on ``begin`` to ``end``; days included.

    The shares of any two neighbouring periods add up to that of both (rule R16: the period of the cost counts).
    """
    if last < first:
        raise OutOfDomain(f"a cost accrues from {first} to {last}: the end lies before the begin")
    if begin <= first and last <= end:
        return amount
    days = (last - first).days + 1
    before = min(max((begin - first).days, 0), days)
    through = min(max((end - first).days + 1, before), days)
    with localcontext(prec=_DIGITS):
        return _until(amount, through, days) - _until(amount, before, days)


def exact_sum(amounts: Sequence[Decimal]) -> Decimal:
    """Without rounding."""
    with localcontext(prec=_DIGITS):
        return sum(amounts, start=Decimal(0))


def _until(amount: Decimal, through: int, days: int) -> Decimal:
    unit = quantum(amount)
    return int(Fraction(amount) / Fraction(unit) * through / days) * unit
