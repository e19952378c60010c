"""Names: organisations, plants, authors and control plans, each in its latest statement.

What the hub itself sealed (organisations, plants, keys) counts from its log position on. Control plans come from
several authors: there event time decides, then author, chain and sequence, never arrival.
"""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from sqlalchemy import Column, Table, select

from hub.named import Named, unnamed
from hub.store.chunks import in_chunks
from hub.store.database import Reading
from hub.store.horizon import earlier
from hub.store.tables import author_key, control_plan, organisation, plant
from traceability.record.master import ControlPlan, Operation
from traceability.unit import Environment

_STATED_ORDER = (control_plan.c.event_time, control_plan.c.author, control_plan.c.chain, control_plan.c.seq)


class PlantEntry(msgspec.Struct, frozen=True):
    """A plant as its master data say."""

    named: Named
    organisation: Named
    time_zone: str


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

    def organisation_of(self, plant_id: str | None) -> Named | None:
        """The organisation that a plant belongs to."""
        entry = self.plants.get(plant_id) if plant_id is not None else None
        return entry.organisation if entry else None


class PartEntry(msgspec.Struct, frozen=True):
    """A part by its latest control plan; ``plants`` that plan to make it."""

    named: Named
    plants: tuple[str, ...]


class PlanEntry(msgspec.Struct, frozen=True):
    """A control plan and its id."""

    id: str
    plan: ControlPlan


def read_master(connection: Reading) -> Master:
    """Everything that has a name; three statements."""
    organisations = {
        row.id: Named(row.id, row.name or row.id, row.name_zh)
        for row in connection.execute(select(organisation).order_by(*_log_order(organisation)))
    }
    plants = {
        row.id: PlantEntry(
            Named(row.id, row.name or row.id, row.name_zh),
            organisations.get(row.organisation, unnamed(row.organisation)),
            row.time_zone,
        )
        for row in connection.execute(select(plant).order_by(*_log_order(plant)))
    }
    keys = connection.execute(select(author_key).order_by(*_log_order(author_key)))
    authors = {row.id: AuthorEntry(row.id, row.plant, Environment(row.environment)) for row in keys}
    return Master(organisations, plants, authors)


def parts_named(connection: Reading, parts: Collection[str]) -> dict[str, PartEntry]:
    """Names of ``parts`` from control plans; parts without one are not in the answer."""
    columns = (control_plan.c.part, control_plan.c.plant, control_plan.c.name, control_plan.c.name_zh)
    names: dict[str, Named] = {}
    plants: dict[str, set[str]] = {}
    for chunk in in_chunks(parts):
        statement = select(*columns).where(control_plan.c.part.in_(chunk)).order_by(*_STATED_ORDER)
        for row in connection.execute(statement):
            names[row.part] = Named(row.part, row.name or part_label(row.part), row.name_zh)
            plants.setdefault(row.part, set()).add(row.plant)
    return {part: PartEntry(named, tuple(sorted(plants[part]))) for part, named in names.items()}


def plans_by_id(connection: Reading, ids: Collection[str]) -> dict[str, ControlPlan]:
    """Control plans that results cite; an id is the hash of its plan, so all rows of one id say the same."""
    found: dict[str, ControlPlan] = {}
    for chunk in in_chunks(ids):
        for row in connection.execute(
            select(control_plan.c.id, control_plan.c.plan).where(control_plan.c.id.in_(chunk))
        ):
            found[row.id] = msgspec.convert(row.plan, ControlPlan)
    return found


def plans_of_plants(
    connection: Reading, plants: Collection[str], before: int | None = None
) -> dict[str, tuple[PlanEntry, ...]]:
    """The latest control plan of each part at each plant, by plant; parts in order.

    ``before``: of those in batches before this one.
    """
    latest: dict[tuple[str, str], PlanEntry] = {}
    for chunk in in_chunks(plants):
        stated = select(control_plan).where(control_plan.c.plant.in_(chunk), *earlier(control_plan, before))
        for row in connection.execute(stated.order_by(*_STATED_ORDER)):
            latest[row.plant, row.part] = PlanEntry(row.id, msgspec.convert(row.plan, ControlPlan))
    by_plant: dict[str, tuple[PlanEntry, ...]] = {}
    for key in sorted(latest):
        by_plant[key[0]] = (*by_plant.get(key[0], ()), latest[key])
    return by_plant


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


def _log_order(table: Table) -> tuple[Column[Any], Column[Any]]:
    return table.c.batch_id, table.c.line
