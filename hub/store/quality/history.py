"""Imported history: loads, and the results of those that count."""

from collections.abc import Iterator
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, func, select

from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros
from hub.store.tables.history import history_load, history_result, history_undone
from traceability.record.history import HistoryValue
from traceability.unit import Verdict


class StoredLoad(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was loaded; ``undone`` says why it counts no more."""

    id: str
    plant: str
    source: str
    format: str
    results: int
    entered_by: str
    entered_at: datetime
    note: str
    log_index: int
    undone: str | None


class ImportedResult(msgspec.Struct, frozen=True, kw_only=True):
    """One imported result, and where its record stands."""

    load: str
    row: int
    unit: str | None
    part: str
    operation: str
    work_cell: str
    verdict: Verdict
    at: datetime
    values: tuple[HistoryValue, ...]
    log_index: int
    line: int


def loads_of(connection: Reading, plant: str) -> list[StoredLoad]:
    """The loads of a plant, the latest first."""
    reasons = {
        row.load: row.reason
        for row in connection.execute(select(history_undone).where(history_undone.c.plant == plant))
    }
    order = (history_load.c.batch_id.desc(), history_load.c.line.desc())
    return [
        StoredLoad(
            id=row.id,
            plant=row.plant,
            source=row.source,
            format=row.format,
            results=row.results,
            entered_by=row.entered_by,
            entered_at=from_micros(row.event_time),
            note=row.note,
            log_index=row.batch_id,
            undone=reasons.get(row.id),
        )
        for row in connection.execute(select(history_load).where(history_load.c.plant == plant).order_by(*order))
    ]


def imported_results(
    connection: Reading,
    plant: str,
    begin: datetime | None = None,
    end: datetime | None = None,
    *,
    offset: int = 0,
    limit: int | None = None,
) -> Iterator[ImportedResult]:
    """The results of a plant's loads that count, by time, in ``[begin, end)``; a page of them with ``limit``."""
    table = history_result
    query = select(table).where(*_counting(plant, begin, end)).order_by(table.c.at, table.c.batch_id, table.c.line)
    if limit is not None:
        query = query.offset(offset).limit(limit)
    with connection.execute(query.execution_options(yield_per=1000)) as rows:
        for row in rows:
            yield ImportedResult(
                load=row.load,
                row=row.row,
                unit=row.unit,
                part=row.part,
                operation=row.operation,
                work_cell=row.work_cell,
                verdict=Verdict(row.verdict),
                at=from_micros(row.at),
                values=msgspec.convert(row.values, tuple[HistoryValue, ...]),
                log_index=row.batch_id,
                line=row.line,
            )


def count_imported(connection: Reading, plant: str, begin: datetime | None, end: datetime | None) -> int:
    """How many there are."""
    query = select(func.count()).select_from(history_result).where(*_counting(plant, begin, end))
    return int(connection.execute(query).scalar_one())


def _counting(plant: str, begin: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    undone = select(history_undone.c.load).where(history_undone.c.plant == plant)
    conditions = [history_result.c.plant == plant, history_result.c.load.not_in(undone)]
    conditions += [history_result.c.at >= to_micros(begin)] if begin else []
    conditions += [history_result.c.at < to_micros(end)] if end else []
    return conditions
