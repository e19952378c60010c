"""Requirements and their changes as they stand in the projection."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Row, Select, or_, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.tables.requirement import requirement, requirement_change, requirement_status
from traceability.record.requirement import RequirementChangeRecord, RequirementContent, RequirementStatusRecord


class StoredRequirement(msgspec.Struct, frozen=True, kw_only=True):
    """A requirement as it was proposed; ``event_time`` in microseconds since 1970 UTC."""

    id: str
    content: RequirementContent
    content_hash: str
    by: str
    event_time: int


class RequirementsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which requirements; None: any. ``party`` is customer or supplier."""

    party: str | None = None
    customer: str | None = None
    supplier: str | None = None
    part: str | None = None
    passes_on: str | None = None


def stored_requirement(connection: Reading, identity: str) -> StoredRequirement | None:
    """One by its id: of several contents under one id, which only a broken hub can have made, the first sealed."""
    query = select(requirement).where(requirement.c.id == identity)
    row = connection.execute(query.order_by(requirement.c.event_time, requirement.c.batch_id)).first()
    return None if row is None else _stored(row)


def stored_requirements(connection: Reading, wanted: RequirementsWanted) -> list[StoredRequirement]:
    """All that fit, the latest first."""
    query: Select[Any] = select(requirement)
    for name in ("customer", "supplier", "part", "passes_on"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(requirement.c[name] == value)
    if wanted.party is not None:
        query = query.where(or_(requirement.c.customer == wanted.party, requirement.c.supplier == wanted.party))
    query = query.order_by(requirement.c.event_time.desc(), requirement.c.id)
    return [_stored(row) for row in connection.execute(query)]


def requirement_changes(connection: Reading, identities: Collection[str]) -> dict[str, list[RequirementChangeRecord]]:
    """The changes of each of these requirements."""
    found: dict[str, list[RequirementChangeRecord]] = {identity: [] for identity in identities}
    for some in in_chunks(identities):
        query = select(requirement_change.c.id, requirement_change.c.record)
        for row in connection.execute(query.where(requirement_change.c.id.in_(some))):
            found[row.id].append(msgspec.convert(row.record, RequirementChangeRecord))
    return found


def requirement_statuses(connection: Reading, identities: Collection[str]) -> dict[str, list[RequirementStatusRecord]]:
    """Where the indicators of each of these came to stand, in the order of the log."""
    found: dict[str, list[RequirementStatusRecord]] = {identity: [] for identity in identities}
    table = requirement_status
    for some in in_chunks(identities):
        query = select(table.c.requirement, table.c.record).where(table.c.requirement.in_(some))
        for row in connection.execute(query.order_by(table.c.batch_id, table.c.line)):
            found[row.requirement].append(msgspec.convert(row.record, RequirementStatusRecord))
    return found


def _stored(row: Row[Any]) -> StoredRequirement:
    return StoredRequirement(
        id=row.id,
        content=msgspec.convert(row.content, RequirementContent),
        content_hash=row.content_hash,
        by=row.by,
        event_time=row.event_time,
    )
