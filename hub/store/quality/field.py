"""What became of units in the field, and when units were made."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Row, func, select

from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.ledger.horizon import earlier
from hub.store.tables.every import unit_result
from hub.store.tables.field import field_failure, field_usage
from traceability.unit import Verdict


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One claim; ``batch_id`` and ``line`` point to its evidence."""

    batch_id: int
    line: int
    id: str
    plant: str
    unit: str
    failed_on: date
    mode: str
    component: str
    used: Decimal | None
    uom: str
    evidence: str
    entered_by: str


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """How much a unit had been used by a day."""

    id: str
    unit: str
    read_on: date
    used: Decimal
    uom: str


def field_failures(connection: Reading, plants: Collection[str] = (), before: int | None = None) -> list[Failure]:
    """Claims in the order of the log; of all plants where none is named."""
    table = field_failure
    query = select(table).where(*earlier(table, before)).order_by(table.c.batch_id, table.c.line)
    if plants:
        query = query.where(table.c.plant.in_(sorted(plants)))
    return [_failure(row) for row in connection.execute(query)]


def failures_of_units(connection: Reading, units: Collection[str]) -> list[Failure]:
    """Claims for any of ``units``, by whichever name they were claimed; the latest failure first."""
    query = select(field_failure).where(field_failure.c.unit.in_(sorted(units)))
    found = [_failure(row) for row in connection.execute(query)]
    return sorted(found, key=lambda one: (one.failed_on, one.batch_id, one.line), reverse=True)


def latest_failures(connection: Reading, most: int, plant: str | None = None) -> list[Failure]:
    """The last claims that were entered, the latest first; of one plant or of all."""
    table = field_failure.c
    query = select(field_failure).order_by(table.batch_id.desc(), table.line.desc()).limit(most)
    if plant is not None:
        query = query.where(table.plant == plant)
    return [_failure(row) for row in connection.execute(query)]


def _failure(row: Row[Any]) -> Failure:
    return Failure(
        batch_id=row.batch_id,
        line=row.line,
        id=row.id,
        plant=row.plant,
        unit=row.unit,
        failed_on=date.fromisoformat(row.failed_on),
        mode=row.mode,
        component=row.component,
        used=None if row.used is None else Decimal(row.used),
        uom=row.uom,
        evidence=row.claim_evidence,
        entered_by=row.entered_by,
    )


def field_usages(connection: Reading, plants: Collection[str] = (), before: int | None = None) -> list[Usage]:
    """Readings of usage in the order of the log."""
    table = field_usage
    query = select(table).where(*earlier(table, before)).order_by(table.c.batch_id, table.c.line)
    if plants:
        query = query.where(table.c.plant.in_(sorted(plants)))
    return [
        Usage(
            id=row.id,
            unit=row.unit,
            read_on=date.fromisoformat(row.read_on),
            used=Decimal(row.used),
            uom=row.uom,
        )
        for row in connection.execute(query)
    ]


def field_ids(connection: Reading, plant: str) -> set[str]:
    """Ids of claims and readings that a plant has entered."""
    return {
        str(identity)
        for table in (field_failure, field_usage)
        for identity in connection.execute(select(table.c.id).where(table.c.plant == plant)).scalars()
    }


def made_units(
    connection: Reading, part: str, plants: Collection[str], log_size: int, most: int
) -> dict[str, datetime]:
    """Units of a part with the time of their latest OK at any of ``plants``; at most ``most``, by name."""
    table = unit_result
    query = (
        select(table.c.unit, func.max(table.c.event_time))
        .where(
            table.c.plant.in_(sorted(plants)),
            table.c.part == part,
            table.c.unit.is_not(None),
            table.c.verdict == Verdict.OK.value,
            table.c.batch_id < log_size,
        )
        .group_by(table.c.unit)
        .order_by(table.c.unit)
        .limit(most)
    )
    return {str(unit): from_micros(made) for unit, made in connection.execute(query)}
