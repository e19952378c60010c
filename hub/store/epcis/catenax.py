"""Aspects that were brought, business partner numbers, and the ids that items of ours were given."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from sqlalchemy import Row, insert, or_, select

from hub.settings import HUB_AUTHOR
from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading, Writing
from hub.store.tables.catenax import business_partner, catenax_aspect, catenax_given


class StoredAspect(msgspec.Struct, frozen=True, kw_only=True):
    """An aspect as it was brought."""

    batch_id: int
    line: int
    organisation: str
    model: str
    subject: str
    item: str | None
    content: str


def aspects_about(connection: Reading, names: Collection[str], log_size: int | None = None) -> list[StoredAspect]:
    """Every aspect about one of ``names``, in the order of the log."""
    found: dict[tuple[int, int], StoredAspect] = {}
    table = catenax_aspect.c
    for chunk in in_chunks(names):
        query = select(catenax_aspect).where(or_(table.subject.in_(chunk), table.item.in_(chunk)))
        for row in connection.execute(query if log_size is None else query.where(table.batch_id < log_size)):
            found[row.batch_id, row.line] = _aspect(row)
    return [found[place] for place in sorted(found)]


def brought_already(connection: Reading, organisation: str, hashes: Collection[str]) -> set[str]:
    """Those of ``hashes`` that are the content of an aspect which ``organisation`` brought."""
    table = catenax_aspect.c
    return {
        row.hash
        for chunk in in_chunks(hashes)
        for row in connection.execute(
            select(table.hash).where(table.hash.in_(chunk), table.organisation == organisation)
        )
    }


def partner_numbers(connection: Reading) -> dict[str, str]:
    """Organisation -> its business partner number, as stated last."""
    table = business_partner.c
    query = select(table.organisation, table.number).where(table.author == HUB_AUTHOR)
    return {row.organisation: row.number for row in connection.execute(query.order_by(table.batch_id, table.line))}


def organisations_by_number(connection: Reading) -> dict[str, str]:
    """Business partner number -> organisation, as stated last."""
    table = business_partner.c
    query = select(table.organisation, table.number).where(table.author == HUB_AUTHOR)
    return {row.number: row.organisation for row in connection.execute(query.order_by(table.batch_id, table.line))}


def given_to(connection: Reading, subjects: Collection[str]) -> dict[str, str]:
    """Subject -> item of ours, of those of ``subjects`` that this hub gave."""
    table = catenax_given.c
    return {
        row.subject: row.item
        for chunk in in_chunks(subjects)
        for row in connection.execute(select(catenax_given).where(table.subject.in_(chunk)))
    }


def note_given(connection: Writing, given: Mapping[str, str]) -> None:
    """Note ids (subject -> item); those that are noted stay."""
    known = given_to(connection, given.keys())
    rows = [{"subject": subject, "item": item} for subject, item in sorted(given.items()) if subject not in known]
    if rows:
        connection.execute(insert(catenax_given), rows)


def _aspect(row: Row[Any]) -> StoredAspect:
    return StoredAspect(**{name: getattr(row, name) for name in StoredAspect.__struct_fields__})
