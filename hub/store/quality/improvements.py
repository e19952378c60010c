"""Improvements and their changes as they stand in the projection."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Row, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.tables.improvement import improvement, improvement_change
from traceability.record.improvement import ImprovementChangeRecord, ImprovementContent


class StoredImprovement(msgspec.Struct, frozen=True, kw_only=True):
    """An improvement as it was begun; ``event_time`` in microseconds since 1970 UTC."""

    id: str
    content: ImprovementContent
    by: str
    event_time: int


def stored_improvement(connection: Reading, identity: str) -> StoredImprovement | None:
    """One by its id: of several contents under one id, which only a broken hub can have made, the first sealed."""
    query = select(improvement).where(improvement.c.id == identity)
    row = connection.execute(query.order_by(improvement.c.event_time, improvement.c.batch_id)).first()
    return None if row is None else _stored(row)


def stored_improvements(connection: Reading, plant: str | None = None) -> list[StoredImprovement]:
    """Of a plant, or of all that may be seen; the latest first."""
    query = select(improvement).order_by(improvement.c.event_time.desc(), improvement.c.id)
    if plant is not None:
        query = query.where(improvement.c.plant == plant)
    return [_stored(row) for row in connection.execute(query)]


def improvement_changes(connection: Reading, identities: Collection[str]) -> dict[str, list[ImprovementChangeRecord]]:
    """The changes of each of these improvements."""
    found: dict[str, list[ImprovementChangeRecord]] = {identity: [] for identity in identities}
    for some in in_chunks(identities):
        query = select(improvement_change.c.id, improvement_change.c.record)
        for row in connection.execute(query.where(improvement_change.c.id.in_(some))):
            found[row.id].append(msgspec.convert(row.record, ImprovementChangeRecord))
    return found


def _stored(row: Row[Any]) -> StoredImprovement:
    content = msgspec.convert(row.content, ImprovementContent)
    return StoredImprovement(id=row.id, content=content, by=row.by, event_time=row.event_time)
