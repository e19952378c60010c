"""What a plant finished in a time, unit by unit against what master data planned at that time.

A unit is finished when it passes a final operation of the plant's control plans. So many units are looked through at
once, the earliest first; ``until`` says where that ended, and whoever wants more asks from there on.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime

import msgspec

from hub.named import Named
from hub.planned.bill import Built, BuiltIn, compare
from hub.planned.covered import Aspect, Coverage, Covered
from hub.planned.finding import Finding, FindingKind
from hub.planned.stated import Equipment, MadeBy, StatedBills, bills_of, components_of
from hub.rollup.hours import hours_of, instant_of
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.master.defect_codes import Defect, defect_codes
from hub.store.master.queries import PlantEntry, plans_of_plants
from hub.store.master.versions import StoredVersion
from hub.store.production.passes import PassesWanted, passes_at
from hub.store.quality.suppliers import defects_between
from hub.store.trace.details import tools_and_recipes_of
from hub.suppliers.asked import plant_entry
from hub.trace.catalogue import part_of_name
from hub.trace.known import Known
from hub.trace.planned import built_in, with_names
from hub.trace.sealed import sealed_views
from traceability.genealogy import links_in_force
from traceability.genealogy.dispute import disputes
from traceability.quality.window import Window
from traceability.unit import Verdict

MOST_UNITS = 1000
MOST_FINDINGS = 2000


class KindCount(msgspec.Struct, frozen=True, kw_only=True):
    """Findings of a kind, and how many units they are about."""

    kind: FindingKind
    certain: int
    possible: int
    units: int


class UnlistedDefect(msgspec.Struct, frozen=True, kw_only=True):
    """A defect that was no code of the list on any day of the period, and how many results named it."""

    defect: Defect
    results: int


class PlantAgainstPlan(msgspec.Struct, frozen=True, kw_only=True):
    """``units`` were looked at, ``with_bill`` of them had a bill of material, ``deviating`` have findings.

    ``until``: there are more units than were looked at, from then on; None: it was looked at all of them.
    ``findings`` are the certain ones first, at most ``MOST_FINDINGS``; ``counts`` are of all. No findings mean that
    nothing differs only of what ``covered`` says was compared.
    """

    plant: Named
    organisation: Named
    time_zone: str
    first: date
    last: date
    units: int
    with_bill: int
    deviating: int
    until: datetime | None
    counts: tuple[KindCount, ...]
    findings: tuple[Finding, ...]
    unlisted: tuple[UnlistedDefect, ...]
    covered: tuple[Covered, ...]


class _Finished(msgspec.Struct, frozen=True, kw_only=True):
    """A unit by its canonical name, and when it passed a final operation last."""

    unit: str
    part: str
    at: datetime


def plant_against_plan(
    connection: Reading, plant: str, window: Window, now: datetime, since: datetime | None = None
) -> PlantAgainstPlan:
    """``NotFound`` unless the plant may be seen; ``since``: what was finished from then on."""
    entry = plant_entry(connection, plant)
    zone = entry.zone
    hours = hours_of(window, zone)
    begin, end = (instant_of(hour) for hour in hours)
    source = Known(connection)
    looked_at = (begin if since is None else max(begin, since), end)
    finished, until = _finished(connection, source, plant, looked_at, now)
    coverage = Coverage()
    judged, found = _components(connection, source, finished, entry)
    coverage.count(Aspect.COMPONENTS, planned=True, times=judged)
    coverage.count(Aspect.COMPONENTS, planned=False, times=len(finished) - judged)
    found += _equipment(connection, source, entry, finished, coverage)
    unlisted = _unlisted(connection, entry, window, (to_micros(begin), to_micros(end)), coverage)
    ordered = sorted(found, key=lambda one: (not one.certain, list(FindingKind).index(one.kind), one.subject, one.unit))
    return PlantAgainstPlan(
        plant=entry.named,
        organisation=entry.organisation,
        time_zone=entry.time_zone,
        first=window.first,
        last=window.last,
        units=len(finished),
        with_bill=judged,
        deviating=len({one.unit for one in found}),
        until=until,
        counts=tuple(_counts(found)),
        findings=tuple(with_names(connection, ordered[:MOST_FINDINGS])),
        unlisted=unlisted,
        covered=coverage.told(),
    )


def _finished(
    connection: Reading, source: Known, plant: str, within: tuple[datetime, datetime], now: datetime
) -> tuple[dict[str, _Finished], datetime | None]:
    """The units that passed a final operation, the earliest first, and until when that is all of them."""
    plans = plans_of_plants(connection, [plant], at=now).get(plant, ())
    final = sorted({one.id for entry in plans for span in entry.spans for one in span.plan.operations if one.final})
    rows = []
    for operation in final:
        wanted = PassesWanted(plant=plant, operation=operation, begin=within[0], end=within[1])
        rows += [row for row in passes_at(connection, wanted, MOST_UNITS + 1) if row.unit is not None]
    rows.sort(key=lambda row: (row.event_time, row.batch_id, row.line))
    until = rows[MOST_UNITS].event_time if len(rows) > MOST_UNITS else None
    looked = [
        row
        for row in rows[:MOST_UNITS]
        if row.verdict is Verdict.OK and not row.flags and (until is None or row.event_time < until)
    ]
    source.naming.learn({row.unit or "" for row in looked} | {row.part for row in looked})
    found: dict[str, _Finished] = {}
    for row in looked:
        unit = source.naming.canonical_of(row.unit or "")
        part = source.item(part_of_name(unit))
        found[unit] = _Finished(unit=unit, part=part, at=row.event_time)
    return found, until


def _components(
    connection: Reading, source: Known, finished: Mapping[str, _Finished], entry: PlantEntry
) -> tuple[int, list[Finding]]:
    """How many had a bill of material, and what differs from it."""
    bills = _bills(connection, source, {one.part for one in finished.values()}, entry)
    planned = [one for one in finished.values() if one.part in bills]
    if not planned:
        return 0, []
    units = {one.unit for one in planned}
    stated = list(source.below(units))
    links = links_in_force(stated)
    doubtful = {item for each in disputes(source, links, stated, None) for item in each.items}
    withheld = {one.item for one in sealed_views(connection, source, units)}
    below: defaultdict[str, list[BuiltIn]] = defaultdict(list)
    for link in links:
        below[link.parent].append(built_in(link, source, doubtful))
    judged, found = 0, list[Finding]()
    for one in planned:
        parts = tuple(below[one.unit])
        built = Built(unit=one.unit, parts=parts, last=one.at, finished=True, withheld=one.unit in withheld)
        judged += bills[one.part].on(bills[one.part].day_of(built.judged_at)) is not None
        found += compare(built, bills[one.part])
    return judged, found


def _bills(connection: Reading, source: Known, parts: Collection[str], entry: PlantEntry) -> dict[str, StatedBills]:
    versions, zone = bills_of(connection, source.naming.spellings_of(parts), entry.organisation.id), entry.zone
    source.naming.learn(set(versions).union(*(components_of(by_day.values()) for by_day in versions.values())))
    merged: defaultdict[str, dict[date, StoredVersion]] = defaultdict(dict)
    for about, by_day in sorted(versions.items()):
        merged[source.naming.canonical_of(about)] |= by_day
    return {part: StatedBills(by_day, zone, source.naming.canonical_of) for part, by_day in merged.items()}


def _equipment(
    connection: Reading, source: Known, entry: PlantEntry, finished: Mapping[str, _Finished], coverage: Coverage
) -> list[Finding]:
    """Recipes and tools by which this plant made them."""
    equipment, found = Equipment(connection, entry.named.id, entry.zone), list[Finding]()
    unknown = [each for each in (Aspect.RECIPES, Aspect.TOOLS) if not equipment.is_known(each)]
    for each in unknown:
        coverage.unlisted(each)
    if len(unknown) == len((Aspect.RECIPES, Aspect.TOOLS)):
        return found
    told = tools_and_recipes_of(connection, source.naming.spellings_of(finished))
    for name, several in told.items():
        unit = finished[source.naming.canonical_of(name)]
        for one in several:
            if one.erroneous or one.plant != entry.named.id:
                continue
            made = MadeBy(
                unit=unit.unit, part=unit.part, operation=one.operation, recipe=one.recipe, tools=one.tools,
                at=one.event_time,
            )  # fmt: skip
            found += equipment.findings(made, coverage)
    return found


def _unlisted(
    connection: Reading, entry: PlantEntry, window: Window, within: tuple[int, int], coverage: Coverage
) -> tuple[UnlistedDefect, ...]:
    codes, counted = defect_codes(connection, entry.organisation.id), Counter[str]()
    for one in defects_between(connection, entry.named.id, *within):
        counted[one.defect] += one.results
    named = [(codes.within(defect, window.first, window.last), results) for defect, results in counted.most_common()]
    for defect, results in named:
        if defect.code:
            coverage.count(Aspect.DEFECT_CODES, planned=defect.listed is not None, times=results)
    return tuple(UnlistedDefect(defect=each, results=results) for each, results in named if each.listed is False)


def _counts(found: Sequence[Finding]) -> Iterator[KindCount]:
    for kind in FindingKind:
        of_kind = [one for one in found if one.kind is kind]
        if of_kind:
            certain = sum(one.certain for one in of_kind)
            units = len({one.unit for one in of_kind})
            yield KindCount(kind=kind, certain=certain, possible=len(of_kind) - certain, units=units)
