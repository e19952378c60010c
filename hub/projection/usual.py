"""A batch as nearly all are, from lines to rows in one pass: results, each followed by its own measurements or none.

Other records may stand between them; they are read as ever. Where anything else is odd nothing is said, and the batch
is read record by record (:mod:`hub.projection.objection`, :mod:`hub.projection.project`). The rows are the same: a test
holds the one against the other.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, compress
from typing import Any, NamedTuple

import msgspec
import numpy as np

from hub.projection.objection import read_lines
from hub.projection.production import measured_rows, unit_result_rows
from hub.projection.project import FIRST_RECORD_LINE, QUARANTINE, record_rows
from hub.projection.registry import PROJECTORS
from hub.projection.sender import Place, Sender
from hub.projection.trace_objection import not_one_of
from hub.store.core.instant import EARLIEST, LATEST, to_micros
from hub.store.core.value_body import body_at, narrow
from hub.store.packed.columns import ResultColumns, ResultShape
from hub.store.writing.rows import Row
from traceability.batch.limits import DEFAULT_LIMITS, BatchLimits
from traceability.identifier.item import ItemKind
from traceability.record import plain
from traceability.record.plain import Measured, PlainMeasurements, PlainResult, Words
from traceability.record.production import MeasurementsRecord, UnitResultRecord


class UsualBatch(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What is made of one: ``rows`` are those of values and of other records; ``latest`` is the last event time."""

    results: ResultColumns
    rows: list[Row]
    latest: int


