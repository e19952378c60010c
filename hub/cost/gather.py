"""The costs of a plant in a window: its cost entries, its loss ledger, and what was counted at a rate."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import msgspec

from hub.cost.entries import CostEntry, causes_of_losses, cost_entries
from hub.master.build import canonical_part
from hub.store.core.database import Reading
from hub.store.quality.queries import LossLine, loss_lines, standing_statements
from traceability.quality.cost.allocate import NOWHERE, Cost, Place, Quantity, Source
from traceability.quality.cost.category import (
    Activity,
    Driver,
    category_of_loss,
    driver_of_loss,
    driver_of_received,
    in_minutes,
)
from traceability.quality.cost.rate import Priced, Rate, price
from traceability.quality.cost.split import accrued, exact_sum, is_amount
from traceability.quality.loss import CostItem
from traceability.quality.window import Window
from traceability.record.quality import CostRateKind, CostRateRecord

RATED: tuple[tuple[Activity, CostRateKind, Driver], ...] = (
    (Activity.INSPECTION, CostRateKind.INSPECTION, Driver.INSPECTIONS),
    (Activity.INCOMING_INSPECTION, CostRateKind.INCOMING_INSPECTION, Driver.INCOMING_CHECKS),
    (Activity.CALIBRATION, CostRateKind.CALIBRATION, Driver.CALIBRATIONS),
)
"""Appraisal that a rate prices. What a rate makes of failures goes through the loss ledger."""
_ITEMS = {item.value: item for item in CostItem}
_Timed = Collection[tuple[Driver | None, date]]
"""In which months something was counted of which driver."""
Rates = defaultdict[CostRateKind, list[Rate]]


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """A cost with its currency."""

    cost: Cost
    currency: str


class AtRate(msgspec.Struct, frozen=True, kw_only=True):
    """What one activity comes to by its rates in a month; not ``counted`` where an entry states the month's costs."""

    activity: Activity
    month: date
    amount: Decimal
    currency: str
    quantity: Fraction
    counted: bool


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """Costs of whatever currency; ``unpriced`` is what was counted on days without a rate, where a plant has rates."""

    costs: tuple[Money, ...]
    at_rates: tuple[AtRate, ...]
    unpriced: dict[Activity, Fraction]


def months_of(window: Window) -> tuple[date, ...]:
    """The first days of its months."""
    month, found = window.first.replace(day=1), []
    while month <= window.last:
        found.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return tuple(found)


def gather(
    connection: Reading, plant: str, window: Window, counted: Sequence[Quantity], rates: Rates, *, net: bool
) -> Gathered:
    """Everything that accrues in the window; ``rates`` are the plant's."""
    entered = _entered(connection, plant, window, _timed(counted))
    stated = {(one.cost.item, one.cost.month) for one in entered}
    priced: list[tuple[Activity, Driver, Priced]] = []
    unpriced: dict[Activity, Fraction] = {}
    for activity, kind, driver in RATED:
        if rates[kind]:
            found = price(_as_priced(counted, driver), rates[kind])
            priced += [(activity, driver, one) for one in found.priced]
            unpriced |= {activity: found.unpriced} if found.unpriced else {}
    at_rates = [_rated_cost(*one) for one in priced if (one[0].value, one[2].month) not in stated]
    return Gathered(
        costs=(*entered, *_losses(connection, plant, window, counted, net=net), *at_rates),
        at_rates=_at_rates(((activity, one) for activity, _, one in priced), stated),
        unpriced=unpriced,
    )


def rates_of(connection: Reading, plant: str) -> Rates:
    """The rates of a plant; of several that begin on one day the last one in the log."""
    stated: dict[tuple[CostRateKind, str, str, date], CostRateRecord] = {}
    for record, _ in standing_statements(connection, CostRateRecord, [plant]):
        stated[record.rate, record.part, record.operation, record.valid_from] = record
    found: Rates = defaultdict(list)
    for (kind, part, operation, begin), record in stated.items():
        if record.version is None or not record.version.withdrawn:
            name = f"{record.id} {part} {operation}"  # one id may stand for several in entries of old
            end = record.version.end if record.version else None
            found[kind].append(
                Rate(
                    id=name,
                    part=canonical(part),
                    operation=operation,
                    amount=record.amount,
                    currency=record.currency,
                    begin=begin,
                    end=end,
                )
            )
    return found


@lru_cache(maxsize=4096)
def canonical(part: str) -> str:
    """The identity of a part that was written as one; other words stay as they are."""
    return canonical_part(part) or part


def _timed(counted: Iterable[Quantity]) -> _Timed:
    return frozenset((one.driver, one.month) for one in counted)


