"""Measured values: the records that state them, and their columns, joined. Nobody else reads the columns.

A value is given only with its record's row, so on a connection that shows an organisation its share of the records it
sees exactly their values.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Row, Select, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.value_body import GOOD, Values, from_body
from hub.store.tables.measured import measured, value_column
from hub.store.tiers.values import value_body_of
from hub.store.writing.rows import Row as ProjectedRow

BATCHES_AT_ONCE = 200


class MeasuredValueRow(msgspec.Struct, frozen=True, kw_only=True):
    """One value with the record that states it; ``value`` None when nothing trustworthy was read."""

    batch_id: int
    line: int
    item: int
    author: str
    chain: str
    seq: int
    event_time: int
    result_id: str
    unit: str | None
    operation: str
    plant: str | None
    plan: str | None
    characteristic: str
    value: int | None
    decimals: int
    uom: str
    status: str
    raw: str | None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """The values of one characteristic in one batch."""

    batch_id: int
    characteristic: str
    uom: str
    decimals: int
    values: Values


def values_where(
    connection: Reading, *conditions: ColumnElement[bool], characteristics: Collection[str] | None = None
) -> list[MeasuredValueRow]:
    """The values of the records that fit, in the order of the log; of some ``characteristics`` or of all."""
    order = (measured.c.batch_id, measured.c.line)
    records = connection.execute(select(measured).where(*conditions).order_by(*order)).all()
    return values_of_records(connection, records, characteristics)


def values_of_records(
    connection: Reading, records: Iterable[Row[Any]], characteristics: Collection[str] | None = None
) -> list[MeasuredValueRow]:
    """The values that ``records`` (rows with the columns of ``measured``) state, in the order of the log."""
    by_batch: defaultdict[int, dict[int, Row[Any]]] = defaultdict(dict)
    for record in records:
        by_batch[record.batch_id][record.line] = record
    found = [
        _row(by_batch[column.batch_id][cell.line], column, cell)
        for column in columns_of_batches(connection, by_batch, characteristics)
        for cell in _cells(column.values, by_batch[column.batch_id])
    ]
    return sorted(found, key=lambda row: (row.batch_id, row.line, row.item))


def columns_of_batches(
    connection: Reading, batches: Collection[int], characteristics: Collection[str] | None = None
) -> Iterator[Column]:
    """The columns of some batches, batch after batch."""
    ordered = sorted(batches)
    for begin in range(0, len(ordered), BATCHES_AT_ONCE):
        query = select(value_column).where(value_column.c.batch_id.in_(ordered[begin : begin + BATCHES_AT_ONCE]))
        if characteristics is not None:
            query = query.where(value_column.c.characteristic.in_(sorted(characteristics)))
        for row in connection.execute(query.order_by(value_column.c.batch_id, value_column.c.number)):
            yield Column(
                batch_id=row.batch_id,
                characteristic=row.characteristic,
                uom=row.uom,
                decimals=row.decimals,
                values=from_body(value_body_of(connection, row.batch_id, bytes(row.body))),
            )


def column_new(row: Mapping[str, Any]) -> Column:
    """A column whose row is about to be written."""
    named = {key: row[key] for key in ("batch_id", "characteristic", "uom", "decimals")}
    return Column(values=from_body(row["body"]), **named)


def spread(rows: Iterable[ProjectedRow]) -> Iterator[ProjectedRow]:
    """Projected rows with every column told apart: a row for each of its values, at the line of its record."""
    for name, row in rows:
        if name != value_column.name:
            yield name, row
            continue
        yield from _spread(column_new(row))


def value_rows_at(connection: Reading, places: Collection[tuple[int, int]]) -> Iterator[ProjectedRow]:
    """The same of the values at some places (batch and line)."""
    for column in columns_of_batches(connection, {batch_id for batch_id, _ in places}):
        for name, row in _spread(column):
            if (column.batch_id, row["line"]) in places:
                yield name, row


def with_columns(
    characteristics: Collection[str],
    plants: Collection[str] | None = None,
    begin: int | None = None,
    end: int | None = None,
) -> Select[tuple[int]]:
    """The batches with values of ``characteristics``; their columns may reach into ``[begin, end)`` (microseconds)."""
    conditions: list[ColumnElement[bool]] = [value_column.c.characteristic.in_(sorted(characteristics))]
    if plants is not None:
        conditions.append(value_column.c.plant.in_(sorted(plants)))
    if begin is not None:
        conditions.append(value_column.c.latest >= begin)
    if end is not None:
        conditions.append(value_column.c.earliest < end)
    return select(value_column.c.batch_id).where(*conditions)


def batches_with(
    connection: Reading,
    characteristics: Collection[str],
    plants: Collection[str] | None = None,
    begin: int | None = None,
    end: int | None = None,
) -> list[int]:
    """The same, read."""
    found: set[int] = set()
    for some in in_chunks(characteristics):
        found.update(row.batch_id for row in connection.execute(with_columns(some, plants, begin, end)))
    return sorted(found)


class _Cell(NamedTuple):
    line: int
    item: int
    value: int | None
    status: str = GOOD
    raw: str | None = None


def _spread(column: Column) -> Iterator[ProjectedRow]:
    shared = {
        "batch_id": column.batch_id,
        "characteristic": column.characteristic,
        "uom": column.uom,
        "decimals": column.decimals,
    }
    for cell in _cells(column.values, frozenset(column.values.lines.tolist())):
        yield "value", shared | cell._asdict()


def _cells(values: Values, wanted: Collection[int]) -> Iterator[_Cell]:
    """The values of ``wanted`` lines."""
    doubts = {doubt.index: doubt for doubt in values.doubts}
    cells = zip(values.lines.tolist(), values.items.tolist(), values.values.tolist(), strict=True)
    for index, (line, item, value) in enumerate(cells):
        if line not in wanted:
            continue
        doubt = doubts.get(index)
        if doubt is None:
            yield _Cell(line, item, value)
        else:
            yield _Cell(line, item, None if doubt.absent else value, doubt.status, doubt.raw)


def _row(record: Row[Any], column: Column, cell: _Cell) -> MeasuredValueRow:
    return MeasuredValueRow(
        batch_id=record.batch_id,
        line=record.line,
        item=cell.item,
        author=record.author,
        chain=record.chain,
        seq=record.seq,
        event_time=record.event_time,
        result_id=record.result_id,
        unit=record.unit,
        operation=record.operation,
        plant=record.plant,
        plan=record.plan,
        characteristic=column.characteristic,
        value=cell.value,
        decimals=column.decimals,
        uom=column.uom,
        status=cell.status,
        raw=cell.raw,
    )
