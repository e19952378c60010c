"""What is known of units: factors and values, gathered from the store in a bounded number of statements.

Of an operation that a unit passed several times the first submission counts, as in first-pass yield: what came after a
failure is its consequence.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from hub.analysis.contents import Contents, contents_of
from hub.analysis.factor import Factor, Kind
from hub.analysis.makers import suppliers_of
from hub.analysis.measured import measured_values
from hub.analysis.source import Source
from hub.analysis.windows import Window, shift_of, window_of
from hub.analysis.zones import zone_in
from hub.store.quality.queries import statements
from hub.store.trace.details import tools_and_recipes_of
from hub.store.trace.queries import ResultRow
from hub.trace.catalogue import in_time_order, part_of_item
from hub.trace.known import standing
from traceability.identifier.item import ItemKind, parse_item
from traceability.quality.comparison.units import KnownUnit
from traceability.record.quality import ProductionCalendarRecord
from traceability.unit import Purpose, is_submission

Calendars = Mapping[str, tuple[ProductionCalendarRecord, ...]]
_AT_ONCE, _RETESTED, _REWORKED = "at once", "after a retest", "after rework"


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """Units with their factors; ``factors`` by name, and for each value that is a time its ``windows``."""

    units: tuple[KnownUnit, ...]
    factors: dict[str, Factor]
    windows: dict[tuple[str, str], tuple[Window, ...]]
    times: dict[tuple[str, str], tuple[datetime, datetime]]
    """First and last time of a value of a factor that is bound to an operation."""
    recipes: dict[str, tuple[str, str | None]]
    """Recipe and version behind a text."""
    unlike: tuple[Factor, ...]
    """Characteristics measured in units of measure that can't be converted into each other."""


class Collected:
    """Factors and values as they are found."""

    def __init__(self, units: Iterable[str]) -> None:
        self.units = sorted(units)
        self.factors: dict[str, Factor] = {}
        self.recipes: dict[str, tuple[str, str | None]] = {}
        self._values: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._windows: defaultdict[tuple[str, str], set[tuple[datetime, datetime]]] = defaultdict(set)
        self._times: dict[tuple[str, str], tuple[datetime, datetime]] = {}

    def add(self, factor: Factor, value: str, units: Iterable[str]) -> None:
        """``units`` have this value."""
        self.factors[factor.name] = factor
        for unit in units:
            self._values[unit][factor.name].add(value)

    def at(self, factor: Factor, value: str, moment: datetime) -> None:
        """The value was there at ``moment``."""
        key = factor.name, value
        first, last = self._times.get(key, (moment, moment))
        self._times[key] = min(first, moment), max(last, moment)

    def within(self, factor: Factor, window: Window) -> None:
        """The value stands for this window, among others."""
        self._windows[factor.name, window.name].add((window.begin, window.end))

    def known(self, values: Mapping[str, Mapping[str, float]], unlike: tuple[Factor, ...]) -> Gathered:
        """Everything, unit by unit."""
        units = tuple(
            KnownUnit(
                name=unit,
                factors={name: frozenset(found) for name, found in self._values[unit].items()},
                values=values.get(unit, {}),
            )
            for unit in self.units
        )
        windows = {
            (name, value): tuple(Window(value, begin, end) for begin, end in sorted(several))
            for (name, value), several in self._windows.items()
        }
        return Gathered(
            units=units,
            factors=self.factors,
            windows=windows,
            times=self._times,
            recipes=self.recipes,
            unlike=unlike,
        )


def gather(source: Source, units: Collection[str], without: Collection[str]) -> Gathered:
    """``without`` names operations and characteristics that are left out."""
    collected, inside = Collected(units), contents_of(source, units)
    _add_contents(source, collected, inside)
    items = {item for item in inside.within if parse_item(item).kind is ItemKind.UNIT}
    results = {item: standing(rows) for item, rows in source.known.results(items).items()}
    firsts = {item: _first_submissions(rows) for item, rows in results.items()}
    _add_passes(collected, inside, results, without)
    _add_stations(source, collected, inside, firsts, without)
    _add_made_with(source, collected, inside, firsts, without)
    chosen = [row for rows in firsts.values() for row in rows if row.operation not in without]
    found = measured_values(source, inside, chosen, without)
    collected.factors |= {factor.name: factor for factor in found.factors}
    return collected.known(found.values, found.unlike)