def _entered(connection: Reading, plant: str, window: Window, timed: _Timed) -> list[Money]:
    return [
        Money(cost=_entry_cost(one, month, amount, timed), currency=one.currency)
        for one in cost_entries(connection, plant)
        if one.reversed_by is None
        for month, amount in _by_month(one, window)
    ]


def _entry_cost(one: CostEntry, month: date, amount: Decimal, timed: _Timed) -> Cost:
    """An entry that names no driver goes by the time that the work took, where all of it is stated."""
    minutes = None if one.named else in_minutes(one.driver)
    return Cost(
        category=one.activity.category,
        item=one.activity.value,
        month=month,
        amount=amount,
        place=Place(canonical(one.part), one.operation, one.supplier, one.cause),
        driver=minutes if (minutes, month.replace(day=1)) in timed else one.driver,
        source=Source.ENTRY,
    )


def _by_month(one: CostEntry, window: Window) -> Iterator[tuple[date, Decimal]]:
    """What of an entry accrues in each month of the window; a month with days of it, but no cent, too."""
    if one.accrued_until < window.first or window.last < one.accrued_on:
        return
    if not is_amount(one.amount):  # told as such by whoever adds up
        yield max(one.accrued_on, window.first).replace(day=1), one.amount
        return
    first, last = max(one.accrued_on, window.first), min(one.accrued_until, window.last)
    for month in months_of(Window(first, last)):
        end = min(last, last_day(month))
        yield month, accrued(one.amount, one.accrued_on, one.accrued_until, max(first, month), end)


def last_day(month: date) -> date:
    """Of the month that begins on a day."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _losses(connection: Reading, plant: str, window: Window, counted: Sequence[Quantity], *, net: bool) -> list[Money]:
    causes = causes_of_losses(connection, plant)
    found = [
        Money(cost=_loss_cost(line, _ITEMS[line.item], causes.get(line.id, ""), net=net), currency=line.currency)
        for line in loss_lines(connection, [plant])
        if line.item in _ITEMS and line.reversed_by is None and window.holds(line.accrued)
    ]
    received = _received(counted)
    return [msgspec.structs.replace(one, cost=_as_received(one.cost, received, counted)) for one in found]


def _loss_cost(line: LossLine, item: CostItem, cause: str, *, net: bool) -> Cost:
    return Cost(
        category=category_of_loss(item),
        item=item.value,
        month=line.accrued.replace(day=1),
        amount=line.amount - (line.recovered if net else 0),
        place=Place(canonical(line.part), line.operation, line.supplier, cause),
        driver=driver_of_loss(item),
        source=Source.LEDGER,
    )


def _received(counted: Iterable[Quantity]) -> set[tuple[date, str]]:
    """Months and parts of findings after the receipt."""
    return {(one.month, one.place.part) for one in counted if one.driver is Driver.ESCAPES}


def _as_received(cost: Cost, received: Collection[tuple[date, str]], counted: Iterable[Quantity]) -> Cost:
    """A loss of a part that came from a supplier goes by what was found of it, if nothing else was counted of it."""
    driver = driver_of_received(_ITEMS[cost.item])
    if driver is None or not cost.place.part or (cost.month, cost.place.part) not in received:
        return cost
    if any(one.driver is cost.driver and one.month == cost.month and one.place.agrees(cost.place) for one in counted):
        return cost
    return msgspec.structs.replace(cost, driver=driver)


def _as_priced(counted: Iterable[Quantity], driver: Driver) -> list[Quantity]:
    """A calibration counts once, whatever the gauge measures; the others where they were counted."""
    found = [one for one in counted if one.driver is driver]
    if driver is not Driver.CALIBRATIONS:
        return found
    return [msgspec.structs.replace(one, place=NOWHERE) for one in found]


def _rated_cost(activity: Activity, driver: Driver, one: Priced) -> Money:
    cost = Cost(
        category=activity.category,
        item=activity.value,
        month=one.month,
        amount=one.amount,
        place=one.place,
        driver=driver,
        source=Source.RATE,
    )
    return Money(cost=cost, currency=one.rate.currency)


def _at_rates(priced: Iterable[tuple[Activity, Priced]], stated: Collection[tuple[str, date]]) -> tuple[AtRate, ...]:
    sums: defaultdict[tuple[date, Activity, str], list[Priced]] = defaultdict(list)
    for activity, one in priced:
        sums[one.month, activity, one.rate.currency].append(one)
    return tuple(
        AtRate(
            activity=activity,
            month=month,
            amount=exact_sum([one.amount for one in several]),
            currency=currency,
            quantity=sum((one.quantity for one in several), start=Fraction(0)),
            counted=(activity.value, month) not in stated,
        )
        for (month, activity, currency), several in sorted(sums.items())
    )
