"""What the records of a plant say was done: the quantities by which costs are allocated and priced."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from fractions import Fraction

import msgspec

from hub.cost.stretches import DAY, Span, cut, first_days, hours_between, midnight
from hub.cost.traced import Failures, claimed, escaped, failures
from hub.scorecard.computed_losses import SCRAP_AFTER, part_or_none
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros
from hub.store.quality.costs import (
    CostedResult,
    failed_results,
    failures_of_units,
    first_submissions,
    holds_placed,
    latest_results,
    repeated_results,
    repeated_results_of,
)
from hub.store.quality.incoming import incoming_of
from hub.store.quality.queries import standing_statements
from hub.store.rollup.costed import costed_in, is_costed
from traceability.quality.cost.allocate import Place, Quantity
from traceability.quality.cost.category import Driver
from traceability.quality.window import Window
from traceability.record.incoming import IncomingInspectionRecord, LotVerdict
from traceability.record.quality import GaugeRecord
from traceability.unit import Purpose

_ONE = Fraction(1)


class Asking(msgspec.Struct, frozen=True):
    """Whose quantities, over which days of the plant's clock, as of when.

    What nothing but its month matters of is told of a day for all of its run (see ``stretches``): of first submissions
    runs end where rates change, too (``breaks``).
    """

    connection: Reading
    plant: str
    window: Window
    zone: tzinfo
    now: datetime
    breaks: frozenset[date] = frozenset()

    @property
    def begin(self) -> int:
        """Microseconds since 1970 UTC."""
        return midnight(self.window.first, self.zone)

    @property
    def end(self) -> int:
        """Before it."""
        return midnight(self.window.last + DAY, self.zone)

    def day(self, micros: int) -> date:
        """The plant's day."""
        return from_micros(micros).astimezone(self.zone).date()


class _Done(msgspec.Struct, frozen=True):
    """Work on a day, the minutes that it took where that is stated, and what it was for in equal shares."""

    day: date
    minutes: int | None
    places: tuple[Place, ...]


def quantities(asking: Asking, known: Failures | None = None) -> list[Quantity]:
    """Every driver's, in the window; ``known``: the failures at the plant, if these were read already."""
    known = failures(asking.connection, asking.plant) if known is None else known
    counts = (_inspections, _repeated_and_scrapped, _incoming, _calibrations)
    found = [one for count in counts for one in count(asking)]
    found += _of_suppliers(asking, known)
    return [*found, *_holds(asking, known), *claimed(known, asking.window), *escaped(known, asking.window)]


def units_made(found: Iterable[Quantity]) -> dict[tuple[date, str], int]:
    """By month and part: the most units that any one operation had submitted to it for the first time."""
    by_operation: defaultdict[tuple[date, str, str], Fraction] = defaultdict(Fraction)
    for one in found:
        if one.driver is Driver.INSPECTIONS:
            by_operation[one.month, one.place.part, one.place.operation] += one.amount
    most: dict[tuple[date, str], int] = {}
    for (month, part, _), units in by_operation.items():
        most[month, part] = max(int(units), most.get((month, part), 0))
    return most


def _inspections(asking: Asking) -> Iterator[Quantity]:
    days, bounds = hours_between(first_days(asking.window, asking.breaks), asking.window, asking.zone)
    for one in first_submissions(asking.connection, asking.plant, bounds):
        place = Place(one.part, one.operation)
        yield Quantity(driver=Driver.INSPECTIONS, day=days[one.number], amount=Fraction(one.units), place=place)


def _repeated_and_scrapped(asking: Asking) -> Iterator[Quantity]:
    """By what is counted of whole hours, if it is; of parts of hours, or of all of them, by the results."""
    days, ends = first_days(asking.window), dict.fromkeys((Driver.RETESTS, Driver.REWORKS), asking.end)
    ends[Driver.SCRAPPED] = min(asking.end, to_micros(asking.now - SCRAP_AFTER) + 1)
    bounds = [*(midnight(day, asking.zone) for day in days), asking.end]
    cuts = {driver: cut(asking.plant, bounds, end) for driver, end in ends.items()}
    if is_costed(asking.connection, asking.plant):
        for one in costed_in(asking.connection, {driver: each.whole for driver, each in cuts.items()}):
            place = Place(one.part, one.operation, "", one.cause)
            yield Quantity(driver=one.driver, day=days[one.number], amount=Fraction(one.n), place=place)
        again, failed = cuts[Driver.RETESTS].beside, cuts[Driver.SCRAPPED].beside
    else:
        again, failed = (((asking.begin, ends[driver]),) for driver in (Driver.RETESTS, Driver.SCRAPPED))
    yield from _repeated(asking, again)
    yield from _scrapped(asking, failed)


def _repeated(asking: Asking, spans: Iterable[Span]) -> Iterator[Quantity]:
    results = [one for span in spans for one in repeated_results(asking.connection, asking.plant, *span)]
    yield from (quantity for _, quantity in _as_repeated(asking, results))


def _as_repeated(asking: Asking, results: Sequence[CostedResult]) -> Iterator[tuple[CostedResult, Quantity]]:
    cause = _cause_before(asking, results)
    for one in results:
        driver = Driver.REWORKS if one.purpose is Purpose.REWORK else Driver.RETESTS
        place = Place(one.part, one.operation, "", cause(one))
        yield one, Quantity(driver=driver, day=asking.day(one.at), amount=_ONE, place=place)


