"""What an operator's instruments ask of the store: few small numbers, each by an index or from a small table."""

import msgspec
from sqlalchemy import func, select

from hub.store.core.database import Reading
from hub.store.core.dialect import is_postgres
from hub.store.tables.every import batch, fork, quarantine
from hub.store.tables.round import round_lease
from hub.store.tables.witness import cosignature


class StoreCounts(msgspec.Struct, frozen=True, kw_only=True):
    """``last_batch`` in microseconds since 1970 UTC, None before the first; ``size`` in bytes."""

    log_size: int
    last_batch: int | None
    forks: int
    quarantined: int
    cosigned: int
    size: int
    leases: dict[str, int]
    """Until when each background round is somebody's, in microseconds since 1970 UTC."""


def store_counts(connection: Reading) -> StoreCounts:
    """All of them, in one snapshot."""
    last = connection.execute(
        select(batch.c.id, batch.c.record_time).order_by(batch.c.id.desc()).limit(1)
    ).one_or_none()
    return StoreCounts(
        log_size=0 if last is None else last.id + 1,
        last_batch=None if last is None else last.record_time,
        forks=connection.execute(select(func.count()).select_from(fork)).scalar_one(),
        quarantined=connection.execute(select(func.count()).select_from(quarantine)).scalar_one(),
        cosigned=connection.execute(select(func.coalesce(func.max(cosignature.c.size), 0))).scalar_one(),
        size=_size(connection),
        leases={row.name: row.until for row in connection.execute(select(round_lease))},
    )


def _size(connection: Reading) -> int:
    if is_postgres(connection.dialect):
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    return int(pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one())
