"""The results of a batch to a server, column by column, as one text (PostgreSQL documentation, COPY, text format)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any

import msgspec

from hub.store.core.database import Writing
from hub.store.packed.columns import ResultColumns, ResultShape
from hub.store.tables.measured import measured
from hub.store.tables.production import unit_result
from hub.store.writing.put import copy_text

_NULL = r"\N"
_SPECIAL = re.compile(r"[\\\t\n\r]").search
_ESCAPED = {ord("\\"): r"\\", ord("\t"): r"\t", ord("\n"): r"\n", ord("\r"): r"\r"}


def copy_results(connection: Writing, results: ResultColumns) -> None:
    """Add them with the measurements behind them."""
    copy_text(connection, unit_result, _lines(_result_columns(results)))
    records = _lines(_record_columns(results))
    if records:
        copy_text(connection, measured, records)


def _lines(columns: Iterable[Iterable[str]]) -> str:
    return "".join(f"{line}\n" for line in map("\t".join, zip(*columns, strict=False)))  # some repeat


def _result_columns(results: ResultColumns) -> Iterator[Iterable[str]]:
    shapes = [_told(results, shape) for shape in results.shapes]
    plans = [_text(shape.plan) for shape in results.shapes]
    yield from _named(results, range(len(results.line)), 0, results.event_time)
    yield map(shapes.__getitem__, results.shape)
    yield _numbers(results.attempt)
    yield _numbers(results.cycle)
    yield _numbers(results.source_time)
    yield _texts(results.defect)
    yield map(plans.__getitem__, results.shape)


def _told(results: ResultColumns, shape: ResultShape) -> str:
    """From ``part`` to ``purpose``."""
    flags = msgspec.json.encode(shape.flags).decode()
    told = (shape.part, shape.operation, shape.work_cell, results.plant, shape.verdict, flags, shape.purpose)
    return "\t".join(map(_text, told))


def _record_columns(results: ResultColumns) -> Iterator[Iterable[str]]:
    there = [at for at, time in enumerate(results.measured_time) if time is not None]
    own = ["\t".join(map(_text, (shape.operation, results.plant, shape.plan))) for shape in results.shapes]
    yield from _named(results, there, 1, [results.measured_time[at] for at in there])
    yield [own[results.shape[at]] for at in there]


def _named(results: ResultColumns, which: Sequence[int], after: int, times: Sequence[int | None]) -> Iterator[Any]:
    """The columns that both begin with, of the records ``after`` those at ``which``."""
    whose = "\t".join(map(_text, (results.author, results.chain)))
    yield repeat(str(results.batch_id))
    yield [str(results.line[at] + after) for at in which]
    yield repeat(whose)
    yield [str(results.seq[at] + after) for at in which]
    yield map(str, times)
    yield _texts([results.result_id[at] for at in which])
    yield _texts([results.unit[at] for at in which])


def _numbers(values: Iterable[int | None]) -> list[str]:
    return [_NULL if value is None else str(value) for value in values]


def _texts(values: Sequence[str | None]) -> Iterable[str]:
    told = [value for value in values if value is not None]
    if len(told) == len(values) and not _SPECIAL("".join(told)):
        return told
    return map(_text, values)


def _text(value: str | None) -> str:
    return _NULL if value is None else value.translate(_ESCAPED)
