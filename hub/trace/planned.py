"""A unit as built against what master data planned at that time."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction

import msgspec

from hub.named import unnamed
from hub.planned.bill import Built, BuiltIn, compare
from hub.planned.covered import Aspect, Coverage
from hub.planned.finding import AgainstPlan, Finding, FindingKind
from hub.planned.stated import Equipment, MadeBy, StatedBills, bills_of, components_of
from hub.store.core.database import Reading
from hub.store.master.queries import Master, parts_named, planned_operation, plans_by_id
from hub.store.trace.queries import ResultRow
from hub.trace.catalogue import part_of_name
from hub.trace.known import Known
from hub.trace.views import GraphLink, GraphView, ResultView
from traceability.genealogy import Link
from traceability.identifier.item import ItemKind, parse_item
from traceability.unit import Verdict, is_submission


def against_plan(  # noqa: PLR0917 - a unit, and by what it is judged
    connection: Reading,
    source: Known,
    drawn: GraphView,
    rows: Sequence[ResultRow],
    results: Sequence[ResultView],
    plant: str | None,
    master: Master,
) -> AgainstPlan | None:
    """Of a unit with the genealogy ``drawn`` and the results ``rows`` that count; None of what is no unit."""
    if parse_item(drawn.start).kind is not ItemKind.UNIT:
        return None
    built = built_of(connection, source, drawn, rows)
    part, zone = source.item(part_of_name(drawn.start)), master.zone_of(plant)
    coverage = Coverage()
    found = list(_equipment(connection, source, (drawn.start, part), results, master, coverage))
    found += _unlisted(drawn.start, results, master, coverage)
    if built is None:
        return AgainstPlan(findings=tuple(with_names(connection, found)), covered=coverage.told())
    company = master.organisation_of(plant)
    owner = "" if company is None else company.id
    versions = bills_of(connection, source.naming.spellings_of([part]), owner, source.moment.log_size)
    merged = {begin: one for _, by_day in sorted(versions.items()) for begin, one in by_day.items()}
    source.naming.learn(components_of(merged.values()))
    bills = StatedBills(merged, zone, source.naming.canonical_of)
    day = bills.day_of(built.judged_at)
    bill = bills.on(day)
    coverage.count(Aspect.COMPONENTS, planned=bill is not None)
    return AgainstPlan(
        day=day,
        bill_since=None if bill is None else bill.since,
        bill_until=None if bill is None else bill.until,
        finished=built.finished,
        findings=tuple(with_names(connection, [*compare(built, bills), *found])),
        covered=coverage.told(),
    )


def built_of(connection: Reading, source: Known, drawn: GraphView, rows: Sequence[ResultRow]) -> Built | None:
    """What went into the start of a graph directly; None where nothing was recorded of it."""
    below = [link for link in drawn.links if link.parent == drawn.start]
    above = any(link.child == drawn.start for link in drawn.links)
    disputed = {item for dispute in drawn.disputes for item in dispute.items}
    parts = tuple(built_in(link, source, disputed) for link in below)
    times = [row.event_time for row in rows] + [one.at for one in parts]
    if not times:
        return None
    return Built(
        unit=drawn.start,
        parts=parts,
        last=max(times),
        finished=above or is_finished(connection, rows),
        withheld=drawn.truncated or any(one.item == drawn.start for one in drawn.sealed),
    )


def is_finished(connection: Reading, rows: Collection[ResultRow]) -> bool:
    """Whether any of the results is that of a final operation which it passed."""
    plans = plans_by_id(connection, {row.plan for row in rows if row.plan is not None})
    return any(
        row.verdict is Verdict.OK
        and is_submission(row.verdict, row.flags)
        and (operation := planned_operation(plans.get(row.plan or ""), row.operation)) is not None
        and operation.final
        for row in rows
    )


def with_names(connection: Reading, found: Sequence[Finding]) -> list[Finding]:
    """Components by their names."""
    kinds = (FindingKind.NOT_PLANNED, FindingKind.MISSING, FindingKind.QUANTITY)
    wanted = {one.subject for one in found if one.kind in kinds}
    names = parts_named(connection, wanted) if wanted else {}
    return [
        msgspec.structs.replace(one, part=names[one.subject].named if one.subject in names else unnamed(one.subject))
        if one.subject in wanted and one.kind in kinds
        else one
        for one in found
    ]


def built_in(link: Link | GraphLink, source: Known, disputed: Collection[str]) -> BuiltIn:
    """One component; ``disputed``: items of which records contradict each other."""
    return BuiltIn(
        part=source.item(part_of_name(link.child)),
        item=link.child,
        certain=link.certain,
        disputed=link.child in disputed or link.parent in disputed,
        quantity=None if link.quantity is None else Fraction(link.quantity),
        uom=link.uom or "",
        at=link.valid_from or link.event_time,
        operation=link.operation or "",
    )


def _unlisted(unit: str, results: Iterable[ResultView], master: Master, coverage: Coverage) -> Iterator[Finding]:
    """Defects of the results that count which were no codes of their day's list."""
    for one in results:
        if one.erroneous or one.defect_named is None:
            continue
        coverage.count(Aspect.DEFECT_CODES, planned=one.defect_named.listed is not None)
        if one.defect_named.listed is not False:
            continue
        zone = master.zone_of(None if one.plant is None else one.plant.id)
        yield Finding(
            kind=FindingKind.DEFECT_NOT_LISTED,
            unit=unit,
            subject=one.defect_named.code,
            certain=not one.disputed,
            day=one.event_time.astimezone(zone).date(),
            at=one.event_time,
            operation=one.operation.id,
        )


def _equipment(  # noqa: PLR0917 - what was made, and by what it is judged
    connection: Reading,
    source: Known,
    made: tuple[str, str],
    results: Iterable[ResultView],
    master: Master,
    coverage: Coverage,
) -> Iterator[Finding]:
    """Recipes and tools of the results that count."""
    unit, part = made
    plants: dict[str, Equipment] = {}
    for one in results:
        if one.erroneous or one.plant is None or not (one.recipe or one.tools):
            continue
        plant = one.plant.id
        zone = master.zone_of(plant)
        equipment = plants.setdefault(plant, Equipment(connection, plant, zone, source.moment.log_size))
        told = MadeBy(
            unit=unit, part=part, operation=one.operation.id, recipe=one.recipe, tools=one.tools,
            at=one.event_time, disputed=one.disputed,
        )  # fmt: skip
        yield from equipment.findings(told, coverage)
