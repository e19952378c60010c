"""Statements about names, and how far the log had come at a time."""

from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import or_, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros
from hub.store.core.memo import once
from hub.store.ledger.batches import log_size
from hub.store.production.corrections import Place, erroneous
from hub.store.tables.every import alias, batch


class AliasRow(msgspec.Struct, frozen=True, kw_only=True):
    """``one`` and ``other`` are one thing; ``kind`` re-identified: ``one`` became ``other``."""

    batch_id: int
    line: int
    author: str
    chain: str
    seq: int
    record: str
    event_time: datetime
    kind: str
    one: str
    other: str
    reason: str


def any_alias(connection: Reading) -> bool:
    """Whether there is any statement about names: most hubs have none, and then nobody asks further."""
    return once(connection, any_alias, lambda: connection.execute(_ANY).first() is not None)


def last_alias(connection: Reading) -> int:
    """Log index of the latest statement; -1 when there is none."""
    query = select(alias.c.batch_id).order_by(alias.c.batch_id.desc()).limit(1)
    last = connection.execute(query).scalar_one_or_none()
    return -1 if last is None else last


def aliases_about(connection: Reading, names: Collection[str], size: int | None = None) -> list[AliasRow]:
    """Statements about ``names`` in the first ``size`` batches, without those that were declared wrong."""
    found = {}
    for chunk in in_chunks(names if any_alias(connection) else ()):
        query = select(alias).where(or_(alias.c.one.in_(chunk), alias.c.other.in_(chunk)))
        for row in connection.execute(query if size is None else query.where(alias.c.batch_id < size)):
            found[row.batch_id, row.line] = row
    places = {key: Place(row.author, row.chain, row.seq, row.record, row.plant) for key, row in found.items()}
    wrong = erroneous(connection, places.values(), size)
    return [_alias(row) for key, row in sorted(found.items()) if places[key] not in wrong]


def log_size_at(connection: Reading, instant: datetime) -> int:
    """How many batches the log held at ``instant``, by the hub's clock then; found by halving."""
    wanted, low, high = to_micros(instant), 0, log_size(connection)
    while low < high:
        middle = (low + high) // 2
        stored = connection.execute(select(batch.c.record_time).where(batch.c.id == middle)).scalar_one()
        low, high = (middle + 1, high) if stored <= wanted else (low, middle)
    return low


def _alias(row: object) -> AliasRow:
    values = {name: getattr(row, name) for name in AliasRow.__struct_fields__}
    return AliasRow(**values | {"event_time": from_micros(values["event_time"])})


_ANY = select(alias.c.batch_id).limit(1)
