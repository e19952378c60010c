"""Ages of units: of those that failed at failure, of the others so far (right-censored).

A unit counts from the day it was put into use; one that fails on that day has lived half a day. Only its first failure
counts: what is repaired is another thing.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

import msgspec

Ages = tuple[tuple[float, int], ...]
"""Ages in ascending order, each with how many units have it."""

FIRST_DAY = 0.5


class Fielded(msgspec.Struct, frozen=True):
    """``count`` units that were put into use on one day, and failed on one day (None: not so far).

    ``rate`` is what they are used a day, for ages in another unit than days (running hours, cycles, kilometres).
    """

    start: date
    failed: date | None = None
    count: int = 1
    rate: float = 1.0


class Lives(msgspec.Struct, frozen=True):
    """Ages above 0, in days or in the unit of usage."""

    failed: Ages
    running: Ages = ()

    @property
    def failures(self) -> int:
        """How many failed."""
        return sum(count for _, count in self.failed)

    @property
    def units(self) -> int:
        """How many there are."""
        return self.failures + sum(count for _, count in self.running)


def lives_of(failed: Iterable[float], running: Iterable[float] = ()) -> Lives:
    """Ages one by one, as lives."""
    return Lives(*(tuple(sorted(Counter(map(float, ages)).items())) for ages in (failed, running)))


def lives_at(fleet: Iterable[Fielded], day: date) -> Lives:
    """What was known at the end of ``day`` of the units that were in use by then; ages in days x rate."""
    failed: Counter[float] = Counter()
    running: Counter[float] = Counter()
    for unit in fleet:
        if unit.start > day or unit.count < 1:
            continue
        if unit.failed is not None and unit.failed <= day:
            failed[_age(unit.start, unit.failed) * unit.rate] += unit.count
        else:
            running[_age(unit.start, day) * unit.rate] += unit.count
    return Lives(tuple(sorted(failed.items())), tuple(sorted(running.items())))


def failures_between(fleet: Iterable[Fielded], after: date, through: date) -> int:
    """How many of the units that were running at the end of ``after`` failed by the end of ``through``."""
    return sum(
        unit.count
        for unit in fleet
        if unit.start <= after and unit.failed is not None and after < unit.failed <= through
    )


def binned(ages: Ages, most: int) -> Ages:
    """The same units in at most ``most`` ages: neighbours are put together at their mean age."""
    if len(ages) <= most:
        return ages
    low, high = ages[0][0], ages[-1][0]
    width = (high - low) / most
    sums: dict[int, tuple[float, int]] = {}
    for age, count in ages:
        place = min(int((age - low) / width), most - 1)
        total, units = sums.get(place, (0.0, 0))
        sums[place] = total + age * count, units + count
    return tuple((total / units, units) for _, (total, units) in sorted(sums.items()))


def _age(start: date, end: date) -> float:
    return max(float((end - start).days), FIRST_DAY)
