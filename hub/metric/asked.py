"""A metric asked at a place over one or several periods, one behind the other."""

import calendar
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

import msgspec

from hub.errors import EntryRefused, NotFound
from hub.metric.figure import MetricFigure
from hub.rollup.hours import hour_of, hours_of, instant_of
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.master.queries import PlantEntry, read_master
from hub.store.master.versions import counted, in_force, versions_of_kind
from hub.store.rollup.queries import Range
from hub.tabular.words import NOTHING, Words
from traceability.quality.window import Window
from traceability.record.metric import MetricReference

T = TypeVar("T")
MOST_PERIODS = 600


class Step(StrEnum):
    """How long the periods of a series are: calendar months, or weeks from Monday on."""

    MONTH = "month"
    WEEK = "week"


class Over(msgspec.Struct, frozen=True):
    """A period, and how it is divided."""

    window: Window
    step: Step

    @property
    def windows(self) -> tuple[Window, ...]:
        """Its parts."""
        return periods_of(self.window.first, self.window.last, self.step)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for. ``work_cells`` None: the place is no line, so all of them.

    ``kept``: what was read already for another metric at the same place.
    """

    connection: Reading
    reference: MetricReference
    windows: tuple[Window, ...]
    entry: PlantEntry
    work_cells: frozenset[str] | None
    now: datetime
    kept: dict[tuple[str, ...], Any] = msgspec.field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The plant's clock."""
        return ZoneInfo(self.entry.time_zone)

    @property
    def hours(self) -> tuple[Range, ...]:
        """Each period in whole hours."""
        return tuple(hours_of(window, self.zone) for window in self.windows)

    @property
    def bounds(self) -> list[int]:
        """The hours at which the periods begin, and the one at which the last one ends."""
        hours = self.hours
        return [begin for begin, _ in hours] + [hours[-1][1]]

    @property
    def span(self) -> tuple[int, int]:
        """All periods together, in microseconds."""
        bounds = self.bounds
        return to_micros(instant_of(bounds[0])), to_micros(instant_of(bounds[-1]))

    def number_of(self, instant: datetime) -> int | None:
        """Into which period an instant falls; the first one is 0."""
        return self._number(hour_of(instant))

    def numbers_of(self, micros: Iterable[int]) -> Iterator[int]:
        """Into which periods instants fall, microseconds; those that fall into none are left out."""
        bounds = [to_micros(instant_of(hour)) for hour in self.bounds]
        numbers = (bisect_right(bounds, each) - 1 for each in micros)
        return (number for number in numbers if 0 <= number < len(self.windows))

    def number_of_day(self, day: date) -> int | None:
        """Into which period a day of the plant's calendar falls."""
        return next((number for number, window in enumerate(self.windows) if window.holds(day)), None)

    def once(self, what: tuple[str, ...], read: Callable[[], T]) -> T:
        """What ``read`` finds, for all metrics that are asked for together."""
        if what not in self.kept:
            self.kept[what] = read()
        return cast("T", self.kept[what])

    def figure(self, window: Window, *, why: Words = NOTHING, **told: Any) -> MetricFigure:
        """What a period came to."""
        return figure_of(self.reference, window, why=why, **told)

    def untold(self, why: Words) -> list[MetricFigure]:
        """Nothing can be told of any period."""
        return [self.figure(window, why=why) for window in self.windows]

    def _number(self, hour: int) -> int | None:
        bounds = self.bounds
        found = bisect_right(bounds, hour) - 1
        return found if 0 <= found < len(self.windows) else None


def figure_of(reference: MetricReference, window: Window, *, why: Words = NOTHING, **told: Any) -> MetricFigure:
    """What a period came to, and why so, in both languages."""
    return MetricFigure(reference=reference, first=window.first, last=window.last, why=why.en, why_zh=why.zh, **told)


def asked_for(connection: Reading, reference: MetricReference, windows: Sequence[Window], now: datetime) -> Asked:
    """``NotFound`` where the plant is not known, ``EntryRefused`` for periods that end before they begin."""
    if not windows or windows[-1].last < windows[0].first:
        raise EntryRefused("the period ends before it begins", where="first, last", advice="correct the days")
    entry = read_master(connection).plants.get(reference.plant)
    if entry is None:
        raise NotFound(f"no plant {reference.plant[:100]!r}", advice="see GET /api/v1/plants")
    return Asked(
        connection=connection,
        reference=reference,
        windows=tuple(windows),
        entry=entry,
        work_cells=cells_of_line(connection, reference.plant, reference.line, windows[-1].last)
        if reference.line
        else None,
        now=now,
    )


def cells_of_line(connection: Reading, plant: str, line: str, day: date) -> frozenset[str]:
    """The work cells that master data count to a line on a day."""
    found = counted(versions_of_kind(connection, "work-cell", plant=plant))
    held = ((thing.about, in_force(by_day, day)) for thing, by_day in found.items())
    return frozenset(about for about, version in held if version is not None and version.body.get("line") == line)


def periods_of(first: date, last: date, step: Step) -> tuple[Window, ...]:
    """The months or weeks from ``first`` to ``last``; the first and the last one as far as they lie within."""
    found = tuple(_periods(first, last, step))
    if len(found) > MOST_PERIODS:
        raise EntryRefused(
            f"{len(found)} periods are more than {MOST_PERIODS}", where="first, last", advice="ask for fewer"
        )
    return found


def _periods(first: date, last: date, step: Step) -> Iterator[Window]:
    begin = first
    while begin <= last:
        end = _end_of(begin, step)
        yield Window(begin, min(end, last))
        begin = end + timedelta(days=1)


def _end_of(day: date, step: Step) -> date:
    if step is Step.WEEK:
        return day + timedelta(days=6 - day.weekday())
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
