"""Names: organisations, plants, authors and control plans, each in its latest statement.

What the hub itself sealed (organisations, plants, keys) counts from its log position on. Control plans come from
several authors: there event time decides, then author, chain and sequence, never arrival.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Column, Row, Select, Table, func, select

from hub.named import Named, unnamed
from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.dialect import is_postgres
from hub.store.core.instant import from_micros
from hub.store.core.listed import given, listed
from hub.store.core.memo import once
from hub.store.core.quick import ask
from hub.store.ledger.horizon import earlier
from hub.store.master.plan_spans import PlanSpan, StatedPlan, plan_spans
from hub.store.tables.every import author_key, control_plan, organisation, plant
from hub.store.tables.master import master_version
from traceability.record.master import ControlPlan, Operation
from traceability.unit import Environment

_STATED_ORDER = (control_plan.c.event_time, control_plan.c.author, control_plan.c.chain, control_plan.c.seq)


class PlantEntry(msgspec.Struct, frozen=True):
    """A plant as its master data say."""

    named: Named
    organisation: Named
    time_zone: str

    @property
    def zone(self) -> ZoneInfo:
        """Its clock."""
        return ZoneInfo(self.time_zone)


class AuthorEntry(msgspec.Struct, frozen=True):
    """An author as its key record says; ``plant`` None for the hub itself."""

    author: str
    plant: str | None
    environment: Environment


class Master(msgspec.Struct, frozen=True):
    """All master data, by id."""

    organisations: dict[str, Named]
    plants: dict[str, PlantEntry]
    authors: dict[str, AuthorEntry]

    def plant_named(self, identity: str | None) -> Named | None:
        """The plant's names; its id where there is no master data of it."""
        if identity is None:
            return None
        entry = self.plants.get(identity)
        return entry.named if entry else unnamed(identity)

    def zone_of(self, identity: str | None) -> ZoneInfo:
        """The clock of the plant; UTC where there is no master data of it."""
        entry = self.plants.get(identity or "")
        return ZoneInfo(entry.time_zone if entry else "UTC")

    def organisation_of(self, plant_id: str | None) -> Named | None:
        """The organisation that a plant belongs to."""
        entry = self.plants.get(plant_id) if plant_id is not None else None
        return entry.organisation if entry else None


class PartEntry(msgspec.Struct, frozen=True):
    """A part by its latest control plan; ``plants`` that plan to make it."""

    named: Named
    plants: tuple[str, ...]


class PlanEntry(msgspec.Struct, frozen=True):
    """The control plan of a part at a plant that was last in force, and its id; ``spans`` every one that was."""

    id: str
    plan: ControlPlan
    spans: tuple[PlanSpan, ...] = ()


def read_master(connection: Reading) -> Master:
    """Everything that has a name; three statements, once in a reading."""
    return once(connection, read_master, lambda: _read_master(connection))


def _read_master(connection: Reading) -> Master:
    organisations = {
        identity: Named(identity, name or identity, name_zh)
        for identity, name, name_zh in ask(connection, _ORGANISATIONS)
    }
    plants = {
        identity: PlantEntry(
            Named(identity, name or identity, name_zh), organisations.get(owner, unnamed(owner)), time_zone
        )
        for identity, owner, name, name_zh, time_zone in ask(connection, _PLANTS)
    }
    authors = {
        identity: AuthorEntry(identity, of_plant, Environment(environment))
        for identity, of_plant, environment in ask(connection, _AUTHORS)
    }
    return Master(organisations, plants, authors)


def parts_named(connection: Reading, parts: Collection[str]) -> dict[str, PartEntry]:
    """Names of ``parts`` from their master data, else from control plans; others are not in the answer."""
    asked: dict[str, PartEntry | None] = once(connection, parts_named, dict)
    fresh = set(parts) - asked.keys()
    if fresh:
        asked |= dict.fromkeys(fresh) | _parts_named(connection, fresh)
    return {part: entry for part in dict.fromkeys(parts) if (entry := asked[part]) is not None}


def _parts_named(connection: Reading, parts: Collection[str]) -> dict[str, PartEntry]:
    names: dict[str, Named] = {}
    plants: dict[str, set[str]] = {}
    postgres = is_postgres(connection.dialect)
    for chunk in in_chunks(parts):
        named = {_PARTS: given(chunk, postgres=postgres)}
        for part, of_plant, name, name_zh in ask(connection, _planned_parts(postgres=postgres), named):
            names[part] = Named(part, name or part_label(part), name_zh)
            plants.setdefault(part, set()).add(of_plant)
    names |= _names_of_parts(connection, parts)
    return {part: PartEntry(named, tuple(sorted(plants.get(part, ())))) for part, named in names.items()}


def _names_of_parts(connection: Reading, parts: Collection[str]) -> dict[str, Named]:
    """Names that master data of the parts themselves state, by their last version."""
    last: dict[str, dict[str, Row[Any]]] = {}
    postgres = is_postgres(connection.dialect)
    for chunk in in_chunks(parts):
        for row in connection.execute(_versions_of_parts(postgres=postgres), {_PARTS: given(chunk, postgres=postgres)}):
            last.setdefault(row.about, {})[row.begin] = row
    standing = {part: [row for row in by_begin.values() if not row.withdrawn] for part, by_begin in last.items()}
    bodies = {part: max(rows, key=lambda row: row.begin).body for part, rows in standing.items() if rows}
    return {part: Named(part, body["name"], body.get("name_zh", "")) for part, body in bodies.items()}


