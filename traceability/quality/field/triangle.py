"""Ship cohort x age: of the units put into use in a month, how many failed in their first, second … month of use."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import msgspec

from traceability.quality.field.lives import Fielded

DAYS_A_MONTH = 365.25 / 12


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """Units put into use in a month (its first day).

    ``failures[k]`` failed in month ``k`` of their use; ages that no unit of the cohort has reached yet are not there,
    and only the last one may still be incomplete.
    """

    month: date
    units: int
    failures: tuple[int, ...]

    @property
    def failed(self) -> int:
        """Failures at any age."""
        return sum(self.failures)


def triangle(fleet: Iterable[Fielded], day: date) -> tuple[Cohort, ...]:
    """The cohorts up to ``day``, the earliest first; failures after ``day`` are not known yet."""
    cohorts: defaultdict[date, list[Fielded]] = defaultdict(list)
    for unit in fleet:
        if unit.start <= day:
            cohorts[unit.start.replace(day=1)].append(unit)
    return tuple(_cohort(month, cohorts[month], day) for month in sorted(cohorts))


def _cohort(month: date, units: list[Fielded], day: date) -> Cohort:
    reached = int((day - min(unit.start for unit in units)).days / DAYS_A_MONTH)
    failures = [0] * (reached + 1)
    for unit in units:
        if unit.failed is not None and unit.start <= unit.failed <= day:
            failures[int((unit.failed - unit.start).days / DAYS_A_MONTH)] += unit.count
    return Cohort(month=month, units=sum(unit.count for unit in units), failures=tuple(failures))
