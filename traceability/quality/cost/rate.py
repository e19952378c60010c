"""Quantities priced by the rate that was in force on their day; the more exact rate comes first."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction

import msgspec

from traceability.quality.cost.allocate import Place, Quantity
from traceability.quality.errors import OutOfDomain

_DIGITS = 60


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """The price of one of what is counted, from a day on; empty ``part`` or ``operation``: of every one.

    ``end`` is its last day, None: until the next one.
    """

    id: str
    part: str
    operation: str
    amount: Decimal
    currency: str
    begin: date
    end: date | None = None


_ByPlace = dict[tuple[str, str], list[Rate]]
"""By part and operation, the earliest first."""


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """Quantities of one month at one place times one rate."""

    rate: Rate
    month: date
    place: Place
    quantity: Fraction

    @property
    def amount(self) -> Decimal:
        """Exact: ``OutOfDomain`` where the quantity is no decimal fraction."""
        return _times(self.rate.amount, self.quantity)


class Pricing(msgspec.Struct, frozen=True, kw_only=True):
    """What was priced, and how much of it has no rate."""

    priced: tuple[Priced, ...]
    unpriced: Fraction


def rate_on(rates: Sequence[Rate], part: str, operation: str, day: date) -> Rate | None:
    """Of the rates that hold on a day that of the part and operation, else the part's, the operation's, anybody's."""
    return _rate_on(_by_place(rates), part, operation, day)


def changes_of(rates: Iterable[Rate]) -> frozenset[date]:
    """The days on which another rate may hold than the day before: between two of them none does."""
    begins, ends = set[date](), set[date]()
    for rate in rates:
        begins.add(rate.begin)
        if rate.end is not None and rate.end < date.max:
            ends.add(rate.end + timedelta(days=1))
    return frozenset(begins | ends)


def _by_place(rates: Sequence[Rate]) -> _ByPlace:
    found: _ByPlace = {}
    for rate in sorted(rates, key=lambda rate: rate.begin):
        found.setdefault((rate.part, rate.operation), []).append(rate)
    return found


def _rate_on(rates: _ByPlace, part: str, operation: str, day: date) -> Rate | None:
    for wanted in dict.fromkeys(((part, operation), (part, ""), ("", operation), ("", ""))):
        several = rates.get(wanted, [])
        begun = bisect_right(several, day, key=lambda rate: rate.begin)
        latest = several[begun - 1] if begun else None
        if latest is not None and (latest.end is None or day <= latest.end):
            return latest
    return None


def price(quantities: Iterable[Quantity], rates: Sequence[Rate]) -> Pricing:
    """Every quantity by the rate of its day; added up by month, rate and place but for the cause.

    The cause is left to the allocation: it is by it that shares of one result may go to several.
    """
    sums: defaultdict[tuple[str, date, Place], Fraction] = defaultdict(Fraction)
    used: dict[str, Rate] = {}
    unpriced = Fraction(0)
    find = _remembering(rates)
    for one in quantities:
        rate = find(one.place.part, one.place.operation, one.day)
        if rate is None:
            unpriced += one.amount
            continue
        used[rate.id] = rate
        place = Place(one.place.part, one.place.operation, one.place.supplier)
        sums[rate.id, one.month, place] += one.amount
    priced = tuple(
        Priced(rate=used[name], month=month, place=place, quantity=amount)
        for (name, month, place), amount in sorted(sums.items())
    )
    return Pricing(priced=priced, unpriced=unpriced)


def _remembering(rates: Sequence[Rate]) -> Callable[[str, str, date], Rate | None]:
    known: dict[tuple[str, str, date], Rate | None] = {}
    places = _by_place(rates)

    def find(part: str, operation: str, day: date) -> Rate | None:
        key = (part, operation, day)
        if key not in known:
            known[key] = _rate_on(places, *key)
        return known[key]

    return find


def _times(amount: Decimal, quantity: Fraction) -> Decimal:
    if quantity.denominator != 1:
        raise OutOfDomain(f"a priced quantity is a whole number, not {quantity}")
    with localcontext(prec=_DIGITS):
        return amount * quantity.numerator
