"""Values of old batches in Parquet files: one row a value, any program reads them, and the same body comes back.

A row of ``value_column`` whose values lie in a file holds a pointer (:mod:`hub.store.tiers.cold`): ``begin`` and
``size`` are rows of the file there, the SHA-256 is of the body that stood in the row. What is read is packed again and
must have that hash, so a changed file is never taken for the values that were moved.

A row group holds whole batches, sorted by characteristic, in one page a column. So what the values of a record share
(time, unit, operation) stands in the group once for each characteristic, far apart but in the same order, and zstd
finds it: it costs nearly nothing after the first. Values themselves are split by byte (``BYTE_STREAM_SPLIT``): their
upper bytes hardly change.

Needs pyarrow, which the extra ``zhuoyue[parquet]`` brings.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from hub.errors import ColdTrouble, DataDirectory
from hub.store.core.database import Reading
from hub.store.core.value_body import GOOD, Doubt, Values, from_body, to_body
from hub.store.tiers.cold import Pointer, note_cold_read, place_for, pointer_of
from hub.store.tiers.place import ColdPlace, Stamp

ROWS_A_GROUP = 100_000
DESCRIPTION = "measured values of old batches, one a row: value / 10^decimals in uom; event_time in UTC"
_READ = ["line", "item", "value", "status", "raw"]
_SAME = ("batch_id", "number", "plant", "characteristic", "uom", "decimals")
_ENCODED = {
    "line": "DELTA_BINARY_PACKED",
    "value": "BYTE_STREAM_SPLIT",
    "event_time": "BYTE_STREAM_SPLIT",
    "unit": "DELTA_BYTE_ARRAY",
}
_LEVEL = 9
_PAGE = 64 * 1024 * 1024
_GROUPS_KEPT = 4


class ColdColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A row of ``value_column`` with what its records say of time, unit and operation, by line."""

    batch_id: int
    number: int
    plant: str | None
    characteristic: str
    uom: str
    decimals: int
    body: bytes
    stated: dict[int, tuple[int, str | None, str]]


def parquet_of(columns: Iterable[ColdColumn]) -> tuple[bytes, list[tuple[int, int, int, int, bytes]]]:
    """The file, and of each column batch, number, first row, rows and the SHA-256 of its body.

    ``columns`` come batch by batch. One that would not come back to the byte is left out.
    """
    arrow, parquet = _arrow()
    schema = _schema(arrow)
    places: list[tuple[int, int, int, int, bytes]] = []
    file, begin = io.BytesIO(), 0
    plain = [name for name in schema.names if name not in _ENCODED]
    with parquet.ParquetWriter(
        file,
        schema,
        compression="zstd",
        compression_level=_LEVEL,
        use_dictionary=plain,
        column_encoding=_ENCODED,
        data_page_size=_PAGE,
        max_rows_per_page=_PAGE,
    ) as writer:
        for group in _in_groups(columns):
            tables = []
            for column, values in group:
                places.append((column.batch_id, column.number, begin, len(values.lines), _digest(column.body)))
                begin += len(values.lines)
                tables.append(_rows_of(arrow, schema, column, values))
            table = arrow.concat_tables(tables)
            writer.write_table(table, row_group_size=max(1, table.num_rows))
    return file.getvalue(), places


def _in_groups(columns: Iterable[ColdColumn]) -> Iterator[list[tuple[ColdColumn, Values]]]:
    """Whole batches until there are enough rows, sorted by characteristic."""
    group: list[tuple[ColdColumn, Values]] = []
    rows = 0
    for column in columns:
        values = from_body(column.body)
        if _packed(values) != column.body:
            continue
        if rows >= ROWS_A_GROUP and column.batch_id != group[-1][0].batch_id:
            yield sorted(group, key=_place)
            group, rows = [], 0
        group.append((column, values))
        rows += len(values.lines)
    if group:
        yield sorted(group, key=_place)


def _place(pair: tuple[ColdColumn, Values]) -> tuple[str, str, str, int, int, int]:
    column, _ = pair
    own = (column.plant or "", column.characteristic, column.uom, column.decimals)
    return (*own, column.batch_id, column.number)


def _rows_of(arrow: Any, schema: Any, column: ColdColumn, values: Values) -> Any:
    """The rows of one column as a table."""
    n = len(values.lines)
    status, raw = [GOOD] * n, dict[int, str | None]()
    for doubt in values.doubts:
        status[doubt.index], raw[doubt.index] = doubt.status, doubt.raw
    stated = [column.stated.get(line, (None, None, None)) for line in values.lines.tolist()]
    times, units, operations = zip(*stated, strict=True) if stated else ((), (), ())
    cells: dict[str, Any] = {name: arrow.repeat(getattr(column, name), n) for name in _SAME}
    cells |= {
        "line": values.lines,
        "item": values.items,
        "value": arrow.array(values.values, mask=~values.present),
        "status": status,
        "raw": [raw.get(index) for index in range(n)] if raw else arrow.nulls(n),
        "event_time": times,
        "unit": units,
        "operation": operations,
    }
    arrays = [_typed(arrow, cells[name], schema.field(name).type) for name in schema.names]
    return arrow.Table.from_arrays(arrays, schema=schema)


