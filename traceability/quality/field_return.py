"""Units that failed in the field, by the month in which they were shipped (rule R5)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from traceability.quality.window import Window


class CohortReturns(msgspec.Struct, frozen=True, kw_only=True):
    """Of ``shipped`` units of a part that left in a month (its first day), ``returned`` had failed by ``as_of``."""

    part: str
    month: date
    shipped: int
    returned: int
    as_of: date
    record: str


def latest_returns(stated: Iterable[CohortReturns]) -> tuple[CohortReturns, ...]:
    """The latest statement of each part and month, where statements come in the order of the log."""
    latest: dict[tuple[str, date], CohortReturns] = {}
    for one in stated:
        known = latest.get((one.part, one.month))
        if known is None or one.as_of >= known.as_of:
            latest[one.part, one.month] = one
    return tuple(latest[key] for key in sorted(latest))


def returns_within(cohorts: Iterable[CohortReturns], window: Window) -> tuple[CohortReturns, ...]:
    """Those of months that the window touches."""
    first = window.first.replace(day=1)
    return tuple(one for one in cohorts if first <= one.month <= window.last)


def returned_units(cohorts: Iterable[CohortReturns], failed: Mapping[str, int]) -> int | None:
    """How many failed; None where nobody stated anything.

    ``failed``: by part, units known by their serial to have failed. Both ways of counting may tell of the same units,
    so for each part the larger number stands.
    """
    counted = Counter(failed)
    stated: Counter[str] = Counter()
    for one in cohorts:
        stated[one.part] += one.returned
    if not stated and not counted:
        return None
    return sum(max(stated[part], counted[part]) for part in {*stated, *counted})
