"""Where the evidence of items stands in the ledger, and the stored bytes it is proved from."""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Column, CompoundSelect, Select, Table, select, union_all

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.dialect import is_postgres
from hub.store.core.listed import given, listed, pairs_in, pairs_listed
from hub.store.core.quick import ask
from hub.store.production.corrections import Place as Named
from hub.store.tables.catenax import catenax_aspect
from hub.store.tables.event_link import emptied, transformation_part
from hub.store.tables.every import (
    PROJECTION,
    alias,
    assessment,
    author_key,
    batch,
    codes,
    control_plan,
    correction,
    hold,
    interlock_refusal,
    link,
    log_node,
    measured,
    output_value,
    packing,
    picture,
    quality_loss,
    quality_statement,
    shipment,
    unit_result,
)
from hub.store.tables.fleet import author_key_revoked
from hub.store.tiers.cold import body_of
from hub.store.writing.rows import Row

Place = tuple[int, int]
"""Log index of a batch and line in it (records start at line 2)."""

_ABOUT: tuple[Column[str], ...] = (
    unit_result.c.unit,
    measured.c.unit,
    picture.c.unit,
    codes.c.unit,
    link.c.parent,
    interlock_refusal.c.unit,
    hold.c.about,
)
_MOVED: tuple[Column[str], ...] = (shipment.c.shipped, shipment.c.inside, packing.c.packed)
_TOLD_TOGETHER: tuple[Column[str], ...] = (emptied.c.parent, transformation_part.c.thing, catenax_aspect.c.item)
_ALL_ABOUT = (*_ABOUT, *_TOLD_TOGETHER)
_NAMED: tuple[tuple[Table, str], ...] = (
    (unit_result, "result_id"),
    (link, "result_id"),
    *((table, "record") for table in (shipment, packing, alias, emptied, transformation_part, correction)),
)
_NAMES, _PLACES = "names", "places"
PLACES_AT_ONCE = 1000
"""In a statement that names them for several tables."""
MOST_LAYERS = 5
"""As deep as a trace follows packing."""


class KeyPlace(msgspec.Struct, frozen=True):
    """An ``author-key`` record: whose key, sealed at which place."""

    author: str
    place: Place


class SealedBatch(msgspec.Struct, frozen=True):
    """A batch as stored; ``body`` is zstd."""

    id: int
    author: str
    hash: str
    body: bytes


def places_about(connection: Reading, items: Collection[str]) -> set[Place]:
    """Every record about ``items``: results, what was measured and read, what was joined, refusals and holds."""
    return _places(connection, _ALL_ABOUT, items)


def places_moved(connection: Reading, items: Collection[str], layers: int = MOST_LAYERS) -> set[Place]:
    """Every record of where ``items`` were sent, and of what they were packed into, with where that was sent."""
    found: set[Place] = set()
    seen: set[str] = set()
    waiting = set(items)
    for _ in range(layers + 1):
        found |= _places(connection, _MOVED, waiting)
        seen |= waiting
        waiting = _containers(connection, waiting) - seen
        if not waiting:
            break
    return found


def _containers(connection: Reading, items: Collection[str]) -> set[str]:
    found: set[str] = set()
    postgres = is_postgres(connection.dialect)
    for chunk in in_chunks(items):
        outer = ask(connection, _statement_of_containers(postgres=postgres), {_NAMES: given(chunk, postgres=postgres)})
        found.update(container for (container,) in outer)
    return found


@cache
def _statement_of_containers(*, postgres: bool) -> CompoundSelect[Any]:
    ends = ((packing.c.packed, packing.c.container), (shipment.c.shipped, shipment.c.inside))
    return union_all(
        *(
            select(outer).where(listed(inner, _NAMES, postgres=postgres), outer.is_not(None)).distinct()
            for inner, outer in ends
        )
    )


def _places(connection: Reading, columns: tuple[Column[str], ...], items: Collection[str]) -> set[Place]:
    """By one statement for a chunk of ``items``, whatever the number of ``columns``."""
    found: set[Place] = set()
    postgres = is_postgres(connection.dialect)
    for chunk in in_chunks(items):
        told = ask(connection, _statement_about(columns, postgres=postgres), {_NAMES: given(chunk, postgres=postgres)})
        found.update((batch_id, line) for batch_id, line in told)
    return found


@cache
def _statement_about(columns: tuple[Column[str], ...], *, postgres: bool) -> CompoundSelect[Any]:
    return union_all(
        *(
            select(column.table.c.batch_id, column.table.c.line).where(listed(column, _NAMES, postgres=postgres))
            for column in columns
        )
    )


def named_at(connection: Reading, places: Collection[Place]) -> set[Named]:
    """The records at ``places`` as corrections name them, of all kinds that can be corrected."""
    found: set[Named] = set()
    for chunk in in_chunks(places, PLACES_AT_ONCE):
        told = (
            select(table.c.author, table.c.chain, table.c.seq, table.c[name], table.c.plant).where(
                pairs_in(connection, table.c.batch_id, table.c.line, chunk)
            )
            for table, name in _NAMED
        )
        found.update(Named(*row) for row in connection.execute(union_all(*told)))
    return found