def _add_contents(source: Source, collected: Collected, inside: Contents) -> None:
    components = sorted({link.child for link in inside.links} & inside.within.keys())
    suppliers = suppliers_of(source, components)
    for item in components:
        parsed = parse_item(item)
        part, holders = part_of_item(parsed), inside.within[item]
        if parsed.kind is ItemKind.LOT:
            collected.add(Factor(kind=Kind.LOT, part=part), item, holders)
        if item in suppliers:
            collected.add(Factor(kind=Kind.SUPPLIER, part=part), suppliers[item], holders)
    for link in inside.links:
        if link.position is not None:
            parent, child = (part_of_item(parse_item(item)) for item in (link.parent, link.child))
            variant = Factor(kind=Kind.VARIANT, part=parent, position=link.position)
            collected.add(variant, child, inside.within[link.parent])


def _first_submissions(rows: Iterable[ResultRow]) -> list[ResultRow]:
    first: dict[str, ResultRow] = {}
    for row in in_time_order(rows):
        if is_submission(row.verdict, row.flags):
            first.setdefault(row.operation, row)
    return list(first.values())


def _add_passes(
    collected: Collected, inside: Contents, results: Mapping[str, list[ResultRow]], without: Collection[str]
) -> None:
    for item, rows in results.items():
        purposes: defaultdict[str, set[Purpose]] = defaultdict(set)
        for row in rows:
            purposes[row.operation].add(row.purpose)
        part = part_of_item(parse_item(item))
        for operation, several in purposes.items():
            if operation not in without:
                how = _REWORKED if Purpose.REWORK in several else _RETESTED if Purpose.RETEST in several else _AT_ONCE
                collected.add(Factor(kind=Kind.PASSES, part=part, operation=operation), how, inside.within[item])


def _add_stations(
    source: Source,
    collected: Collected,
    inside: Contents,
    firsts: Mapping[str, list[ResultRow]],
    without: Collection[str],
) -> None:
    rows = [(item, row) for item, several in firsts.items() for row in several if row.operation not in without]
    calendars = _calendars(source, {row.plant for _, row in rows if row.plant})
    spans = _spans(row for _, row in rows)
    for item, row in rows:
        holders, part = inside.within[item], part_of_item(parse_item(item))
        plant = row.plant or ""
        zone = zone_in(source.master, row.plant)
        here = {"part": part, "operation": row.operation}
        window = window_of(row.event_time, zone, spans[row.operation])
        shift = shift_of(row.event_time, zone, calendars.get(plant, ()))
        values = [
            (Factor(kind=Kind.PLANT, **here), plant),
            (Factor(kind=Kind.WORK_CELL, plant=plant, **here), row.work_cell),
            (Factor(kind=Kind.PLAN, plant=plant, **here), row.plan or ""),
            (Factor(kind=Kind.WINDOW, plant=plant, **here), window.name),
            (Factor(kind=Kind.SHIFT, plant=plant, **here), shift.name if shift else ""),
        ]
        for factor, value in values:
            if value:
                collected.add(factor, value, holders)
                collected.at(factor, value, row.event_time)
        collected.within(values[3][0], window)
        if shift:
            collected.within(values[4][0], shift)


def _add_made_with(
    source: Source,
    collected: Collected,
    inside: Contents,
    firsts: Mapping[str, list[ResultRow]],
    without: Collection[str],
) -> None:
    """Tools, recipes and operators of the first submissions, as far as stations report them."""
    wanted = {
        (row.batch_id, row.line): item for item, rows in firsts.items() for row in rows if row.operation not in without
    }
    names = source.known.naming.spellings_of(firsts)
    for told in tools_and_recipes_of(source.connection, names, source.log_size).values():
        for made in told:
            item = wanted.get((made.batch_id, made.line))
            if item is None:
                continue
            where = {"part": part_of_item(parse_item(item)), "operation": made.operation, "plant": made.plant or ""}
            values = [(Kind.TOOL, tool) for tool in made.tools]
            values += [(Kind.RECIPE, recipe_text(made.recipe, made.recipe_version))] if made.recipe else []
            values += [(Kind.OPERATOR, made.operator)] if made.operator else []
            for kind, value in values:
                factor = Factor(kind=kind, **where)
                collected.add(factor, value, inside.within[item])
                collected.at(factor, value, made.event_time)
                if made.recipe and kind is Kind.RECIPE:
                    collected.recipes[value] = made.recipe, made.recipe_version


def recipe_text(recipe: str, version: str | None) -> str:
    """A recipe with its version."""
    return recipe if version is None else f"{recipe} ({version})"


def _spans(rows: Iterable[ResultRow]) -> dict[str, timedelta]:
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for row in rows:
        times[row.operation].append(row.event_time)
    return {operation: max(several) - min(several) for operation, several in times.items()}


def _calendars(source: Source, plants: Collection[str]) -> Calendars:
    found: defaultdict[str, list[ProductionCalendarRecord]] = defaultdict(list)
    for record, _ in statements(source.connection, ProductionCalendarRecord, plants, source.log_size):
        found[record.plant].append(record)
    return {plant: tuple(several) for plant, several in found.items()}
