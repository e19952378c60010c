"""The log of reads: entries are added, read by their owner, and removed when they are old, which is told."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, func, insert, select

from hub.store.core.database import Reading, Writing
from hub.store.tables.audit import audit_removed
from hub.store.tables.every import audit_read

EVERYBODY = "*"
"""In place of an owner: whoever has records here may be concerned."""


class StoredRead(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of ``owner`` were looked at for ``asker``; ``kinds`` counts them, ``items`` names the first."""

    at: int
    owner: str
    asker: str
    token: str
    asked: str
    kinds: dict[str, int]
    version: str
    items: list[str]
    number: int = 0


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """``reads`` entries from before ``until`` were removed at ``at``, up to number ``through``; times in micros."""

    owner: str
    reads: int
    through: int
    until: int
    at: int


def add_reads(connection: Writing, entries: Sequence[StoredRead]) -> None:
    """Put ``entries`` at the end of the log."""
    rows = [
        {name: value for name, value in msgspec.structs.asdict(entry).items() if name != "number"} for entry in entries
    ]
    connection.execute(insert(audit_read), rows)


def reads_between(
    connection: Reading, owner: str | None, numbers: tuple[int, int | None], asker: str | None, limit: int
) -> list[StoredRead]:
    """The latest ``limit`` entries with ``numbers`` ``[first, before)`` about ``owner`` (everybody if None).

    ``asker``: only those for this organisation ('' is the operator).
    """
    first, before = numbers
    query = select(audit_read).where(audit_read.c.number >= first).order_by(audit_read.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(audit_read.c.number < before)
    if asker is not None:
        query = query.where(audit_read.c.asker == asker)
    # one owner at a time: of both together everything would be read before it is put in order
    several = [query] if owner is None else [query.where(audit_read.c.owner == each) for each in {owner, EVERYBODY}]
    found = [StoredRead(**row) for each in several for row in connection.execute(each).mappings()]
    return sorted(found, key=lambda one: -one.number)[:limit]


def number_at(connection: Reading, at: int) -> int:
    """A number such that entries below it were noted before ``at``; found by halving, as numbers grow with time."""
    low, high = (
        int(connection.execute(select(func.coalesce(end(audit_read.c.number), 0))).scalar_one())
        for end in (func.min, func.max)
    )
    low, high = min(low, high), high + 1
    while low < high:
        middle = (low + high) // 2
        query = select(audit_read.c.at).where(audit_read.c.number >= middle).order_by(audit_read.c.number).limit(1)
        found = connection.execute(query).scalar_one_or_none()
        if found is None or found >= at:
            high = middle
        else:
            low = middle + 1
    return low


def remove_reads(connection: Writing, until: int, at: int) -> int:
    """Remove the entries from before ``until``, and put down for each owner that they were there; how many."""
    table = audit_read.c
    grouped = select(table.owner, func.count().label("reads"), func.max(table.number).label("through"))
    rows = connection.execute(grouped.where(table.at < until).group_by(table.owner)).all()
    if rows:
        told = [
            {"owner": row.owner, "reads": row.reads, "through": row.through, "until": until, "at": at} for row in rows
        ]
        connection.execute(insert(audit_removed), told)
        connection.execute(delete(audit_read).where(table.at < until))
    return sum(row.reads for row in rows)


def removed_of(connection: Reading, owner: str | None) -> list[Removed]:
    """What was removed of the entries about ``owner`` (everybody if None), the latest first."""
    query = select(audit_removed).order_by(audit_removed.c.number.desc())
    if owner is not None:
        query = query.where(audit_removed.c.owner.in_((owner, EVERYBODY)))
    return [
        Removed(owner=row.owner, reads=row.reads, through=row.through, until=row.until, at=row.at)
        for row in connection.execute(query)
    ]
