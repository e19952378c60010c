"""Costs to parts, operations, suppliers and causes: by what an entry says, else by what was counted in its month."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from operator import attrgetter

import msgspec
from msgspec.structs import astuple

from traceability.quality.cost.category import Category, Driver
from traceability.quality.cost.split import exact_sum, largest_remainder


class Dimension(StrEnum):
    """What costs are allocated to."""

    PART = "part"
    OPERATION = "operation"
    SUPPLIER = "supplier"
    CAUSE = "cause"


class Place(msgspec.Struct, frozen=True, order=True):
    """What a cost is about; empty: not known."""

    part: str = ""
    operation: str = ""
    supplier: str = ""
    cause: str = ""

    def of(self, dimension: Dimension) -> str:
        """Its name in one dimension."""
        return _NAME_OF[dimension](self)

    def within(self, other: "Place") -> bool:
        """Whether it is what ``other`` names, as far as that says."""
        return all(not told or told == own for own, told in zip(astuple(self), astuple(other), strict=True))

    def agrees(self, other: "Place") -> bool:
        """Whether both may be the same: nowhere do they name different things."""
        return all(not told or not own or told == own for own, told in zip(astuple(self), astuple(other), strict=True))

    def joined(self, other: "Place") -> "Place":
        """What either of them names."""
        return Place(*(own or told for own, told in zip(astuple(self), astuple(other), strict=True)))


NOWHERE = Place()
_NAME_OF: dict[Dimension, Callable[[Place], str]] = {each: attrgetter(each.value) for each in Dimension}


class Source(StrEnum):
    """Where an amount comes from."""

    ENTRY = "entry"
    """A cost entry of prevention or appraisal."""
    LEDGER = "ledger"
    """The loss ledger."""
    RATE = "rate"
    """A quantity that was counted, times the rate in force on its day."""


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """An amount of one currency in a month (its first day)."""

    category: Category
    item: str
    """An activity, or a cost item of the notice."""
    month: date
    amount: Decimal
    place: Place = NOWHERE
    driver: Driver | None = None
    source: Source


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """So much of a driver was counted at a place on a day of the plant."""

    driver: Driver
    day: date
    amount: Fraction
    place: Place = NOWHERE

    @property
    def month(self) -> date:
        """The first day of its month."""
        return self.day.replace(day=1)


class Allocated(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the costs at one place; ``stated``: what the entry itself named, the rest is the ``driver``'s.

    Without a driver there was none, or nothing was counted.
    """

    category: Category
    item: str
    month: date
    place: Place
    stated: Place
    amount: Decimal
    source: Source
    driver: Driver | None = None

    def traced(self, dimension: Dimension) -> bool:
        """Whether the entry itself named it."""
        return bool(self.stated.of(dimension))


_Group = tuple[Category, str, date, Place, Driver | None, Source]
_ByMonth = dict[tuple[Driver, date], dict[Place, Fraction]]


def allocate(costs: Iterable[Cost], quantities: Iterable[Quantity]) -> tuple[Allocated, ...]:
    """Every cost at its places; the amounts add up to those of the costs exactly.

    A cost goes to the places of its driver, in the month of the cost, that its entry does not contradict, in
    proportion to their quantities. Where nothing was counted it stays where the entry puts it.
    """
    counted = _by_month(quantities)
    groups: defaultdict[_Group, list[Decimal]] = defaultdict(list)
    for cost in costs:
        groups[cost.category, cost.item, cost.month, cost.place, cost.driver, cost.source].append(cost.amount)
    found: list[Allocated] = []
    for (category, item, month, place, driver, source), amounts in sorted(groups.items(), key=_order):
        weights = {} if driver is None else _fitting(counted.get((driver, month), {}), place)
        for where, amount in _spread(exact_sum(amounts), weights, place):
            found.append(
                Allocated(
                    category=category,
                    item=item,
                    month=month,
                    place=where,
                    stated=place,
                    amount=amount,
                    source=source,
                    driver=driver if weights else None,
                )
            )
    return tuple(found)


def _order(pair: tuple[_Group, list[Decimal]]) -> tuple[str, str, date, Place, str, str]:
    category, item, month, place, driver, source = pair[0]
    return category.value, item, month, place, driver or "", source.value


def _by_month(quantities: Iterable[Quantity]) -> _ByMonth:
    found: _ByMonth = {}
    for one in quantities:
        places = found.setdefault((one.driver, one.month), {})
        known = places.get(one.place)
        places[one.place] = one.amount if known is None else known + one.amount
    return found


def _fitting(places: dict[Place, Fraction], stated: Place) -> dict[Place, Fraction]:
    """The places that the entry does not contradict, told as exactly as either of them does."""
    positive = {place: amount for place, amount in places.items() if amount.numerator > 0}
    if stated == NOWHERE:
        return positive
    weights: dict[Place, Fraction] = {}
    for place, amount in positive.items():
        if place.agrees(stated):
            joined = stated.joined(place)
            known = weights.get(joined)
            weights[joined] = amount if known is None else known + amount
    return weights


def _spread(amount: Decimal, weights: dict[Place, Fraction], stated: Place) -> Sequence[tuple[Place, Decimal]]:
    if not weights:
        return [(stated, amount)]
    places = sorted(weights, key=astuple)
    shares = largest_remainder(amount, [weights[place] for place in places])
    return [(place, share) for place, share in zip(places, shares, strict=True) if share]