def plans_by_id(connection: Reading, ids: Collection[str]) -> dict[str, ControlPlan]:
    """Control plans that results cite; an id is the hash of its plan, so all rows of one id say the same."""
    read: dict[str, ControlPlan | None] = once(connection, plans_by_id, dict)
    for chunk in in_chunks(set(ids) - read.keys()):
        read |= dict.fromkeys(chunk)
        for row in connection.execute(
            select(control_plan.c.id, control_plan.c.plan).where(control_plan.c.id.in_(chunk))
        ):
            read[row.id] = msgspec.convert(row.plan, ControlPlan)
    return {identity: plan for identity in dict.fromkeys(ids) if (plan := read[identity]) is not None}


def plans_of_plants(
    connection: Reading, plants: Collection[str], before: int | None = None, at: datetime | None = None
) -> dict[str, tuple[PlanEntry, ...]]:
    """The control plans of each plant, by plant; parts in order.

    ``before``: of those in batches before this one. ``at``: without those that were to be in force only later.
    """
    question = (plans_of_plants, frozenset(plants), before, at)
    return once(connection, question, lambda: _plans_of_plants(connection, plants, before, at))


def _plans_of_plants(
    connection: Reading, plants: Collection[str], before: int | None, at: datetime | None
) -> dict[str, tuple[PlanEntry, ...]]:
    stated: defaultdict[str, defaultdict[str, list[StatedPlan]]] = defaultdict(lambda: defaultdict(list))
    columns: list[Any] = [control_plan, *(master_version.c[name] for name in ("begin", "last", "withdrawn", "change"))]
    versioned = (master_version.c.batch_id == control_plan.c.batch_id) & (master_version.c.line == control_plan.c.line)
    for chunk in in_chunks(plants):
        query = select(*columns).outerjoin(master_version, versioned).order_by(*_STATED_ORDER)
        wanted = (control_plan.c.plant.in_(chunk), *earlier(control_plan, before))
        for row in connection.execute(query.where(*wanted)):
            stated[row.plant][row.part].append(_stated_plan(row))
    zones = _zones(connection, plants)
    return {
        plant: entries
        for plant, by_part in sorted(stated.items())
        if (entries := tuple(_entries(by_part, zones.get(plant, UTC), at)))
    }


def _entries(by_part: Mapping[str, list[StatedPlan]], zone: tzinfo, at: datetime | None) -> Iterator[PlanEntry]:
    for _, stated in sorted(by_part.items()):
        spans = tuple(span for span in plan_spans(stated, zone) if at is None or not span.dated or span.begin <= at)
        if spans:
            yield PlanEntry(spans[-1].id, spans[-1].plan, spans)


def _stated_plan(row: Row[Any]) -> StatedPlan:
    dated = bool(row.change)
    return StatedPlan(
        id=row.id,
        plan=msgspec.convert(row.plan, ControlPlan),
        stated_at=from_micros(row.event_time),
        begin=date.fromisoformat(row.begin) if dated else None,
        end=date.fromisoformat(row.last) if dated and row.last else None,
        withdrawn=dated and bool(row.withdrawn),
    )


def _zones(connection: Reading, plants: Collection[str]) -> dict[str, ZoneInfo]:
    return {
        row.id: ZoneInfo(row.time_zone)
        for chunk in in_chunks(plants)
        for row in connection.execute(select(plant).where(plant.c.id.in_(chunk)).order_by(*_log_order(plant)))
    }


def operation_named(plan: ControlPlan | None, operation: str) -> Named:
    """The operation's names in ``plan``; its id where the plan does not name it."""
    known = planned_operation(plan, operation)
    return Named(known.id, known.name or known.id, known.name_zh) if known else unnamed(operation)


def planned_operation(plan: ControlPlan | None, operation: str) -> Operation | None:
    """The operation in ``plan``, if it is there."""
    return next((known for known in plan.operations if known.id == operation), None) if plan else None


def part_name(parts: Mapping[str, PartEntry], part: str) -> Named:
    """The part's names; its number where no control plan names it."""
    entry = parts.get(part)
    return entry.named if entry else Named(part, part_label(part))


def part_label(part: str) -> str:
    """What a part without a name is called: the number behind its identity's last slash."""
    return part.rsplit("/", 1)[-1]


@cache
def _planned_parts(*, postgres: bool) -> Select[Any]:
    columns = (control_plan.c.part, control_plan.c.plant, control_plan.c.name, control_plan.c.name_zh)
    return select(*columns).where(listed(control_plan.c.part, _PARTS, postgres=postgres)).order_by(*_STATED_ORDER)


@cache
def _versions_of_parts(*, postgres: bool) -> Select[Any]:
    version = master_version.c
    return (
        select(version.about, version.begin, version.withdrawn, version.body)
        .where(version.kind == "part", listed(version.about, _PARTS, postgres=postgres))
        .order_by(version.event_time, version.author, version.chain, version.seq)
    )


def _valid(table: Table, *columns: str) -> Select[Any]:
    """Rows of ``table``, those that are valid from a later day last; none begins ahead."""
    same = (master_version.c.batch_id == table.c.batch_id) & (master_version.c.line == table.c.line)
    begin = func.coalesce(master_version.c.begin, "")
    found = select(*(table.c[name] for name in columns)).select_from(table.outerjoin(master_version, same))
    return found.order_by(begin, *_log_order(table))


def _log_order(table: Table) -> tuple[Column[Any], Column[Any]]:
    return table.c.batch_id, table.c.line


_PARTS = "parts"
_ORGANISATIONS = _valid(organisation, "id", "name", "name_zh")
_PLANTS = _valid(plant, "id", "organisation", "name", "name_zh", "time_zone")
_AUTHORS = select(author_key.c.id, author_key.c.plant, author_key.c.environment).order_by(*_log_order(author_key))
