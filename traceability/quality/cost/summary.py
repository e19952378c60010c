"""Allocated costs added up: by category and month, by item, and the Pareto of each dimension."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

import msgspec

from traceability.quality.cost.allocate import Allocated, Dimension, Source
from traceability.quality.cost.category import Category, Driver
from traceability.quality.cost.split import exact_sum

K = TypeVar("K", bound=Hashable)
NOTHING = Decimal(0)


class CategorySum(msgspec.Struct, frozen=True, kw_only=True):
    """One category; ``share`` of all, None where the whole is not positive."""

    category: Category
    amount: Decimal
    share: Fraction | None


class MonthSum(msgspec.Struct, frozen=True, kw_only=True):
    """The four categories in a month, by its first day."""

    month: date
    prevention: Decimal = NOTHING
    appraisal: Decimal = NOTHING
    internal: Decimal = NOTHING
    external: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        """All four."""
        return exact_sum([self.prevention, self.appraisal, self.internal, self.external])


class ItemSum(msgspec.Struct, frozen=True, kw_only=True):
    """One activity or cost item, and where its amounts come from."""

    category: Category
    item: str
    amount: Decimal
    sources: tuple[Source, ...]


class ShareLine(msgspec.Struct, frozen=True, kw_only=True):
    """One part, operation, supplier or cause: what its entries name, and what was allocated to it.

    ``share`` is of all costs, unallocated ones included; ``running`` adds up the shares so far. None where the whole is
    not positive.
    """

    name: str
    amount: Decimal
    traced: Decimal
    allocated: Decimal
    share: Fraction | None
    running: Fraction | None


class DimensionSum(msgspec.Struct, frozen=True, kw_only=True):
    """The greatest first; ``unallocated`` is what nothing says where it belongs. They add up to all costs."""

    dimension: Dimension
    lines: tuple[ShareLine, ...]
    unallocated: Decimal


def total_of(found: Iterable[Allocated]) -> Decimal:
    """All of it."""
    return exact_sum([one.amount for one in found])


def by_category(found: Sequence[Allocated]) -> tuple[CategorySum, ...]:
    """All four, in their order."""
    sums, total = _sums(found, lambda one: one.category), total_of(found)
    return tuple(
        CategorySum(category=each, amount=sums.get(each, NOTHING), share=_share(sums.get(each, NOTHING), total))
        for each in Category
    )


def by_month(found: Sequence[Allocated], months: Sequence[date]) -> tuple[MonthSum, ...]:
    """Each of ``months``, one without costs too."""
    sums = _sums(found, lambda one: (one.month, one.category))
    return tuple(
        MonthSum(month=month, **{each.value: sums.get((month, each), NOTHING) for each in Category}) for month in months
    )


def by_item(found: Sequence[Allocated]) -> tuple[ItemSum, ...]:
    """The greatest first."""
    sums = _sums(found, lambda one: (one.category, one.item))
    sources: defaultdict[tuple[Category, str], set[Source]] = defaultdict(set)
    for one in found:
        sources[one.category, one.item].add(one.source)
    ordered = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0][0].value, pair[0][1]))
    return tuple(
        ItemSum(category=key[0], item=key[1], amount=amount, sources=tuple(sorted(sources[key])))
        for key, amount in ordered
    )


def by_dimension(found: Sequence[Allocated], dimension: Dimension) -> DimensionSum:
    """Pareto of one dimension."""
    total = total_of(found)
    sums = _sums(found, lambda one: one.place.of(dimension))
    traced = _sums([one for one in found if one.traced(dimension)], lambda one: one.place.of(dimension))
    unallocated = sums.pop("", NOTHING)
    lines, running = [], NOTHING
    for name, amount in sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])):
        running = exact_sum([running, amount])
        own = traced.get(name, NOTHING)
        lines.append(
            ShareLine(
                name=name,
                amount=amount,
                traced=own,
                allocated=exact_sum([amount, -own]),
                share=_share(amount, total),
                running=_share(running, total),
            )
        )
    return DimensionSum(dimension=dimension, lines=tuple(lines), unallocated=unallocated)


def by_driver(found: Sequence[Allocated], dimension: Dimension) -> dict[tuple[str, Driver], Decimal]:
    """What each name of a dimension was allocated by each driver, without what entries name themselves."""
    allocated = [(one, one.driver) for one in found if one.place.of(dimension) and not one.traced(dimension)]
    amounts: defaultdict[tuple[str, Driver], list[Decimal]] = defaultdict(list)
    for one, driver in allocated:
        if driver is not None:
            amounts[one.place.of(dimension), driver].append(one.amount)
    return {key: exact_sum(several) for key, several in sorted(amounts.items())}


def _sums(found: Iterable[Allocated], key: Callable[[Allocated], K]) -> dict[K, Decimal]:
    amounts: defaultdict[K, list[Decimal]] = defaultdict(list)
    for one in found:
        amounts[key(one)].append(one.amount)
    return {name: exact_sum(several) for name, several in amounts.items()}


def _share(amount: Decimal, total: Decimal) -> Fraction | None:
    return Fraction(amount) / Fraction(total) if total > 0 else None
