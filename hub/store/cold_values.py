"""Values of old batches in Parquet files: one row a value, any program reads them, and the same body comes back.

A row of ``value_column`` whose values lie in a file holds a pointer (:mod:`hub.store.cold`): ``begin`` and ``size`` are
rows of the file there, the SHA-256 is of the body that stood in the row. What is read is packed again and must have
that hash, so a changed file is never taken for the values that were moved.

Needs pyarrow, which the extra ``zhuoyue[parquet]`` brings.
"""

import hashlib
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from hub.errors import ColdTrouble, DataDirectory
from hub.store.cold import Pointer, folder_of, pointer_of
from hub.store.database import Reading
from hub.store.value_body import GOOD, Doubt, from_body, to_body

ROWS_A_GROUP = 20_000
DESCRIPTION = "measured values of old batches, one a row: value / 10^decimals in uom; event_time in UTC"
_READ = ["line", "item", "value", "status", "raw"]


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

    A column that would not come back to the byte is left out.
    """
    arrow, parquet = _arrow()
    schema = _schema(arrow)
    cells: dict[str, list[Any]] = {name: [] for name in schema.names}
    places: list[tuple[int, int, int, int, bytes]] = []
    for column in columns:
        values = from_body(column.body)
        begin, n = len(cells["line"]), len(values.lines)
        doubts = {doubt.index: doubt for doubt in values.doubts}
        lines, items, numbers = values.lines.tolist(), values.items.tolist(), values.values.tolist()
        absent = {index for index, doubt in doubts.items() if doubt.absent}
        given = [None if index in absent else number for index, number in enumerate(numbers)]
        status = [doubts[index].status if index in doubts else GOOD for index in range(n)]
        raw = [doubts[index].raw if index in doubts else None for index in range(n)]
        if _packed(lines, items, given, status, raw) != column.body:
            continue
        times, units, operations = zip(*(column.stated.get(line, (None, None, None)) for line in lines), strict=True)
        for name in ("batch_id", "number", "plant", "characteristic", "uom", "decimals"):
            cells[name] += [getattr(column, name)] * n
        for name, more in zip(_READ, (lines, items, given, status, raw), strict=True):
            cells[name] += more
        cells["event_time"] += times
        cells["unit"] += units
        cells["operation"] += operations
        places.append((column.batch_id, column.number, begin, n, hashlib.sha256(column.body).digest()))
    file = io.BytesIO()
    table = arrow.Table.from_pydict(cells, schema=schema)
    parquet.write_table(table, file, compression="zstd", row_group_size=ROWS_A_GROUP)
    return file.getvalue(), places


def value_body_of(connection: Reading, batch_id: int, kept: bytes) -> bytes:
    """The body of a row of ``value_column``, of which ``kept`` stands there; ``ColdTrouble`` when its file fails."""
    pointer = pointer_of(kept)
    return kept if pointer is None else read_values(folder_of(connection), pointer, f"batch {batch_id}")


def read_values(folder: Path, pointer: Pointer, whose: str) -> bytes:
    """The body that was moved; ``ColdTrouble`` names the file and ``whose`` values they are."""
    arrow, parquet = _arrow()
    path = folder / pointer.file
    try:
        with parquet.ParquetFile(path) as file:
            groups, skipped = _groups(file.metadata, pointer)
            rows = file.read_row_groups(groups, columns=_READ, use_threads=False)
        found = rows.slice(pointer.begin - skipped, pointer.size).to_pydict()
        body = _packed(*(found[name] for name in _READ))
    except (arrow.ArrowException, OSError, ValueError, OverflowError) as error:
        raise ColdTrouble(
            f"the values of {whose} can't be read from the cold tier: {str(error)[:200]}",
            where=str(path),
            advice="mount the cold folder or put the file back; 'zhuoyue-hub rebuild' makes the values from the ledger",
        ) from None
    if hashlib.sha256(body).digest() != pointer.sha256:
        raise ColdTrouble(
            f"the values of {whose} are not those that were moved there: the file was changed",
            where=str(path),
            advice="put the file back from a copy; 'zhuoyue-hub rebuild' makes the values from the ledger",
        )
    return body


def _groups(metadata: Any, pointer: Pointer) -> tuple[list[int], int]:
    """The row groups in which the rows lie, and how many rows stand before them."""
    groups: list[int] = []
    at = skipped = 0
    for number in range(metadata.num_row_groups):
        rows = metadata.row_group(number).num_rows
        if at < pointer.begin + pointer.size and at + rows > pointer.begin:
            if not groups:
                skipped = at
            groups.append(number)
        at += rows
    return groups, skipped


def _packed(
    lines: Sequence[int],
    items: Sequence[int],
    values: Sequence[int | None],
    status: Sequence[str],
    raw: Sequence[str | None],
) -> bytes:
    doubts = [
        Doubt(index, state, text, value is None)
        for index, (value, state, text) in enumerate(zip(values, status, raw, strict=True))
        if value is None or text is not None or state != GOOD
    ]
    return to_body(lines, items, [value or 0 for value in values], doubts)


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
