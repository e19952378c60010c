"""What the hub knows of units and lots: results, measurements, pictures, links. Each question is one statement."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Column, Row, Select, Table, and_, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.dialect import SPREAD
from hub.store.core.instant import from_micros
from hub.store.core.memo import once
from hub.store.production.corrections import Place, erroneous, place_of
from hub.store.production.measured import values_where
from hub.store.tables.every import batch, link, measured, picture, unit_result
from hub.store.tables.production import link_by_child
from hub.store.trace.event_links import EventLinks
from traceability.genealogy import Direction, Link, with_endings
from traceability.measurement import Measurement, Status
from traceability.record.production import ReadSymbol
from traceability.unit import Flag, Purpose, Verdict

MOST_KEPT, MOST_KEPT_ITEMS = 100, 500
"""So many answers of a reading are kept, each about so many items."""
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


class StoreLinks:
    """The store as a source of links for ``traceability.genealogy.trace``; links and names exactly as recorded.

    With ``log_size`` it answers as it did when the log held that many batches. Of a reading's first questions about few
    items the answers are kept: a page follows the links of one unit for its evidence, its picture and its doubts.
    """

    def __init__(self, connection: Reading, log_size: int | None = None) -> None:
        self._connection = connection
        self._log_size = log_size
        self._told: dict[object, list[Link]] = once(connection, (StoreLinks, log_size), dict)
        self.events = EventLinks(connection, log_size)

    def below(self, items: Collection[str]) -> Iterator[Link]:
        """Every link whose parent is among ``items``."""
        return with_endings(self.stated_below(items), self.events.endings(items))

    def above(self, items: Collection[str]) -> Iterator[Link]:
        """Every link whose child is among ``items``."""
        links = list(self.stated_above(items))
        return with_endings(links, self.events.endings({each.parent for each in links}))

    def stated_below(self, items: Collection[str]) -> Iterator[Link]:
        """Those of ``below`` that name both ends."""
        yield from self._links(link.c.parent, items)
        yield from self.events.transformed(items, Direction.BACK)

    def stated_above(self, items: Collection[str]) -> Iterator[Link]:
        """Those of ``above`` that name both ends."""
        yield from self._links(link.c.child, items)
        yield from self.events.transformed(items, Direction.FORWARD)

    def _links(self, end: Column[str], items: Collection[str]) -> Iterable[Link]:
        if len(items) > MOST_KEPT_ITEMS:
            return self._read(end, items)
        asked = (end.name, frozenset(items))
        found = self._told.get(asked)
        if found is None:
            found = list(self._read(end, items))
            if len(self._told) < MOST_KEPT:
                self._told[asked] = found
        return found

    def _read(self, end: Column[str], items: Collection[str]) -> Iterator[Link]:
        table = links_by(self._connection, end)
        for chunk in in_chunks(items):
            query = known(select(table).where(table.c[end.name].in_(chunk)), table, self._log_size)
            rows = list(self._connection.execute(query))
            wrong = erroneous(self._connection, (place_of(row) for row in rows), self._log_size)
            for row in rows:
                yield link_of(row, erroneous=bool(wrong) and place_of(row) in wrong)


def link_of(row: Row[Any], *, erroneous: bool = False) -> Link:
    """A row of ``link``."""
    return Link(
        parent=row.parent,
        child=row.child,
        certain=row.certain,
        event_time=from_micros(row.event_time),
        author=row.author,
        chain=row.chain,
        seq=row.seq,
        action=row.action,
        position=row.position,
        quantity=row.quantity,
        uom=row.uom,
        operation=row.operation,
        record=row.result_id,
        item=row.item,
        log_index=row.batch_id,
        line=row.line,
        erroneous=erroneous,
    )


def links_by(connection: Reading, end: Column[str]) -> Table:
    """The links as they lie where those of one ``end`` are asked for."""
    by_child = SPREAD in connection.get_execution_options() and end is link.c.child
    return link_by_child if by_child else link


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
    for chunk in in_chunks(values):
        rows = list(connection.execute(known(_with_record_time().where(column.in_(chunk)), unit_result, log_size)))
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


def _with_record_time() -> Select[tuple[object, ...]]:
    joined = unit_result.join(batch, and_(batch.c.id == unit_result.c.batch_id))
    return select(unit_result, batch.c.record_time).select_from(joined)
