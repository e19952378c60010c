"""Cosignatures, stored and found again. The newest of each witness and size counts."""

from collections.abc import Collection

import msgspec
from sqlalchemy import delete, func, insert, select

from hub.store.core.database import Reading, Writing
from hub.store.tables.every import cosignature


class StoredCosignature(msgspec.Struct, frozen=True, kw_only=True):
    """A witness (its verifier key) cosigned the log of ``size`` leaves under ``root`` (base64) at ``time`` (POSIX)."""

    size: int
    witness: str
    root: str
    time: int
    line: str


def put_cosignature(connection: Writing, stored: StoredCosignature) -> None:
    """Keep a cosignature in place of an earlier one of the same state by the same witness."""
    same = (cosignature.c.size == stored.size) & (cosignature.c.witness == stored.witness)
    connection.execute(delete(cosignature).where(same))
    connection.execute(insert(cosignature), [msgspec.structs.asdict(stored)])


def cosignatures_of(connection: Reading, size: int) -> list[StoredCosignature]:
    """Everybody's cosignatures of the log of ``size`` leaves, by witness."""
    query = select(cosignature).where(cosignature.c.size == size).order_by(cosignature.c.witness)
    return [StoredCosignature(**row) for row in connection.execute(query).mappings()]


def latest_cosignatures(connection: Reading) -> list[StoredCosignature]:
    """Of each witness that of the largest log it cosigned."""
    largest = select(cosignature.c.witness, func.max(cosignature.c.size).label("size")).group_by(cosignature.c.witness)
    last = largest.subquery()
    query = select(cosignature).join(
        last, (cosignature.c.witness == last.c.witness) & (cosignature.c.size == last.c.size)
    )
    return [StoredCosignature(**row) for row in connection.execute(query.order_by(cosignature.c.witness)).mappings()]


def all_cosignatures(connection: Reading) -> list[StoredCosignature]:
    """Every cosignature, by size and witness."""
    query = select(cosignature).order_by(cosignature.c.size, cosignature.c.witness)
    return [StoredCosignature(**row) for row in connection.execute(query).mappings()]


def cosigned_size(connection: Reading, witness: str) -> int:
    """The largest size that ``witness`` cosigned, 0 when none is known."""
    query = select(func.coalesce(func.max(cosignature.c.size), 0)).where(cosignature.c.witness == witness)
    return int(connection.execute(query).scalar_one())


def best_cosigned(connection: Reading, at_least: int, witnesses: Collection[str]) -> int | None:
    """The size, ``at_least`` or larger, that most of ``witnesses`` cosigned; of several the largest; None if none."""
    count = func.count().label("count")
    query = (
        select(cosignature.c.size)
        .where(cosignature.c.size >= at_least, cosignature.c.witness.in_(witnesses))
        .group_by(cosignature.c.size)
        .order_by(count.desc(), cosignature.c.size.desc())
        .limit(1)
    )
    size = connection.execute(query).scalar_one_or_none()
    return None if size is None else int(size)
