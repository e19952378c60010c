"""Captured events as they are kept."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, and_, exists, func, not_, or_, select, tuple_

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.listed import pairs_in
from hub.store.tables.epcis import epcis_event, epcis_key
from hub.store.tables.every import batch

LogPlace = tuple[int, int, int]
"""Log index of a batch, line in it, and the place of an event among those of one record."""
Content = tuple[str, str | None]
"""What an event says: its hash, and for an error declaration the hash of its text."""
Said = tuple[str, str | None, str]
"""A content, and who captured it."""


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A captured event; times in microseconds since 1970 UTC. ``disputed``: others of its name say something else."""

    place: LogPlace
    record_time: int
    event_time: int
    event_id: str
    text: str


class Restriction(msgspec.Struct, frozen=True, kw_only=True):
    """What candidates have in common; None or empty: whatever.

    ``keys`` are alternatives by kind, of which an event needs one of each kind. Times in microseconds since 1970 UTC.
    """

    keys: dict[str, tuple[str, ...]] = {}
    types: tuple[str, ...] | None = None
    biz_steps: tuple[str, ...] | None = None
    dispositions: tuple[str, ...] | None = None
    event_ids: tuple[str, ...] | None = None
    event_from: int | None = None
    event_before: int | None = None
    record_from: int | None = None
    record_before: int | None = None


class Within(msgspec.Struct, frozen=True, kw_only=True):
    """Places of the log behind ``after`` in batches below ``end``; where ``batches`` are named, in these alone."""

    after: LogPlace
    end: int
    batches: tuple[int, ...] | None = None


def contents_of(connection: Reading, event_ids: Collection[str]) -> dict[str, set[Said]]:
    """What is said already under each of ``event_ids``, and by whom."""
    found: dict[str, set[Said]] = {}
    table = epcis_event.c
    columns = (table.event_id, table.hash_id, table.declaration, table.organisation)
    for chunk in in_chunks(event_ids):
        for row in connection.execute(select(*columns).where(table.event_id.in_(chunk))):
            found.setdefault(row.event_id, set()).add((row.hash_id, row.declaration, row.organisation))
    return found


def disputed_of(connection: Reading, event_ids: Collection[str]) -> set[str]:
    """Those of ``event_ids`` under which different things are said."""
    return {name for name, said in contents_of(connection, event_ids).items() if len({each[0] for each in said}) > 1}


def events_within(connection: Reading, within: Within, wanted: Restriction, most: int) -> list[StoredEvent]:
    """Captured events at places of the log, in its order."""
    table = epcis_event
    query = (
        select(table, batch.c.record_time)
        .join_from(table, batch, batch.c.id == table.c.batch_id)
        .where(stands_within(table, within, 0), _first_of_its_content(), *_conditions(wanted))
        .order_by(table.c.batch_id, table.c.line)
        .limit(most)
    )
    return [_stored(row) for row in connection.execute(query)]


def stands_within(table: Any, within: Within, number: int) -> ColumnElement[bool]:
    """Whether event ``number`` of a row's record stands there, in a form that the key answers."""
    batch_id, line, item = within.after
    first = line if item < number else line + 1
    same = and_(table.c.batch_id == batch_id, table.c.line >= first)
    behind = or_(table.c.batch_id > batch_id, same)
    if within.batches is not None:
        return and_(table.c.batch_id.in_([each for each in within.batches if each >= batch_id]), behind)
    return and_(table.c.batch_id >= batch_id, table.c.batch_id < within.end, behind)


def _first_of_its_content() -> ColumnElement[bool]:
    """Whether nobody captured the same before: what several organisations say alike is one event."""
    table, other = epcis_event.c, epcis_event.alias("other")
    earlier = or_(
        other.c.batch_id < table.batch_id,
        and_(other.c.batch_id == table.batch_id, other.c.line < table.line),
    )
    same = (
        other.c.event_id == table.event_id,
        other.c.hash_id == table.hash_id,
        other.c.declaration.is_not_distinct_from(table.declaration),
    )
    return not_(exists(select(other.c.batch_id).where(*same, earlier)))


def batches_between(connection: Reading, wanted: Restriction) -> tuple[int, int | None]:
    """The first place of the log, and the first behind the last one, that the bounds of record time allow."""
    begin, end = 0, None
    if wanted.record_from is not None:
        query = select(func.min(batch.c.id)).where(batch.c.record_time >= wanted.record_from)
        first = connection.execute(query).scalar_one_or_none()
        begin = _next(connection) if first is None else int(first)
    if wanted.record_before is not None:
        query = select(func.max(batch.c.id)).where(batch.c.record_time < wanted.record_before)
        last = connection.execute(query).scalar_one_or_none()
        end = 0 if last is None else int(last) + 1
    return begin, end


def _next(connection: Reading) -> int:
    return int(connection.execute(select(func.coalesce(func.max(batch.c.id) + 1, 0))).scalar_one())


def _conditions(wanted: Restriction) -> list[ColumnElement[bool]]:
    table = epcis_event.c
    found: list[ColumnElement[bool]] = []
    for column, values in (
        (table.type, wanted.types),
        (table.biz_step, wanted.biz_steps),
        (table.disposition, wanted.dispositions),
        (table.event_id, wanted.event_ids),
    ):
        if values is not None:
            found.append(column.in_(values))
    if wanted.event_from is not None:
        found.append(table.event_time >= wanted.event_from)
    if wanted.event_before is not None:
        found.append(table.event_time < wanted.event_before)
    key = epcis_key.c
    for kind, values in wanted.keys.items():
        places = select(key.batch_id, key.line).where(key.kind == kind, key.value.in_(values))
        found.append(tuple_(table.batch_id, table.line).in_(places))
    return found


def _stored(row: Row[Any]) -> StoredEvent:
    return StoredEvent(
        place=(row.batch_id, row.line, 0),
        record_time=row.record_time,
        event_time=row.event_time,
        event_id=row.event_id,
        text=row.text,
    )


def events_at(connection: Reading, places: Collection[tuple[int, int]]) -> list[StoredEvent]:
    """The captured events at places of the log."""
    table = epcis_event
    found: list[StoredEvent] = []
    for chunk in in_chunks(places):
        query = (
            select(table, batch.c.record_time)
            .join_from(table, batch, batch.c.id == table.c.batch_id)
            .where(pairs_in(connection, table.c.batch_id, table.c.line, chunk))
        )
        found += [_stored(row) for row in connection.execute(query)]
    return found
