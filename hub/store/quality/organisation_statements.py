"""Statements about all plants of an organisation, as they stand."""

from typing import TypeVar

import msgspec
from sqlalchemy import select

from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.production.corrections import Place, erroneous
from hub.store.tables.organisation_statement import organisation_statement as table
from traceability.record.base import Record

R = TypeVar("R", bound=Record)
_SALT = "0" * 32


def organisation_statements(
    connection: Reading, kind: type[R], organisation: str | None = None
) -> list[tuple[R, int, int]]:
    """Every record of a kind about an organisation (None: any) that was not declared wrong, with batch and line, in
    the order of the log."""
    tag = kind.__struct_config__.tag
    query = select(table).where(table.c.kind == tag).order_by(table.c.batch_id, table.c.line)
    if organisation is not None:
        query = query.where(table.c.organisation == organisation)
    rows = list(connection.execute(query))
    places = {(row.batch_id, row.line): Place(row.author, row.chain, row.seq, row.id, None) for row in rows}
    wrong = erroneous(connection, places.values())
    found = []
    for row in rows:
        if places[row.batch_id, row.line] in wrong:
            continue
        at = from_micros(row.event_time)
        stamp = {"kind": tag, "id": row.id, "seq": row.seq, "event_time": at, "salt": _SALT}
        found.append((msgspec.convert({**row.body, **stamp}, kind, strict=False), row.batch_id, row.line))
    return found
