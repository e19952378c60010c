"""Statements about quality at plants: calendars, cost rates, gauges, policies, Levels; and loss entries in detail."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.core.memo import once
from hub.store.ledger.horizon import earlier
from hub.store.production.corrections import Place, erroneous
from hub.store.tables.every import quality_loss, quality_loss_detail, quality_statement
from traceability.record.base import Record

R = TypeVar("R", bound=Record)
_SALT = "0" * 32


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it was stated, and where it stands."""

    record: Any
    batch_id: int
    line: int
    place: Place


class LossLine(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the loss ledger; ``reversed_by`` is the id of its reversal."""

    id: str
    plant: str
    item: str
    amount: Decimal
    currency: str
    accrued: date
    evidence: str
    entered_by: str
    part: str = ""
    operation: str = ""
    supplier: str = ""
    recovered: Decimal = Decimal(0)
    batch_id: int
    reversed_by: str | None = None


def statements(
    connection: Reading, kind: type[R], plants: Collection[str], before: int | None = None
) -> list[tuple[R, Stated]]:
    """Every record of a kind about ``plants`` in the order of the log; ``before``: from batches before this one."""
    question = (statements, kind, frozenset(plants), before)
    return list(once(connection, question, lambda: _statements(connection, kind, plants, before)))


def _statements(
    connection: Reading, kind: type[R], plants: Collection[str], before: int | None
) -> list[tuple[R, Stated]]:
    tag = kind.__struct_config__.tag
    found: list[tuple[R, Stated]] = []
    table = quality_statement
    for chunk in in_chunks(plants):
        query = select(table).where(table.c.kind == tag, table.c.plant.in_(chunk), *earlier(table, before))
        for row in connection.execute(query):
            stamp = {
                "kind": tag,
                "id": row.id,
                "seq": row.seq,
                "event_time": from_micros(row.event_time),
                "salt": _SALT,
            }
            record = msgspec.convert({**row.body, **stamp}, kind, strict=False)
            found.append((record, Stated(record=record, batch_id=row.batch_id, line=row.line, place=_place(row))))
    return sorted(found, key=lambda pair: (pair[1].batch_id, pair[1].line))


def standing_statements(
    connection: Reading, kind: type[R], plants: Collection[str], before: int | None = None
) -> list[tuple[R, Stated]]:
    """As :func:`statements`, without those that were declared wrong."""
    found = statements(connection, kind, plants, before)
    wrong = erroneous(connection, (stated.place for _, stated in found), before)
    return [pair for pair in found if pair[1].place not in wrong]


def loss_lines(connection: Reading, plants: Collection[str], before: int | None = None) -> list[LossLine]:
    """The loss ledger of plants, entry by entry, reversed ones included; in the order of the log."""
    from_detail = (quality_loss.c.batch_id == quality_loss_detail.c.batch_id) & (
        quality_loss.c.line == quality_loss_detail.c.line
    )
    detail = (quality_loss_detail.c[name] for name in ("part", "operation", "supplier", "recovered"))
    reversals = _reversals(connection, plants, before)
    lines: list[LossLine] = []
    for chunk in in_chunks(plants):
        query = (
            select(quality_loss, *detail)
            .outerjoin(quality_loss_detail, from_detail)
            .where(quality_loss.c.plant.in_(chunk), *earlier(quality_loss, before))
            .order_by(quality_loss.c.batch_id, quality_loss.c.line)
        )
        lines.extend(
            LossLine(
                id=row.id,
                plant=row.plant,
                item=row.item,
                amount=Decimal(row.amount),
                currency=row.currency,
                accrued=date.fromisoformat(row.accrued_on),
                evidence=row.evidence,
                entered_by=row.entered_by,
                part=row.part or "",
                operation=row.operation or "",
                supplier=row.supplier or "",
                recovered=Decimal(row.recovered or 0),
                batch_id=row.batch_id,
                reversed_by=reversals.get((row.plant, row.id)),
            )
            for row in connection.execute(query)
        )
    return lines


def _place(row: Row[Any]) -> Place:
    return Place(row.author, row.chain, row.seq, row.id, row.plant)


def _reversals(connection: Reading, plants: Collection[str], before: int | None) -> dict[tuple[str, str], str]:
    table = quality_statement
    return {
        (row.plant, row.body["reverses"]): row.id
        for chunk in in_chunks(plants)
        for row in connection.execute(
            select(table.c.plant, table.c.id, table.c.body)
            .where(table.c.kind == "loss-reversal", table.c.plant.in_(chunk), *earlier(table, before))
            .order_by(table.c.batch_id, table.c.line)
        )
    }
