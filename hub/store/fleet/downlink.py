"""The last signed batches for each agent, and how far the ledger was gathered for it."""

import msgspec
from sqlalchemy import delete, func, insert, select

from hub.store.core.database import Reading, Writing
from hub.store.tables.every import batch, fork
from hub.store.tables.fleet import downlink_batch, downlink_place

KEPT = 64
"""Batches kept for each agent, so that one whose answer was lost gets the same again."""


class StoredDownlink(msgspec.Struct, frozen=True, kw_only=True):
    """A batch for ``recipient``; ``last_record`` is the sequence of its last record, ``body`` is zstd."""

    recipient: str
    epoch: int
    seq: int
    chain: str
    hash: str
    last_record: int
    made_at: int
    body: bytes


class GatheredTo(msgspec.Struct, frozen=True, kw_only=True):
    """``position``: the first log index not gathered; of how many forks, and which clone alarm, the agent was told."""

    position: int
    forks: int = 0
    clone_at: int | None = None


def latest_downlink(connection: Reading, recipient: str) -> StoredDownlink | None:
    """The newest batch for an agent."""
    newest = downlink_batch.c.epoch.desc(), downlink_batch.c.seq.desc()
    query = select(downlink_batch).where(downlink_batch.c.recipient == recipient).order_by(*newest).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else StoredDownlink(**row)


def find_downlink(connection: Reading, recipient: str, epoch: int, seq: int) -> StoredDownlink | None:
    """One batch for an agent, if it is kept."""
    query = select(downlink_batch).where(
        downlink_batch.c.recipient == recipient, downlink_batch.c.epoch == epoch, downlink_batch.c.seq == seq
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else StoredDownlink(**row)


def keep_downlink(connection: Writing, made: StoredDownlink, gathered: GatheredTo) -> None:
    """Store a batch and how far it reaches; what is older than the newest ``KEPT`` goes."""
    connection.execute(insert(downlink_batch), [msgspec.structs.asdict(made)])
    own = downlink_batch.c.recipient == made.recipient
    earlier = (downlink_batch.c.epoch < made.epoch) | (downlink_batch.c.seq <= made.seq - KEPT)
    connection.execute(delete(downlink_batch).where(own, earlier))
    keep_place(connection, made.recipient, gathered)


def find_place(connection: Reading, recipient: str) -> GatheredTo | None:
    """How far the ledger was gathered for an agent; None before the first time."""
    query = select(downlink_place).where(downlink_place.c.recipient == recipient)
    row = connection.execute(query).one_or_none()
    return None if row is None else GatheredTo(position=row.position, forks=row.forks, clone_at=row.clone_at)


def keep_place(connection: Writing, recipient: str, gathered: GatheredTo) -> None:
    """Put it in the place of the one before."""
    connection.execute(delete(downlink_place).where(downlink_place.c.recipient == recipient))
    connection.execute(insert(downlink_place), [{"recipient": recipient, **msgspec.structs.asdict(gathered)}])


def first_recorded_since(connection: Reading, micros: int) -> int:
    """The log index of the first batch stored at or after that time; the log's size when there is none."""
    found = connection.execute(select(func.min(batch.c.id)).where(batch.c.record_time >= micros)).scalar_one()
    if found is not None:
        return int(found)
    return int(connection.execute(select(func.coalesce(func.max(batch.c.id) + 1, 0))).scalar_one())


def count_forks(connection: Reading, author: str) -> int:
    """How many histories of an author were refused as forks."""
    return int(connection.execute(select(func.count()).select_from(fork).where(fork.c.author == author)).scalar_one())
