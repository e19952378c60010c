"""Results and records of measurements into a SQLite file, and out of it, many at once."""

# ruff: noqa: S608 - all SQL here is made of words that stand in this program

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Table

from hub.store.core.database import Writing
from hub.store.packed.columns import ResultColumns, ResultShape
from hub.store.packed.layout import SHAPE
from hub.store.packed.shapes import Shapes
from hub.store.tables.measured import measured
from hub.store.tables.production import unit_result

_ROWS = f"INSERT INTO result_row VALUES ({', '.join('?' * 13)})"
_ALONE = f"INSERT INTO measured_alone VALUES ({', '.join('?' * len(measured.columns))})"
_BEHIND = ("result_row", "measured_alone")
_UNPAIRED = """
SELECT result_row.batch_id, result_row.line, measured_alone.line, measured_alone.event_time - result_row.event_time
FROM measured_alone CROSS JOIN result_row CROSS JOIN result_shape
WHERE measured_alone.batch_id >= ? AND measured_alone.batch_id <= ?
 AND result_row.result_id = measured_alone.result_id AND result_row.batch_id = measured_alone.batch_id
 AND result_row.measured_line IS NULL AND result_row.unit IS measured_alone.unit
 AND measured_alone.seq - result_row.seq = measured_alone.line - result_row.line
 AND result_shape.id = result_row.shape AND result_shape.operation = measured_alone.operation
 AND result_shape.plant IS measured_alone.plant AND result_shape.plan IS measured_alone.plan
 AND result_shape.author = measured_alone.author AND result_shape.chain = measured_alone.chain
ORDER BY result_row.batch_id, result_row.line, measured_alone.line
""".strip()
_PAIR = "UPDATE result_row SET measured_line = ?, measured_time = ? WHERE batch_id = ? AND line = ?"
_GONE = "DELETE FROM measured_alone WHERE batch_id = ? AND line = ?"
NO_FLAGS = "[]"
Row = Mapping[str, Any]

_named = itemgetter("batch_id", "result_id")
_same = itemgetter("unit", "operation", "plant", "plan", "author", "chain")
_record = itemgetter(*(column.name for column in measured.columns))
_own = itemgetter(
    *("batch_id", "line", "seq", "event_time", "result_id", "unit", "attempt", "cycle", "source_time", "defect"),
    "flags",
)
_told = itemgetter(*(name for name in SHAPE if name != "flags"))


def put_packed(connection: Writing, results: Sequence[Row], records: Sequence[Row]) -> None:
    """Add rows of ``unit_result`` and of ``measured``, of the same batches; flags as a list."""
    waiting = dict(zip(map(_named, results), results, strict=True)) if records else {}
    _put(connection, results, waiting, records)


def put_columns(connection: Writing, results: ResultColumns) -> None:
    """Add the results of a batch with the measurements behind them."""
    shapes = Shapes(connection)
    numbers = [shapes.number(_told_in_columns(results, shape)) for shape in results.shapes]
    times = results.event_time
    rows = zip(
        repeat(results.batch_id),
        results.line,
        map(numbers.__getitem__, results.shape),
        results.seq,
        times,
        results.result_id,
        results.unit,
        results.attempt,
        results.cycle,
        map(_since, results.source_time, times),
        results.defect,
        [None if time is None else 1 for time in results.measured_time],
        map(_since, results.measured_time, times),
        strict=False,  # the batch is the same in all
    )
    connection.exec_driver_sql(_ROWS, list(rows))


def _told_in_columns(results: ResultColumns, shape: ResultShape) -> tuple[Any, ...]:
    shared = {"author": results.author, "chain": results.chain, "plant": results.plant}
    return (*_told(shape._asdict() | shared), _text_of(shape.flags))


def _since(time: int | None, begin: int) -> int | None:
    return None if time is None else time - begin


def _text_of(flags: Any) -> str:
    return NO_FLAGS if not flags else flags if isinstance(flags, str) else msgspec.json.encode(flags).decode()


def put_packed_stored(connection: Writing, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Add rows of one of the two as ``digests.stored`` reads them; what follows its result joins it."""
    named = [dict(zip(table.columns.keys(), row, strict=True)) for row in rows]
    if table is unit_result:
        _put(connection, named, {}, ())
    else:
        _put(connection, (), {}, named)
    if named:
        batches = [row["batch_id"] for row in named]
        _pair_up(connection, min(batches), max(batches))


def clear_packed(connection: Writing, batch_id: int) -> None:
    """Delete all that is of one batch."""
    for name in _BEHIND:
        connection.exec_driver_sql(f"DELETE FROM {name} WHERE batch_id = ?", (batch_id,))


def _put(connection: Writing, results: Iterable[Row], waiting: dict[Any, Row], records: Sequence[Row]) -> None:
    """``waiting``: results by batch and id, for the records that follow them."""
    alone, joined = _joined(waiting, records)
    rows = list(_result_rows(Shapes(connection), results, joined))
    if rows:
        connection.exec_driver_sql(_ROWS, rows)
    if alone:
        connection.exec_driver_sql(_ALONE, list(map(_record, alone)))


def _joined(waiting: dict[Any, Row], records: Sequence[Row]) -> tuple[list[Row], dict[tuple[int, int], Row]]:
    """Records that stand alone, and those that say what their result says, by the place of the result."""
    alone: list[Row] = []
    joined: dict[tuple[int, int], Row] = {}
    for record in records:
        result = waiting.pop(_named(record), None)
        if (
            result is None
            or _same(result) != _same(record)
            or record["seq"] - result["seq"] != record["line"] - result["line"]
        ):
            alone.append(record)
        else:
            joined[result["batch_id"], result["line"]] = record
    return alone, joined


def _result_rows(
    shapes: Shapes, results: Iterable[Row], joined: Mapping[tuple[int, int], Row]
) -> Iterator[tuple[Any, ...]]:
    for row in results:
        batch_id, line, seq, at, result_id, unit, attempt, cycle, source, defect, flags = _own(row)
        record = joined.get((batch_id, line))
        yield (
            batch_id,
            line,
            shapes.number((*_told(row), _text_of(flags))),
            seq,
            at,
            result_id,
            unit,
            attempt,
            cycle,
            None if source is None else source - at,
            defect,
            None if record is None else record["line"] - line,
            None if record is None else record["event_time"] - at,
        )


def _pair_up(connection: Writing, first: int, last: int) -> None:
    """Records that stand alone in these batches join their results."""
    pairs: dict[tuple[int, int], tuple[int, int]] = {}
    taken: set[tuple[int, int]] = set()
    for batch_id, line, measured_line, later in connection.exec_driver_sql(_UNPAIRED, (first, last)):
        if (batch_id, line) not in pairs and (batch_id, measured_line) not in taken:
            pairs[batch_id, line] = measured_line - line, later
            taken.add((batch_id, measured_line))
    if pairs:
        connection.exec_driver_sql(_PAIR, [(*told, *place) for place, told in pairs.items()])
        connection.exec_driver_sql(_GONE, sorted(taken))
