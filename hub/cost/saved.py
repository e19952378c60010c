"""What an action saved: the costs of its cause at a plant before and after, against what the action cost."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from fastapi import Query

from hub.cost.asked import AskedPlace, months_before, today_at
from hub.cost.gather import last_day, months_of
from hub.cost.measured import units_made
from hub.cost.report import PlantCosts, plant_costs
from hub.errors import EntryRefused
from hub.named import Named
from hub.store.core.database import Reading
from hub.suppliers.asked import plant_entry
from traceability.quality.cost.allocate import NOWHERE, Dimension, Place
from traceability.quality.cost.benefit import Benefit, CostMonth, Outlay, Per, benefit
from traceability.quality.cost.category import Category, Driver
from traceability.quality.cost.split import exact_sum
from traceability.quality.reason import Reason
from traceability.quality.window import Window

MOST_MONTHS = 24


class AskedBenefit(AskedPlace):
    """Since when an action works, what it cost once and each month, and how many months on either side count.

    Where neither cost is given, what the action cost is unknown; where one is, the other is nothing.
    """

    since: Annotated[date, Query()]
    months: Annotated[int, Query(ge=1, le=MOST_MONTHS)] = 6
    cost: Annotated[Decimal | None, Query(ge=0, max_digits=18, decimal_places=6)] = None
    monthly: Annotated[Decimal | None, Query(ge=0, max_digits=18, decimal_places=6)] = None
    per: Per = Per.UNIT
    category: Category | None = None
    net: Annotated[bool | None, Query()] = None


class BenefitAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whole months before and after; that in which the action began is in neither, unless it began on its first day.

    ``reason`` says why nothing is told.
    """

    plant: Named
    since: date
    narrowed: Place
    category: Category | None
    net: bool
    currency: str
    before: tuple[CostMonth, ...]
    after: tuple[CostMonth, ...]
    benefit: Benefit | None
    reason: Reason | None = None


def _outlay(asked: AskedBenefit) -> Outlay | None:
    if asked.cost is None and asked.monthly is None:
        return None
    return Outlay(once=asked.cost or Decimal(0), monthly=asked.monthly or Decimal(0))


def saved_by(connection: Reading, plant: str, asked: AskedBenefit, now: datetime) -> BenefitAnswer:
    """``EntryRefused`` while no whole month has passed since; ``NotFound`` for a plant that may not be seen."""
    entry = plant_entry(connection, plant)
    today = today_at(connection, plant, now)
    before, after = months_around(asked.since, asked.months, today)
    costs = plant_costs(connection, plant, Window(before[0], last_day(after[-1])), now, net=asked.net)
    figures = _months(costs, asked.place, asked.category, {*before, *after})
    sides = [tuple(figures[month] for month in side) for side in (before, after)]
    found = None
    if costs.reason is None:
        found = benefit(sides[0], sides[1], _outlay(asked), currency=costs.currency, per=asked.per, today=today)
    return BenefitAnswer(
        plant=entry.named,
        since=asked.since,
        narrowed=asked.place,
        category=asked.category,
        net=costs.net,
        currency=costs.currency,
        before=sides[0],
        after=sides[1],
        benefit=found,
        reason=costs.reason,
    )


def months_around(since: date, most: int, today: date) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """First days of at most ``most`` whole months before and after; ``EntryRefused`` where none is over yet."""
    if not date(1980, 1, 1) <= since <= today:
        raise EntryRefused(
            f"{since} lies outside the time that can be compared", where="since", advice="name a day before today"
        )
    month = since.replace(day=1)
    began = month if since.day == 1 else months_before(month, -1)
    last = months_before(today.replace(day=1), 1)
    if last < began:
        raise EntryRefused(
            f"no whole month has passed since {since}", where="since", advice="ask again when a month is over"
        )
    after = months_of(Window(began, last))[:most]
    return months_of(Window(months_before(month, most), months_before(month, 1))), after


def _months(
    costs: PlantCosts, place: Place, category: Category | None, months: Collection[date]
) -> dict[date, CostMonth]:
    made = units_made(
        one for one in costs.counted if one.driver is Driver.INSPECTIONS and one.place.within(_of_units(place))
    )
    narrowed = [Dimension(name) for name in Dimension if place.of(name)]
    figures: dict[date, CostMonth] = {}
    for month in months:
        possible = [
            one
            for one in costs.found
            if one.month == month and one.place.agrees(place) and category in (None, one.category)
        ]
        found = [one for one in possible if one.place.within(place)]
        figures[month] = CostMonth(
            month=month,
            amount=exact_sum([one.amount for one in found]),
            traced=exact_sum([one.amount for one in found if all(one.traced(each) for each in narrowed)]),
            external=exact_sum([one.amount for one in found if one.category is Category.EXTERNAL]),
            unallocated=exact_sum([one.amount for one in possible if not one.place.within(place)]),
            units=sum(units for (when, _), units in made.items() if when == month),
        )
    return figures


def _of_units(place: Place) -> Place:
    """Units are counted by part and operation; nobody knows how many a supplier or a cause made."""
    return msgspec.structs.replace(NOWHERE, part=place.part, operation=place.operation)