def _typed(arrow: Any, cells: Any, kind: Any) -> Any:
    return cells.cast(kind) if isinstance(cells, arrow.Array) else arrow.array(cells, kind)


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def value_body_of(connection: Reading, batch_id: int, kept: bytes) -> bytes:
    """The body of a row of ``value_column``, of which ``kept`` stands there; ``ColdTrouble`` when its file fails."""
    pointer = pointer_of(kept)
    if pointer is None:
        return kept
    note_cold_read()
    return read_values(place_for(connection), pointer, f"batch {batch_id}")


def read_values(place: ColdPlace, pointer: Pointer, whose: str) -> bytes:
    """The body that was moved; ``ColdTrouble`` names the file and ``whose`` values they are."""
    arrow, _ = _arrow()
    try:
        found = _some(place, pointer)
        body = _packed(_values_of(found))
    except (arrow.ArrowException, OSError, ValueError, OverflowError) as error:
        raise ColdTrouble(
            f"the values of {whose} can't be read from the cold tier: {str(error)[:200]}",
            where=place.at(pointer.file),
            advice="mount the cold folder or put the file back; 'zhuoyue-hub rebuild' makes the values from the ledger",
        ) from None
    if _digest(body) != pointer.sha256:
        raise ColdTrouble(
            f"the values of {whose} are not those that were moved there: the file was changed",
            where=place.at(pointer.file),
            advice="put the file back from a copy; 'zhuoyue-hub rebuild' makes the values from the ledger",
        )
    return body


def _some(place: ColdPlace, pointer: Pointer) -> Any:
    """The rows, a table; they lie in one group, in files of older versions in several."""
    arrow, _ = _arrow()
    stamp = place.stamp(pointer.file)
    pieces, end = [], pointer.begin + pointer.size
    for number, first, rows in _groups(place, pointer.file, stamp):
        if first < end and first + rows > pointer.begin:
            skip = max(0, pointer.begin - first)
            pieces.append(_group(place, pointer.file, stamp, number).slice(skip, min(end, first + rows) - first - skip))
    return arrow.concat_tables(pieces)


@lru_cache(maxsize=64)
def _groups(place: ColdPlace, name: str, stamp: Stamp) -> tuple[tuple[int, int, int], ...]:  # noqa: ARG001 - as it is
    """Each row group of a file: number, first row, rows."""
    _, parquet = _arrow()
    with place.opened(name) as source, parquet.ParquetFile(source) as file:
        sizes = [file.metadata.row_group(number).num_rows for number in range(file.metadata.num_row_groups)]
    firsts = np.cumsum([0, *sizes]).tolist()
    return tuple(zip(range(len(sizes)), firsts, sizes, strict=False))


@lru_cache(maxsize=_GROUPS_KEPT)
def _group(place: ColdPlace, name: str, stamp: Stamp, number: int) -> Any:  # noqa: ARG001 - the file as it is now
    """What is read of a row group: the next one who asks wants another column of it, or the same of the next batch."""
    _, parquet = _arrow()
    with place.opened(name) as source, parquet.ParquetFile(source, read_dictionary=["status", "raw"]) as file:
        return file.read_row_group(number, columns=_READ, use_threads=False)


def _values_of(rows: Any) -> Values:
    """What the rows say; null where no value is."""
    cells = {name: rows.column(name).combine_chunks() for name in _READ}
    lines, items = (cells[name].to_numpy(zero_copy_only=False).astype(np.int64) for name in ("line", "item"))
    value = cells["value"]
    values = value.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    return Values(lines, items, values, tuple(_doubts(value, cells["status"].to_pylist(), cells["raw"].to_pylist())))


def _doubts(value: Any, status: Sequence[str], raw: Sequence[str | None]) -> Iterator[Doubt]:
    absent = value.is_null().to_pylist()
    for index, (state, text, gone) in enumerate(zip(status, raw, absent, strict=True)):
        if gone or text is not None or state != GOOD:
            yield Doubt(index, state, text, gone)


def _packed(values: Values) -> bytes:
    return to_body(values.lines.tolist(), values.items.tolist(), values.values.tolist(), values.doubts)


def _schema(arrow: Any) -> Any:
    number, small, name = arrow.int64(), arrow.int32(), arrow.string()
    kinds = {
        "batch_id": number,
        "number": small,
        "plant": name,
        "characteristic": name,
        "uom": name,
        "decimals": small,
        "line": small,
        "item": small,
        "value": number,
        "status": name,
        "raw": name,
        "event_time": arrow.timestamp("us", tz="UTC"),
        "unit": name,
        "operation": name,
    }
    return arrow.schema(list(kinds.items()), metadata={"description": DESCRIPTION})


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra: who moves no values needs it not
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise DataDirectory(
            "values in the cold tier need Parquet",
            advice="did you install with the extra 'parquet'?  pip install 'zhuoyue[hub,parquet]'",
        ) from None
    return pa, parquet