class _Source(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Lines, and what is the same for all of them."""

    batch_id: int
    sender: Sender
    lines: Sequence[bytes]
    first_record: int
    limits: BatchLimits


class _Taken(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The words of results (at the lines ``at``, from 0), of the measurements behind each, and what other lines are."""

    at: list[int]
    results: list[Words]
    behind: list[Words | None]
    others: list[int]


class _Odd(Exception):
    """The batch is not a usual one."""


def usual_batch(
    batch_id: int, sender: Sender, lines: Sequence[bytes], first_record: int, limits: BatchLimits = DEFAULT_LIMITS
) -> UsualBatch | None:
    """The batch at ``batch_id``, or None; ``first_record`` is the record sequence that the chain has come to."""
    if limits.nesting < plain.NESTING or limits.string < plain.STRING or not _as_projected():
        return None
    source = _Source(batch_id=batch_id, sender=sender, lines=lines, first_record=first_record, limits=limits)
    try:
        taken = _taken_apart(lines)
        results = _results(source, taken)
        columns = list(_column_rows(results, taken))
        others, latest = _others(source, taken.others)
    except _Odd:
        return None
    latest = max(latest, *results.event_time, *(time for time in results.measured_time if time is not None))
    return UsualBatch(results=results, rows=[*others, *columns], latest=latest)


def _as_projected() -> bool:
    """Whether the projectors are those of which this is a shorter way."""
    return PROJECTORS[UnitResultRecord] is unit_result_rows and PROJECTORS[MeasurementsRecord] is measured_rows


def _taken_apart(lines: Sequence[bytes]) -> _Taken:
    taken = _Taken(at=[], results=[], behind=[], others=[])
    try:
        texts = b"\n".join(lines).decode().split("\n")
    except UnicodeDecodeError:
        raise _Odd from None
    last = None
    for index, text in enumerate(texts):
        if last == index - 1 and (words := plain.plain_measurements(text)) is not None:
            taken.behind[-1] = words
        elif (words := plain.plain_result(text)) is not None:
            taken.at.append(index)
            taken.results.append(words)
            taken.behind.append(None)
            last = index
        elif len(taken.others) > len(lines) // 2:
            raise _Odd
        else:
            taken.others.append(index)
    if not taken.results:
        raise _Odd
    return taken


def _others(source: _Source, which: Sequence[int]) -> tuple[list[Row], int]:
    """Rows and the latest event time of records of other kinds."""
    rows: list[Row] = []
    latest = 0
    for index in which:
        seq = source.first_record + index
        (read,) = read_lines(source.lines[index : index + 1], seq, source.sender, source.limits)
        if read.record is None or isinstance(read.record, UnitResultRecord | MeasurementsRecord):
            raise _Odd
        place = Place(sender=source.sender, batch_id=source.batch_id, line=FIRST_RECORD_LINE + index)
        made = record_rows(read, place)
        if made and made[0][0] == QUARANTINE:
            raise _Odd
        rows += made
        latest = max(latest, to_micros(read.record.event_time))
    return rows, latest


def _results(source: _Source, taken: _Taken) -> ResultColumns:
    words: Any = PlainResult(*zip(*taken.results, strict=True))  # type: ignore[arg-type] # a column for each field
    seqs = [source.first_record + index for index in taken.at]
    if list(map(str, seqs)) != list(words.seq) or len(set(words.id)) < len(words.id) or not _are_units(words.unit):
        raise _Odd
    shared = (words.part, words.operation, words.work_cell, words.verdict, words.flags, words.purpose, words.plan)
    told = list(zip(*shared, strict=True))
    numbers = {each: number for number, each in enumerate(dict.fromkeys(told))}
    return ResultColumns(
        batch_id=source.batch_id,
        author=source.sender.author,
        chain=source.sender.chain,
        plant=source.sender.plant,
        shapes=list(map(_shape, numbers)),
        shape=list(map(numbers.__getitem__, told)),
        line=[FIRST_RECORD_LINE + index for index in taken.at],
        seq=seqs,
        event_time=_micros(words.event_time),
        result_id=words.id,
        unit=words.unit,
        attempt=list(map(int, words.attempt)),
        cycle=[None if text is None else int(text) for text in words.cycle],
        source_time=_some_micros(words.source_time),
        defect=words.defect,
        measured_time=_measured_times(seqs, words, taken.behind),
    )


def _shape(words: Any) -> ResultShape:
    part, operation, work_cell, verdict, flags, purpose, plan = words
    return ResultShape(
        part, operation, work_cell, plain.VERDICTS[verdict], plain.flags_in(flags), plain.PURPOSES[purpose], plan
    )


def _measured_times(seqs: Sequence[int], result: Any, behind: Sequence[Words | None]) -> list[int | None]:
    """When the measurements behind each result were recorded, all of which say what their result says."""
    own = [words is not None for words in behind]
    if not any(own):
        return [None] * len(own)
    words: Any = PlainMeasurements(*zip(*filter(None, behind), strict=True))  # type: ignore[arg-type]
    same = (
        (words.id, result.id),
        (words.unit, result.unit),
        (words.operation, result.operation),
        (words.plan, result.plan),
        (words.seq, [str(seq + 1) for seq in seqs]),
    )
    if any(tuple(one) != tuple(compress(other, own)) for one, other in same):
        raise _Odd
    times = iter(_micros(words.event_time))
    return [next(times) if there else None for there in own]


def _micros(texts: Sequence[str]) -> list[int]:
    """Microseconds since 1970 of UTC times without their Z."""
    try:
        times: list[int] = np.array(texts, "datetime64[us]").view(np.int64).tolist()
    except ValueError:  # there is no such day
        raise _Odd from None
    if min(times) < _EARLIEST or max(times) >= _LATEST:
        raise _Odd
    return times


_EARLIEST, _LATEST = to_micros(EARLIEST), to_micros(LATEST)


def _some_micros(texts: Sequence[str | None]) -> list[int | None]:
    told = [text for text in texts if text is not None]
    if not told:
        return [None] * len(texts)
    times = iter(_micros(told))
    return [None if text is None else next(times) for text in texts]


def _are_units(texts: Sequence[str]) -> bool:
    """Whether each is the canonical identity of a unit; those of one part differ in their serials alone."""
    root = texts[0][: texts[0].rfind("/") + 1]
    alike = _serials_behind(root)
    if alike is not None and alike("\n".join(texts)):
        return True
    return not any(not_one_of(text, (ItemKind.UNIT,)) for text in texts)


@lru_cache(maxsize=256)
def _serials_behind(root: str) -> Any:
    """What takes lines that are units of one part with serials that are never escaped; None where there are none."""
    if not root.endswith("/21/") or not_one_of(f"{root}0", (ItemKind.UNIT,)):
        return None
    return re.compile(rf"(?:{re.escape(root)}[0-9A-Za-z][0-9A-Za-z_-]{{0,19}}+(?:\n|\Z))+").fullmatch


def _column_rows(results: ResultColumns, taken: _Taken) -> Iterator[Row]:
    """One row for each characteristic in each unit and resolution; see :mod:`hub.projection.columns`."""
    number = 0
    for what, own in _alike(results, taken).items():
        values = np.fromstring(",".join(own.numbers), np.int64, sep=",").reshape(-1, len(what)).T
        lines, span = narrow(own.lines), (min(own.times), max(own.times))
        for item, (one, column) in enumerate(zip(what, values, strict=True)):
            body = body_at(lines, (item, 0, 0, b""), column)
            yield "value_column", _column(results, number, one, span) | {"n": len(column), "body": body}
            number += 1


class _Alike(NamedTuple):
    """Records that measure the same: their lines, times, and all their values one after another."""

    lines: list[int]
    times: list[int]
    numbers: list[str]


def _alike(results: ResultColumns, taken: _Taken) -> dict[tuple[Measured, ...], _Alike]:
    """By what they measure, in the order of their first lines."""
    found: dict[tuple[Measured, ...], _Alike] = {}
    before: list[str] = []
    own = _Alike([], [], [])
    for line, time, words in zip(results.line, results.measured_time, taken.behind, strict=True):
        if words is None or time is None:
            continue
        between, numbers = plain.plain_values(words[_VALUES] or "")
        if between != before:
            what = plain.measured_in(tuple(between))
            if not what:
                raise _Odd
            own, before = found.setdefault(what, _Alike([], [], [])), between
        own.lines.append(line + 1)
        own.times.append(time)
        own.numbers.extend(numbers)
    if len(set(chain(*found))) < sum(map(len, found)):  # a column from several places of records
        raise _Odd
    return found


_VALUES = PlainMeasurements._fields.index("values")


def _column(results: ResultColumns, number: int, one: Measured, span: tuple[int, int]) -> dict[str, object]:
    return {
        "batch_id": results.batch_id,
        "number": number,
        "plant": results.plant,
        "characteristic": one.characteristic,
        "uom": one.uom,
        "decimals": one.decimals,
        "earliest": span[0],
        "latest": span[1],
    }
