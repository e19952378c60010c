"""What the hub knows of units and lots: results, measurements, pictures. Each question is one statement."""

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Select, Table, and_, bindparam, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.dialect import is_postgres
from hub.store.core.instant import from_micros
from hub.store.core.listed import given, listed
from hub.store.production.corrections import Place, erroneous, place_of
from hub.store.production.measured import values_where
from hub.store.tables.every import batch, measured, picture, unit_result
from traceability.measurement import Measurement, Status
from traceability.record.production import ReadSymbol
from traceability.unit import Flag, Purpose, Verdict

ResultKey = tuple[str, str, str]
"""Author, chain and result id: what the records of one result have in common."""


class ResultRow(msgspec.Struct, frozen=True, kw_only=True):
    """One result; ``batch_id`` and ``line`` point to its evidence. ``record_seq`` as in ``Attempt``."""

    batch_id: int
    line: int
    author: str
    chain: str
    record_seq: int
    event_time: datetime
    record_time: datetime
    result_id: str
    unit: str | None
    part: str
    operation: str
    work_cell: str
    plant: str | None
    verdict: Verdict
    flags: tuple[Flag, ...]
    purpose: Purpose
    attempt: int
    cycle: int | None
    source_time: datetime | None
    defect: str | None
    plan: str | None
    erroneous: bool = False
    """Declared so by somebody who may: it counts no more."""

    @property
    def key(self) -> ResultKey:
        """What its other records carry too."""
        return self.author, self.chain, self.result_id

    @property
    def place(self) -> Place:
        """How corrections name it."""
        return Place(self.author, self.chain, self.record_seq, self.result_id, self.plant)


class MeasurementRow(msgspec.Struct, frozen=True, kw_only=True):
    """One measured value of a result."""

    batch_id: int
    line: int
    key: ResultKey
    plan: str | None
    value: Measurement


class PictureRow(msgspec.Struct, frozen=True, kw_only=True):
    """One picture of a result."""

    batch_id: int
    line: int
    key: ResultKey
    sha256: str
    size: int
    position: str
    symbols: tuple[ReadSymbol, ...]
    reason: str | None


def known(query: Select[Any], table: Table, log_size: int | None) -> Select[Any]:
    """``query`` of ``table`` as it was answered when the log held ``log_size`` batches (None: now)."""
    return query if log_size is None else query.where(table.c.batch_id < log_size)


def results_of_units(connection: Reading, units: Collection[str], log_size: int | None = None) -> list[ResultRow]:
    """Every result of ``units``; those that were declared wrong too, and marked."""
    return list(_results(connection, unit_result.c.unit, units, log_size))


def results_of_ids(connection: Reading, result_ids: Collection[str], log_size: int | None = None) -> list[ResultRow]:
    """Every result under these ids, whatever its unit and author: rivals are found here."""
    return list(_results(connection, unit_result.c.result_id, result_ids, log_size))


def plants_of_units(
    connection: Reading, units: Collection[str], log_size: int | None = None
) -> list[tuple[str, str | None, datetime]]:
    """Unit, plant and time of every result of ``units``, and nothing else of it: for questions about very many."""
    columns = (unit_result.c.unit, unit_result.c.plant, unit_result.c.event_time)
    return [
        (row.unit, row.plant, from_micros(row.event_time))
        for chunk in in_chunks(units)
        for row in connection.execute(
            known(select(*columns).where(unit_result.c.unit.in_(chunk)), unit_result, log_size)
        )
    ]


def measurements_of_units(connection: Reading, units: Collection[str]) -> list[MeasurementRow]:
    """Every measured value of ``units``, in the order of the records."""
    rows = []
    for chunk in in_chunks(units):
        for row in values_where(connection, measured.c.unit.in_(chunk)):
            value = Measurement(
                characteristic=row.characteristic,
                value=row.value,
                decimals=row.decimals,
                uom=row.uom,
                status=Status(row.status),
                raw=row.raw,
            )
            key = (row.author, row.chain, row.result_id)
            rows.append(MeasurementRow(batch_id=row.batch_id, line=row.line, key=key, plan=row.plan, value=value))
    return rows


def pictures_of_units(connection: Reading, units: Collection[str]) -> list[PictureRow]:
    """Every picture of ``units``, in the order of the records."""
    order = (picture.c.batch_id, picture.c.line, picture.c.item)
    return [
        PictureRow(
            batch_id=row.batch_id,
            line=row.line,
            key=(row.author, row.chain, row.result_id),
            sha256=row.sha256,
            size=row.size,
            position=row.position,
            symbols=msgspec.convert(row.symbols, tuple[ReadSymbol, ...]),
            reason=row.reason,
        )
        for chunk in in_chunks(units)
        for row in connection.execute(select(picture).where(picture.c.unit.in_(chunk)).order_by(*order))
    ]


def _results(
    connection: Reading, column: Column[str], values: Collection[str], log_size: int | None = None
) -> Iterator[ResultRow]:
    postgres, bounded = is_postgres(connection.dialect), log_size is not None
    query = _results_at(column, bounded=bounded, postgres=postgres)
    for chunk in in_chunks(values):
        named = {LISTED: given(chunk, postgres=postgres)} | ({BEFORE: log_size} if bounded else {})
        rows = list(connection.execute(query, named))
        wrong = erroneous(connection, (place_of(row) for row in rows), log_size)
        for row in rows:
            source_time = None if row.source_time is None else from_micros(row.source_time)
            yield ResultRow(
                batch_id=row.batch_id,
                line=row.line,
                author=row.author,
                chain=row.chain,
                record_seq=row.seq,
                event_time=from_micros(row.event_time),
                record_time=from_micros(row.record_time),
                result_id=row.result_id,
                unit=row.unit,
                part=row.part,
                operation=row.operation,
                work_cell=row.work_cell,
                plant=row.plant,
                verdict=Verdict(row.verdict),
                flags=tuple(Flag(flag) for flag in row.flags),
                purpose=Purpose(row.purpose),
                attempt=row.attempt,
                cycle=row.cycle,
                source_time=source_time,
                defect=row.defect,
                plan=row.plan,
                erroneous=bool(wrong) and place_of(row) in wrong,
            )


@cache
def _results_at(column: Column[str], *, bounded: bool, postgres: bool) -> Select[Any]:
    joined = unit_result.join(batch, and_(batch.c.id == unit_result.c.batch_id))
    query = select(unit_result, batch.c.record_time).select_from(joined)
    return as_known(query.where(listed(column, LISTED, postgres=postgres)), unit_result, bounded=bounded)


def as_known(query: Select[Any], table: Table, *, bounded: bool) -> Select[Any]:
    """``known`` of a statement that is made once: the state of the log is given as ``BEFORE``."""
    return query.where(table.c.batch_id < bindparam(BEFORE, type_=BigInteger)) if bounded else query


LISTED, BEFORE = "listed", "before"
