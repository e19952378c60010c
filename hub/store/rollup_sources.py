"""What roll-ups are made from: the rows of one batch, and what its chain and its units said before."""

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Table, select

from hub.store.chunks import in_chunks
from hub.store.database import Reading
from hub.store.score_queries import ScoredResult, scored_result
from hub.store.tables import batch, correction, link, measured, unit_result


class PlacedResult(msgspec.Struct, frozen=True, kw_only=True):
    """One result with its place in the ledger."""

    batch_id: int
    line: int
    work_cell: str
    scored: ScoredResult


class StatedAt(msgspec.Struct, frozen=True):
    """A record of measured values: where it stands, and the result that it speaks of."""

    batch_id: int
    line: int
    seq: int
    result_id: str


class LotLink(msgspec.Struct, frozen=True):
    """A lot joined to (or taken out of) a unit."""

    unit: str
    lot: str
    added: bool


Chain = tuple[str, str]
"""Author and chain."""


class Corrected(msgspec.Struct, frozen=True):
    """A record that corrections speak of: where it stands, and its result."""

    chain: Chain
    batch_id: int
    result_id: str
    unit: str | None


def chain_of_batch(connection: Reading, batch_id: int) -> Chain:
    """Whose batch it is."""
    row = connection.execute(select(batch.c.author, batch.c.chain).where(batch.c.id == batch_id)).one()
    return row.author, row.chain


def batches_of_chain(connection: Reading, chain: Chain, first: int, last: int) -> list[int]:
    """The log positions of a chain's batches from ``first`` to ``last``, in order."""
    own = (batch.c.author == chain[0], batch.c.chain == chain[1], batch.c.id >= first, batch.c.id <= last)
    return list(connection.execute(select(batch.c.id).where(*own).order_by(batch.c.id)).scalars())


def corrected_by(connection: Reading, batch_id: int) -> list[Corrected]:
    """The results and measurements that corrections in a batch speak of, also by taking back a correction."""
    stated = list(connection.execute(select(correction).where(correction.c.batch_id == batch_id)))
    again = [
        row
        for one in stated
        for row in connection.execute(select(correction).where(*_target(correction, one, "record")))
    ]
    found = [
        Corrected((row.author, row.chain), row.batch_id, row.result_id, row.unit)
        for one in [*stated, *again]
        for table in (unit_result, measured)
        for row in connection.execute(select(table).where(*_target(table, one, "result_id")))
    ]
    return list(dict.fromkeys(found))


def _target(table: Table, one: Row[Any], name: str) -> list[ColumnElement[bool]]:
    """The rows of ``table`` that a correction speaks of."""
    conditions = [table.c.author == one.target_author]
    if one.target_seq is not None:
        conditions += [table.c.chain == one.target_chain, table.c.seq == one.target_seq]
    if one.target_record is not None:
        conditions.append(table.c[name] == one.target_record)
    return conditions


def results_of_batch(connection: Reading, batch_id: int) -> list[PlacedResult]:
    """The results of a batch that belong to a plant, by line."""
    return _results(connection, [unit_result.c.batch_id == batch_id])


def results_named(connection: Reading, chain: Chain, results: Collection[str], before: int) -> list[PlacedResult]:
    """Results of a chain by id, from batches before ``before``."""
    own = [unit_result.c.author == chain[0], unit_result.c.chain == chain[1], unit_result.c.batch_id < before]
    found = (
        placed
        for chunk in in_chunks(results)
        for placed in _results(connection, [unit_result.c.result_id.in_(chunk), *own])
    )
    return list(found)


def results_of_units(connection: Reading, units: Collection[str], through: int) -> list[PlacedResult]:
    """Every result of these units, of all authors, up to the batch ``through``, declared wrong or not."""
    return [
        placed
        for chunk in in_chunks(units)
        for placed in _results(connection, [unit_result.c.unit.in_(chunk), unit_result.c.batch_id <= through])
    ]


def stated_in_batch(connection: Reading, batch_id: int) -> list[StatedAt]:
    """The records of measured values of a batch, by line."""
    return _stated(connection, [measured.c.batch_id == batch_id])


def stated_of_units(
    connection: Reading, chain: Chain, units: Collection[str], results: Collection[str], before: int
) -> list[StatedAt]:
    """Those of these results of these units, by a chain before the batch ``before``, in the order of the log."""
    own = [measured.c.author == chain[0], measured.c.chain == chain[1], measured.c.batch_id < before]
    wanted = set(results)
    found = [
        stated
        for chunk in in_chunks(units)
        for stated in _stated(connection, [measured.c.unit.in_(chunk), *own])
        if stated.result_id in wanted
    ]
    return sorted(found, key=lambda stated: (stated.batch_id, stated.line))


def lots_of_units(connection: Reading, chain: Chain, units: Collection[str], through: int) -> list[LotLink]:
    """Lots that a chain joined to these units up to the batch ``through``, in the chain's order."""
    own = [link.c.author == chain[0], link.c.chain == chain[1], link.c.batch_id <= through, link.c.certain.is_(False)]
    return [
        LotLink(row.parent, row.child, row.action == "ADD")
        for chunk in in_chunks(units)
        for row in connection.execute(
            select(link.c.parent, link.c.child, link.c.action)
            .where(link.c.parent.in_(chunk), *own)
            .order_by(link.c.seq, link.c.item)
        )
    ]


def _results(connection: Reading, conditions: Iterable[ColumnElement[bool]]) -> list[PlacedResult]:
    query = select(unit_result).where(*conditions, unit_result.c.plant.is_not(None))
    return [
        PlacedResult(batch_id=row.batch_id, line=row.line, work_cell=row.work_cell, scored=scored_result(row))
        for row in connection.execute(query.order_by(unit_result.c.batch_id, unit_result.c.line))
    ]


def _stated(connection: Reading, conditions: Iterable[ColumnElement[bool]]) -> list[StatedAt]:
    columns = [measured.c[name] for name in StatedAt.__struct_fields__]
    query = select(*columns).where(*conditions).order_by(measured.c.batch_id, measured.c.line)
    return [StatedAt(*row) for row in connection.execute(query)]
