"""What the ledger and what stands beside it know of agents, all of them at once or one in full."""

from datetime import datetime

import msgspec
from sqlalchemy import func, select

from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.tables.every import author_key, batch, chain_start, data_loss, fork, quarantine
from hub.store.tables.fleet import author_key_revoked, key_proof


class KeyEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The key of an author as entered last: since when, at which log position, and how it came to be."""

    at: datetime
    batch: int
    origin: str
    revoked_at: datetime | None = None
    revoked_by: str = ""
    reason: str = ""


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Of one author: loss entries and what they declare lost, records set aside, forks."""

    losses: int = 0
    lost: int = 0
    quarantined: int = 0
    forks: int = 0


class StoredLoss(msgspec.Struct, frozen=True, kw_only=True):
    """A loss entry with its place in the log."""

    at: datetime
    stream: str
    count: int
    first: int | None
    last: int | None
    reason: str
    batch: int
    line: int


class StoredChain(msgspec.Struct, frozen=True, kw_only=True):
    """A chain that was begun: why, and what its author declared lost then."""

    at: datetime
    reason: str
    lost: str
    batch: int
    line: int


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """Batches and records of one author."""

    batches: int
    records: int
    last: datetime | None


def counts_by_author(connection: Reading) -> dict[str, Counts]:
    """Of every author that has any; three statements."""
    losses = {
        row.author: (row.entries, int(row.lost))
        for row in connection.execute(
            select(
                data_loss.c.author, func.count().label("entries"), func.sum(data_loss.c["count"]).label("lost")
            ).group_by(data_loss.c.author)
        )
    }
    held, forks = (
        {row.author: row.entries for row in connection.execute(query)}
        for query in (
            select(table.c.author, func.count().label("entries")).group_by(table.c.author)
            for table in (quarantine, fork)
        )
    )
    return {
        author: Counts(
            losses=losses.get(author, (0, 0))[0],
            lost=losses.get(author, (0, 0))[1],
            quarantined=held.get(author, 0),
            forks=forks.get(author, 0),
        )
        for author in {*losses, *held, *forks}
    }


def keys_by_author(connection: Reading) -> dict[str, KeyEntry]:
    """The last key of every author; a revocation behind it is told. Three statements."""
    origins = {
        (row.id, row.batch_id): row.origin
        for row in connection.execute(select(key_proof.c.id, key_proof.c.batch_id, key_proof.c.origin))
    }
    entered = select(author_key.c.id, author_key.c.batch_id, author_key.c.event_time)
    found = {
        row.id: KeyEntry(
            at=from_micros(row.event_time), batch=row.batch_id, origin=origins.get((row.id, row.batch_id), "entered")
        )
        for row in connection.execute(entered.order_by(author_key.c.batch_id, author_key.c.line))
    }
    for row in connection.execute(select(author_key_revoked).order_by(author_key_revoked.c.batch_id)):
        key = found.get(row.id)
        if key is not None and row.batch_id > key.batch:
            found[row.id] = msgspec.structs.replace(
                key, revoked_at=from_micros(row.event_time), revoked_by=row.by, reason=row.reason
            )
    return found


def sent_by(connection: Reading, author: str) -> Sent:
    """What an author sent, over all its chains."""
    query = select(func.count(), func.sum(batch.c.records), func.max(batch.c.record_time)).where(
        batch.c.author == author
    )
    batches, records, last = connection.execute(query).one()
    return Sent(batches=batches, records=int(records or 0), last=None if last is None else from_micros(last))


def losses_of(connection: Reading, author: str, most: int) -> list[StoredLoss]:
    """The loss entries of an author, the latest first."""
    query = select(data_loss).where(data_loss.c.author == author)
    rows = connection.execute(query.order_by(data_loss.c.batch_id.desc(), data_loss.c.line.desc()).limit(most))
    return [
        StoredLoss(
            at=from_micros(row["event_time"]),
            **{name: row[name] for name in ("stream", "count", "first", "last", "reason", "line")},
            batch=row["batch_id"],
        )
        for row in rows.mappings()
    ]


def chains_of(connection: Reading, author: str) -> list[StoredChain]:
    """The chains that an author began, the latest first."""
    query = select(chain_start).where(chain_start.c.author == author)
    return [
        StoredChain(
            at=from_micros(row.event_time), reason=row.reason, lost=row.lost or "", batch=row.batch_id, line=row.line
        )
        for row in connection.execute(query.order_by(chain_start.c.batch_id.desc(), chain_start.c.line.desc()))
    ]