def _cause_before(asking: Asking, results: Iterable[CostedResult]) -> Callable[[CostedResult], str]:
    """Finds the defect of a unit's last failure before a result; empty where none is known."""
    units = {one.unit for one in results if one.unit is not None}
    failures: defaultdict[str | None, list[CostedResult]] = defaultdict(list)
    for one in failures_of_units(asking.connection, asking.plant, units, asking.end):
        failures[one.unit].append(one)

    def cause(result: CostedResult) -> str:
        several = failures[result.unit] if result.unit is not None else []
        before = bisect_left(several, result.at, key=lambda one: one.at)
        return several[before - 1].defect if before else ""

    return cause


def _scrapped(asking: Asking, spans: Iterable[Span]) -> Iterator[Quantity]:
    found = [one for span in spans for one in failed_results(asking.connection, asking.plant, *span)]
    yield from (quantity for _, quantity in _as_scrapped(asking, found))


def _as_scrapped(asking: Asking, found: Sequence[CostedResult]) -> Iterator[tuple[CostedResult, Quantity]]:
    failed = [(one.unit, one) for one in found if one.unit]
    latest = latest_results(asking.connection, asking.plant, {unit for unit, _ in failed})
    last = {unit: one for unit, one in failed if unit in latest and latest[unit].at == one.at}
    for one in last.values():
        place = Place(one.part, one.operation, "", one.defect)
        yield one, Quantity(driver=Driver.SCRAPPED, day=asking.day(one.at), amount=_ONE, place=place)


def _of_suppliers(asking: Asking, known: Failures) -> Iterator[Quantity]:
    """What of the repeated and scrapped is a supplier's: taken off where it was counted, and counted there.

    A unit counts as scrapped for it whenever that was found; what came again, from the day of the finding on.
    """
    end = min(asking.end, to_micros(asking.now - SCRAP_AFTER) + 1)
    again = repeated_results_of(asking.connection, asking.plant, known.items, asking.begin, asking.end)
    failed = failures_of_units(asking.connection, asking.plant, known.items, end)
    scrapped = _as_scrapped(asking, [one for one in failed if one.at >= asking.begin])
    for moved in (
        *((known.of_item(one.unit or "", told.day), told) for one, told in _as_repeated(asking, again)),
        *((known.of_item(one.unit or "", date.max), told) for one, told in scrapped),
    ):
        supplier, told = moved
        if supplier:
            yield msgspec.structs.replace(told, amount=-told.amount)
            yield msgspec.structs.replace(told, place=msgspec.structs.replace(told.place, supplier=supplier))


def _incoming(asking: Asking) -> Iterator[Quantity]:
    done: list[_Done] = []
    for one in incoming_of(asking.connection, IncomingInspectionRecord, plant=asking.plant):
        checks = sum(result.sample for result in one.results)
        if checks and one.verdict is not LotVerdict.SKIPPED and asking.window.holds(one.inspected_on):
            place = Place(one.part, "", one.supplier)
            yield Quantity(driver=Driver.INCOMING_CHECKS, day=one.inspected_on, amount=Fraction(checks), place=place)
            done.append(_Done(one.inspected_on, one.minutes, (place,)))
    yield from _minutes(Driver.INCOMING_MINUTES, done)


def _calibrations(asking: Asking) -> Iterator[Quantity]:
    """A gauge calibrated on a day, however often that was stated; the last statement says what it measures."""
    done: dict[tuple[str, date], GaugeRecord] = {}
    for gauge, _ in standing_statements(asking.connection, GaugeRecord, [asking.plant]):
        if gauge.calibrated_on is not None and asking.window.holds(gauge.calibrated_on):
            done[gauge.id, gauge.calibrated_on] = gauge
    timed: list[_Done] = []
    for (_, day), gauge in sorted(done.items(), key=lambda pair: pair[0]):
        places = tuple(Place(part) for part in sorted({use.part for use in gauge.uses}) or [""])
        for place in places:
            yield Quantity(driver=Driver.CALIBRATIONS, day=day, amount=Fraction(1, len(places)), place=place)
        timed.append(_Done(day, gauge.calibration_minutes, places))
    yield from _minutes(Driver.CALIBRATION_MINUTES, timed)


def _minutes(driver: Driver, done: Sequence[_Done]) -> Iterator[Quantity]:
    """In months in which every one states its time: with a part of them it would be others' work that is left out."""
    silent = {one.day.replace(day=1) for one in done if one.minutes is None}
    for one in done:
        if one.minutes is not None and one.day.replace(day=1) not in silent:
            share = Fraction(one.minutes, len(one.places))
            for place in one.places:
                yield Quantity(driver=driver, day=one.day, amount=share, place=place)


def _holds(asking: Asking, known: Failures) -> Iterator[Quantity]:
    for one in holds_placed(asking.connection, asking.plant, asking.begin, asking.end):
        day = asking.day(one.at)
        place = Place(part_or_none(one.about), "", known.of_item(one.about, day))
        yield Quantity(driver=Driver.HOLDS, day=day, amount=_ONE, place=place)
