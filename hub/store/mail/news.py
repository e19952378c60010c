"""What stands in the ledger between two log positions that one agent should hear of."""

from datetime import datetime

import msgspec
from sqlalchemy import or_, select

from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.tables.every import link, unit_result
from hub.store.tables.fleet import hold_order, plant_message


class OtherResult(msgspec.Struct, frozen=True):
    """A result of a serialised unit, made by another author of the plant."""

    batch_id: int
    unit: str
    operation: str
    verdict: str
    flags: tuple[str, ...]
    event_time: datetime


class OtherLot(msgspec.Struct, frozen=True):
    """A lot joined to a unit by another author of the plant."""

    unit: str
    lot: str
    event_time: datetime


class Order(msgspec.Struct, frozen=True):
    """A hold order, as entered."""

    id: str
    scope: str
    target: str
    state: str
    by: str
    reason: str
    plant: str | None


class Message(msgspec.Struct, frozen=True):
    """A plant's message, as entered."""

    id: str
    recipient: str
    envelope: tuple[str, ...]


def other_results(
    connection: Reading, *, plant: str, author: str, begin: int, end: int, most: int
) -> list[OtherResult]:
    """Results at log positions ``[begin, end)``, at most about ``most``, but every one of the batches it names."""
    columns = (
        unit_result.c.batch_id,
        unit_result.c.unit,
        unit_result.c.operation,
        unit_result.c.verdict,
        unit_result.c.flags,
        unit_result.c.event_time,
    )
    chosen = (
        select(*columns)
        .where(
            unit_result.c.batch_id >= begin,
            unit_result.c.plant == plant,
            unit_result.c.author != author,
            unit_result.c.unit.is_not(None),
        )
        .order_by(unit_result.c.batch_id, unit_result.c.line)
    )
    rows = connection.execute(chosen.where(unit_result.c.batch_id < end).limit(most)).all()
    if len(rows) == most:  # the last batch may be cut: all of it, nothing behind it
        last = rows[-1].batch_id
        rows = connection.execute(chosen.where(unit_result.c.batch_id <= last)).all()
    return [
        OtherResult(row.batch_id, row.unit, row.operation, row.verdict, tuple(row.flags), from_micros(row.event_time))
        for row in rows
    ]


def other_lots(connection: Reading, *, plant: str, author: str, begin: int, end: int) -> list[OtherLot]:
    """Lots joined to units at log positions ``[begin, end)``."""
    query = (
        select(link.c.parent, link.c.child, link.c.event_time)
        .where(
            link.c.batch_id >= begin,
            link.c.batch_id < end,
            link.c.plant == plant,
            link.c.author != author,
            link.c.certain.is_(False),
            link.c.action == "ADD",
        )
        .order_by(link.c.batch_id, link.c.line, link.c.item)
    )
    return [OtherLot(row.parent, row.child, from_micros(row.event_time)) for row in connection.execute(query)]


def orders_between(connection: Reading, *, plant: str, begin: int, end: int) -> list[Order]:
    """Hold orders for a plant, or for every one, at log positions ``[begin, end)``."""
    query = (
        select(hold_order)
        .where(
            hold_order.c.batch_id >= begin,
            hold_order.c.batch_id < end,
            or_(hold_order.c.plant.is_(None), hold_order.c.plant == plant),
        )
        .order_by(hold_order.c.batch_id, hold_order.c.line)
    )
    return [
        Order(row.id, row.scope, row.target, row.state, row.by, row.reason, row.plant)
        for row in connection.execute(query)
    ]


def last_order(connection: Reading, order_id: str) -> Order | None:
    """A hold order as entered last."""
    newest = hold_order.c.batch_id.desc(), hold_order.c.line.desc()
    row = connection.execute(select(hold_order).where(hold_order.c.id == order_id).order_by(*newest).limit(1)).first()
    return None if row is None else Order(row.id, row.scope, row.target, row.state, row.by, row.reason, row.plant)


def messages_between(connection: Reading, *, recipient: str, begin: int, end: int) -> list[Message]:
    """Messages of its plant to an agent at log positions ``[begin, end)``."""
    query = (
        select(plant_message)
        .where(
            plant_message.c.recipient == recipient,
            plant_message.c.batch_id >= begin,
            plant_message.c.batch_id < end,
        )
        .order_by(plant_message.c.batch_id, plant_message.c.line)
    )
    return [Message(row.id, row.recipient, tuple(row.envelope)) for row in connection.execute(query)]
