"""The log of reads: entries are added, and read by their owner."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import insert, select

from hub.store.database import Reading, Writing
from hub.store.tables import audit_read


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


def add_reads(connection: Writing, entries: Sequence[StoredRead]) -> None:
    """Put ``entries`` at the end of the log."""
    rows = [
        {name: value for name, value in msgspec.structs.asdict(entry).items() if name != "number"} for entry in entries
    ]
    connection.execute(insert(audit_read), rows)


def reads_of(connection: Reading, owner: str | None, before: int | None, limit: int) -> list[StoredRead]:
    """The latest ``limit`` entries about ``owner`` (everybody if None) with a number below ``before``."""
    query = select(audit_read).order_by(audit_read.c.number.desc()).limit(limit)
    if owner is not None:
        query = query.where(audit_read.c.owner == owner)
    if before is not None:
        query = query.where(audit_read.c.number < before)
    return [StoredRead(**row) for row in connection.execute(query).mappings()]
