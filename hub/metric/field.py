"""What failed in the field, of what was shipped."""

from collections import Counter
from fractions import Fraction

import msgspec

from hub.metric import why
from hub.metric.asked import Asked
from hub.metric.figure import Counted, MetricFigure
from hub.metric.yields import made_ok
from hub.scorecard.lots import field_returns
from hub.store.quality.field import field_failures
from hub.tabular.words import NOTHING, Words
from hub.trace.catalogue import part_of_item
from traceability.identifier.item import parse_item
from traceability.quality.field_return import CohortReturns
from traceability.quality.intervals import clopper_pearson
from traceability.quality.window import Window


class _OfPart(msgspec.Struct):
    """Units of one part in one period: ``shipped`` by statement, ``made`` by the records, and those that failed."""

    shipped: int = 0
    returned: int = 0
    made: int = 0
    claimed: int = 0

    @property
    def counted(self) -> Counted:
        """Both ways of counting may tell of the same units: the larger number stands."""
        n = self.shipped or self.made
        return Counted(k=min(n, max(self.returned, self.claimed)), n=n)


def failure_share(asked: Asked) -> list[MetricFigure]:
    """Units of the months shipped that begin in the period, and of them those that failed by now.

    Of a part of which no shipped month was stated: units made in the period, and claims that name one of them.
    """
    where = asked.reference
    if where.line or where.operation or where.characteristic:
        return asked.untold(why.NOT_IN_FIELD)
    cohorts = [one for one in field_returns(asked.connection, [where.plant]).get(where.plant, ()) if _takes(asked, one)]
    failed = {
        one.unit
        for one in field_failures(asked.connection, [where.plant])
        if where.part in ("", part_of_item(parse_item(one.unit)))
    }
    if not cohorts and not failed:
        return asked.untold(why.NOTHING_OF_FIELD)
    parts = {one.part for one in cohorts} | {part_of_item(parse_item(unit)) or "" for unit in failed}
    return [
        _figure(asked, window, found)
        for window, found in zip(asked.windows, _by_period(asked, cohorts, failed, parts), strict=True)
    ]


def _takes(asked: Asked, one: CohortReturns) -> bool:
    return asked.reference.part in ("", one.part)


def _by_period(
    asked: Asked, cohorts: list[CohortReturns], failed: set[str], parts: set[str]
) -> list[dict[str, _OfPart]]:
    found: list[dict[str, _OfPart]] = [{part: _OfPart() for part in sorted(parts)} for _ in asked.windows]
    for one in cohorts:
        number = asked.number_of_day(one.month)
        if number is not None:
            found[number][one.part].shipped += one.shipped
            found[number][one.part].returned += one.returned
    made = made_ok(asked, failed)
    for number, counts in enumerate(made.by_part):
        for part, units in counts.items():
            if part in found[number]:
                found[number][part].made = units
    for number, claims in enumerate(made.failed):
        for part, units in Counter(claims).items():
            if part in found[number]:
                found[number][part].claimed = units
    return found


def _figure(asked: Asked, window: Window, parts: dict[str, _OfPart]) -> MetricFigure:
    counted = [one.counted for one in parts.values()]
    k, n = sum(one.k for one in counted), sum(one.n for one in counted)
    if not n:
        return asked.figure(window, why=why.NOTHING_SHIPPED)
    by_made = sorted(part for part, one in parts.items() if not one.shipped and one.made)
    names = ", ".join(by_made)[:360]
    told = Words(f"of units made, not shipped: {names}", f"按生产数（非发货数）计：{names}") if by_made else NOTHING
    return asked.figure(
        window, exact=Fraction(k, n), n=n, interval=clopper_pearson(k, n), why=told, basis=Counted(k=k, n=n)
    )
