"""Rows of one store into another, whatever kind each of them is, and the proof that both hold the same."""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
from sqlalchemy import Table, delete, func, select, text

from hub.store.backend.sqlite_file import create_store
from hub.store.core.database import Reading, Store, Writing
from hub.store.core.dialect import is_postgres, to_write
from hub.store.core.digests import Range, count_of, digest_of, log_index, stored_rows
from hub.store.spread.forget import clear_table
from hub.store.tables.every import PROJECTION, metadata
from hub.store.tables.ledger import batch
from hub.store.writing.put import put_stored
from hub.store.writing.statistics import count_as_it_grows

GROWING: dict[str, Table] = {batch.name: batch, **PROJECTION}
"""Tables whose rows belong to batches: they only grow, unless a rebuild replaces them."""
OTHERS: dict[str, Table] = {name: table for name, table in metadata.tables.items() if name not in GROWING}
"""Tables whose rows may change at any time."""


class Same(msgspec.Struct, frozen=True):
    """A table of which both stores hold the same: how many rows, and their hash."""

    rows: int
    digest: str


def come_to(target: Reading) -> int:
    """The log index up to which the growing tables of ``target`` are filled, all of them."""
    return int(target.execute(select(func.coalesce(func.max(batch.c.id) + 1, 0))).scalar_one())


def copy_range(source: Reading, target: Writing, within: Range) -> None:
    """The rows of some batches, the batches themselves last, in place of what may be there."""
    for table in reversed(GROWING.values()):
        gone = delete(table).where(log_index(table) >= within[0], log_index(table) < within[1])
        target.execute(gone, execution_options=to_write(target))
        for rows in stored_rows(source, table, within):
            put_stored(target, table, rows)
    count_as_it_grows(target, *within)


def differing(source: Reading, target: Reading, tables: Iterable[Table], within: Range | None = None) -> list[str]:
    """The tables of which the two do not hold the same."""
    return [each.name for each in tables if digest_of(source, each, within) != digest_of(target, each, within)]


def copy_whole(source: Reading, target: Writing, tables: Iterable[Table]) -> None:
    """All rows of some tables, in place of what may be there."""
    for table in tables:
        clear_table(target, table)
        for rows in stored_rows(source, table):
            put_stored(target, table, rows)
        _go_on_counting(target, table)


def compare(source: Reading, target: Reading, tables: Iterable[Table]) -> dict[str, Same | None]:
    """Each table as both hold it; None where they differ."""
    found: dict[str, Same | None] = {}
    for table in tables:
        rows, digest = count_of(source, table), digest_of(source, table)
        same = count_of(target, table) == rows and digest_of(target, table) == digest
        found[table.name] = Same(rows, digest) if same else None
    return found


def copy_to_file(source: Store, path: Path) -> None:
    """A SQLite file ``path`` with everything that ``source`` holds at one moment; on disk when this returns."""
    target = create_store(path)
    try:
        with source.reading() as reading, target.leaving() as writing:
            copy_whole(reading, writing, metadata.tables.values())
    finally:
        target.close()
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _go_on_counting(target: Writing, table: Table) -> None:
    """Numbers that the database gives go on behind those that were copied."""
    counted = table.autoincrement_column
    if counted is not None and is_postgres(target.dialect):
        highest = target.execute(select(func.max(counted))).scalar_one()
        sequence = func.pg_get_serial_sequence(text(":table"), text(":column"))
        query = select(func.setval(sequence, text(":to"), text(":called")))
        named = {"table": f'"{table.name}"', "column": counted.name, "to": highest or 1, "called": highest is not None}
        target.execute(query, named)
