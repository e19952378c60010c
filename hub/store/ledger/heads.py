"""The last batch of each author, found by the heads of its chains: however long the log, a few rows for each."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.tables.every import author_key, batch


def last_of_authors(connection: Reading, authors: Collection[str]) -> dict[str, datetime]:
    """When the latest batch of each of some registered authors was stored; those of none are not in the answer."""
    found: dict[str, datetime] = {}
    for chunk in in_chunks(authors):
        heads = connection.execute(_HEADS, {"authors": chunk}).scalars().all()
        query = select(batch.c.author, batch.c.record_time).where(batch.c.id.in_(heads)).order_by(batch.c.id)
        for row in connection.execute(query):  # in the order of the log: of several chains the last one stays
            found[row.author] = from_micros(row.record_time)
    return found


def _heads() -> Select[Any]:
    """Chain after chain by the index of authors, chains and numbers."""
    key, first, later, last = author_key.alias("key"), batch.alias("first"), batch.alias("later"), batch.alias("last")
    lowest = select(func.min(first.c.chain)).where(first.c.author == key.c.id).scalar_subquery()
    begun = (
        select(key.c.id.label("author"), lowest.label("chain"))
        .where(key.c.id.in_(bindparam("authors", expanding=True)))
        .distinct()
        .cte("chains", recursive=True)
    )
    before = begun.alias("before")
    above = (later.c.author == before.c.author) & (later.c.chain > before.c.chain)
    next_one = select(func.min(later.c.chain)).where(above).scalar_subquery()
    chains = begun.union(select(before.c.author, next_one).where(before.c.chain.is_not(None)))
    own = (last.c.author == chains.c.author) & (last.c.chain == chains.c.chain)
    head = select(last.c.id).where(own).order_by(last.c.seq.desc()).limit(1).scalar_subquery()
    return select(head).where(chains.c.chain.is_not(None))


_HEADS = _heads()
