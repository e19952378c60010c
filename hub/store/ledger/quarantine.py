"""Records that are kept and could not be taken, and batches whose clock was ahead."""

import msgspec
from sqlalchemy import select

from hub.store.core.database import Reading
from hub.store.tables.every import batch, quarantine


class QuarantinedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A record in quarantine: ``line`` of the batch at log index ``batch_id``, record ``seq`` of its chain."""

    batch_id: int
    line: int
    author: str
    chain: str
    seq: int
    reason: str


class AheadBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch that was sealed, by its author's clock, ``ahead`` microseconds after it was stored here."""

    batch_id: int
    author: str
    chain: str
    seq: int
    ahead: int


def quarantined_lines(
    connection: Reading, *, author: str | None = None, after: tuple[int, int] = (-1, 0), most: int = 100
) -> list[QuarantinedLine]:
    """At most ``most`` records in quarantine, in the order of the log, behind (batch_id, line) ``after``."""
    batch_id, line = after
    place = (quarantine.c.batch_id > batch_id) | ((quarantine.c.batch_id == batch_id) & (quarantine.c.line > line))
    query = select(quarantine).where(place).order_by(quarantine.c.batch_id, quarantine.c.line).limit(most)
    if author is not None:
        query = query.where(quarantine.c.author == author)
    return [QuarantinedLine(**row) for row in connection.execute(query).mappings()]


def quarantined_places(connection: Reading) -> set[tuple[int, int]]:
    """Log index and line of every record in quarantine."""
    rows = connection.execute(select(quarantine.c.batch_id, quarantine.c.line))
    return {(int(row.batch_id), int(row.line)) for row in rows}


def batches_ahead(connection: Reading, tolerance: int, most: int = 100) -> list[AheadBatch]:
    """The latest batches whose clock was more than ``tolerance`` microseconds ahead, newest first."""
    ahead = (batch.c.sealed_at - batch.c.record_time).label("ahead")
    query = (
        select(batch.c.id.label("batch_id"), batch.c.author, batch.c.chain, batch.c.seq, ahead)
        .where(batch.c.sealed_at > batch.c.record_time + tolerance)
        .order_by(batch.c.id.desc())
        .limit(most)
    )
    return [AheadBatch(**row) for row in connection.execute(query).mappings()]
