"""Alarms: authors that signed two histories of one chain, with the refused envelope as proof."""

import msgspec
from sqlalchemy import insert, select

from hub.store.core.database import Reading, Writing
from hub.store.tables.every import fork


class StoredFork(msgspec.Struct, frozen=True, kw_only=True):
    """A refused header; ``record_time`` in microseconds since 1970 UTC, ``envelope`` is its first line as signed."""

    author: str
    chain: str
    seq: int
    hash: str
    record_time: int
    envelope: str


def insert_fork(connection: Writing, seen: StoredFork) -> None:
    """Keep a fork, once however often it is sent."""
    same = (fork.c.author == seen.author) & (fork.c.chain == seen.chain) & (fork.c.hash == seen.hash)
    if connection.execute(select(fork.c.hash).where(same)).one_or_none() is None:
        connection.execute(insert(fork), [msgspec.structs.asdict(seen)])


def list_forks(connection: Reading) -> list[StoredFork]:
    """Every fork seen, the oldest first."""
    query = select(fork).order_by(fork.c.record_time, fork.c.hash)
    return [StoredFork(**row) for row in connection.execute(query).mappings()]