def plan_places(connection: Reading, places: Collection[Place]) -> set[Place]:
    """Where the control plans that the results and measurements at ``places`` cite were put in force first."""
    cited: set[str] = set()
    postgres = is_postgres(connection.dialect)
    for some in in_chunks(places, PLACES_AT_ONCE):
        told = ask(connection, _statement_of_plans(postgres=postgres), {_PLACES: given(some, postgres=postgres)})
        cited.update(plan for (plan,) in told)
    first: dict[str, Place] = {}
    for chunk in in_chunks(cited):
        plans = select(control_plan.c.id, control_plan.c.batch_id, control_plan.c.line)
        for row in connection.execute(plans.where(control_plan.c.id.in_(chunk))):
            place = (row.batch_id, row.line)
            first[row.id] = min(first.get(row.id, place), place)
    return set(first.values())


@cache
def _statement_of_plans(*, postgres: bool) -> CompoundSelect[Any]:
    return union_all(
        *(
            select(table.c.plan).where(
                pairs_listed(table.c.batch_id, table.c.line, _PLACES, postgres=postgres), table.c.plan.is_not(None)
            )
            for table in (unit_result, measured)
        )
    )


def key_places(connection: Reading, authors: Collection[str]) -> list[KeyPlace]:
    """Every key record of ``authors``, in the order of the log."""
    order = (author_key.c.batch_id, author_key.c.line)
    found = [
        KeyPlace(row.id, (row.batch_id, row.line))
        for chunk in in_chunks(authors)
        for row in connection.execute(select(author_key.c.id, *order).where(author_key.c.id.in_(chunk)))
    ]
    return sorted(found, key=lambda key: key.place)


def revocation_places(connection: Reading, authors: Collection[str]) -> set[Place]:
    """Every record that revoked the keys of one of ``authors``."""
    columns = (author_key_revoked.c.batch_id, author_key_revoked.c.line)
    return {
        (row.batch_id, row.line)
        for chunk in in_chunks(authors)
        for row in connection.execute(select(*columns).where(author_key_revoked.c.id.in_(chunk)))
    }


def places_that_took(connection: Reading, item: str) -> set[Place]:
    """Every record that says that ``item`` went into something, or was taken out of it."""
    query = select(link.c.batch_id, link.c.line).where(link.c.child == item).distinct()
    return {(row.batch_id, row.line) for row in connection.execute(query)}


def places_of_declaration(connection: Reading, declaration: str) -> set[Place]:
    """Every record of what was declared under one id, whatever its kind."""
    return {
        (row.batch_id, row.line)
        for table in (assessment, output_value, quality_loss, quality_statement)
        for row in connection.execute(select(table.c.batch_id, table.c.line).where(table.c.id == declaration))
    }


def sealing_authors(connection: Reading, batches: Collection[int]) -> dict[int, str]:
    """Who sealed each of ``batches``."""
    return {
        row.id: row.author
        for chunk in in_chunks(batches)
        for row in connection.execute(select(batch.c.id, batch.c.author).where(batch.c.id.in_(chunk)))
    }


def sealed_batches(connection: Reading, batches: Collection[int]) -> list[SealedBatch]:
    """The stored bytes of ``batches``, by log index."""
    columns = (batch.c.id, batch.c.author, batch.c.hash, batch.c.body)
    found = [
        SealedBatch(row.id, row.author, row.hash, body_of(connection, row.id, bytes(row.body)))
        for chunk in in_chunks(batches)
        for row in connection.execute(select(*columns).where(batch.c.id.in_(chunk)))
    ]
    return sorted(found, key=lambda sealed: sealed.id)


def log_nodes(connection: Reading, wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """Nodes of the log by (level, index), as far as they are there."""
    postgres = is_postgres(connection.dialect)
    return {
        (level, position): bytes(digest)
        for chunk in in_chunks(set(wanted))
        for level, position, digest in ask(
            connection, _statement_of_nodes(postgres=postgres), {_PLACES: given(chunk, postgres=postgres)}
        )
    }


@cache
def _statement_of_nodes(*, postgres: bool) -> Select[Any]:
    there = pairs_listed(log_node.c.level, log_node.c.index, _PLACES, postgres=postgres)
    return select(log_node.c.level, log_node.c.index, log_node.c.hash).where(there)


def last_record_time(connection: Reading, size: int) -> int | None:
    """When the last of the first ``size`` batches was stored, in microseconds since 1970 UTC."""
    return connection.execute(select(batch.c.record_time).where(batch.c.id == size - 1)).scalar_one_or_none()


def rows_at(connection: Reading, places: Collection[Place], tables: Collection[str]) -> list[Row]:
    """What the projection says at ``places``, row by row; one statement for each of ``tables``, and for those that
    tell of items and plans."""
    rows: list[Row] = []
    about = dict.fromkeys(column.table.name for column in _ABOUT)
    for name in sorted({*about, control_plan.name, author_key.name, *tables} & PROJECTION.keys()):
        table = PROJECTION[name]
        for chunk in in_chunks(places):
            here = pairs_in(connection, table.c.batch_id, table.c.line, chunk)
            found = connection.execute(select(table).where(here)).mappings()
            rows.extend((str(table.name), {str(key): value for key, value in row.items()}) for row in found)
    return rows
