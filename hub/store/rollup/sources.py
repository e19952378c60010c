"""What roll-ups are made from: the rows of one batch, and what its chain and its units said before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Row, ScalarSelect, Table, Text, bindparam, cast, exists, literal, or_, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.dialect import is_postgres
from hub.store.core.listed import among, given_among
from hub.store.core.quick import ANEW, ask
from hub.store.rollup.scores import ScoredResult, scored_new, scored_result
from hub.store.tables.every import batch, correction, link, measured, unit_result


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


class EarlierResult(NamedTuple):
    """What a result of a unit was, as the store keeps it; times are microseconds since 1970 UTC."""

    unit: str
    plant: str
    part: str
    operation: str
    verdict: str
    flags: str
    purpose: str
    event_time: int
    author: str
    chain: str
    seq: int
    result_id: str


class LotLink(msgspec.Struct, frozen=True):
    """A lot joined to (or taken out of) a unit, in a batch."""

    batch_id: int
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


def chains_of_batches(connection: Reading, first: int, last: int) -> dict[int, Chain]:
    """Whose batches they are, from ``first`` to ``last``."""
    return {row[0]: (row[1], row[2]) for row in ask(connection, _CHAINS, {"first": first, "last": last})}


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
        conditions.append(table.c.batch_id == _batch_with(one))
    if one.target_record is not None:
        conditions.append(table.c[name] == one.target_record)
    return conditions


def _batch_with(one: Row[Any]) -> ScalarSelect[int]:
    """The batch that holds a record, found by the chain's order."""
    own = (batch.c.author == one.target_author, batch.c.chain == one.target_chain)
    upto = select(batch.c.id).where(*own, batch.c.first_record <= one.target_seq)
    return upto.order_by(batch.c.seq.desc()).limit(1).scalar_subquery()


def results_of_batches(connection: Reading, first: int, last: int) -> list[PlacedResult]:
    """The results of the batches from ``first`` to ``last`` that belong to a plant, in the order of the log."""
    return _placed(connection.execute(_RESULTS_OF_BATCHES, {"first": first, "last": last}))


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
        for placed in _placed(connection.execute(_RESULTS_OF_UNITS, {"units": chunk, "last": through}))
    ]


def earlier_of_units(connection: Reading, units: Collection[str], before: int) -> list[EarlierResult]:
    """The same from batches before ``before``, as they lie: many are read faster so."""
    postgres = is_postgres(connection.dialect)
    named = {"units": given_among(units, postgres=postgres), "before": before}
    return list(map(EarlierResult._make, ask(connection, _EARLIER[postgres], named)))


def stated_in_batches(connection: Reading, first: int, last: int) -> list[StatedAt]:
    """The records of measured values of the batches from ``first`` to ``last``, in the order of the log."""
    found = connection.execute(_STATED_IN_BATCHES, {"first": first, "last": last})
    return [StatedAt(row.batch_id, row.line, row.seq, row.result_id) for row in found]


def stated_of_units(
    connection: Reading, units: Collection[str], results: Collection[str], before: int
) -> dict[Chain, list[StatedAt]]:
    """Those of these results of these units, by each chain before the batch ``before``, in the order of the log."""
    wanted = set(results)
    found: defaultdict[Chain, list[StatedAt]] = defaultdict(list)
    postgres = is_postgres(connection.dialect)
    named = {"units": given_among(units, postgres=postgres), "before": before}
    for author, chain, *stated in ask(connection, _STATED_OF_UNITS[postgres], named) if units else ():
        one = StatedAt(*stated)
        if one.result_id in wanted:
            found[author, chain].append(one)
    return {chain: sorted(own, key=lambda one: (one.batch_id, one.line)) for chain, own in found.items()}


def is_known(connection: Reading, units: Collection[str], before: int) -> bool:
    """Whether anything was said of one of these units before a batch, or of what is inside or around it at all."""
    postgres = is_postgres(connection.dialect)
    named = {"units": given_among(units, postgres=postgres), "before": before}
    return any(bool(ask(connection, query, named)) for query in _ANY_KNOWN[postgres])


def lots_of_units(connection: Reading, units: Collection[str], through: int) -> dict[Chain, list[LotLink]]:
    """Lots that each chain joined to these units up to the batch ``through``, in the chain's order."""
    found: defaultdict[Chain, list[LotLink]] = defaultdict(list)
    postgres = is_postgres(connection.dialect)
    named = {"units": given_among(sorted(set(units)), postgres=postgres), "last": through}
    for author, chain, batch_id, parent, child, action in ask(connection, _LOTS_OF_UNITS[postgres], named):
        found[author, chain].append(LotLink(batch_id, parent, child, action == "ADD"))
    return found


def _results(connection: Reading, conditions: Iterable[ColumnElement[bool]]) -> list[PlacedResult]:
    return _placed(connection.execute(_RESULTS.where(*conditions)))


def _placed(rows: Iterable[Row[Any]]) -> list[PlacedResult]:
    return [
        PlacedResult(batch_id=row.batch_id, line=row.line, work_cell=row.work_cell, scored=scored_result(row))
        for row in rows
    ]


def placed_new(row: Mapping[str, Any]) -> PlacedResult:
    """A result whose row is about to be written."""
    return PlacedResult(batch_id=row["batch_id"], line=row["line"], work_cell=row["work_cell"], scored=scored_new(row))


def stated_new(row: Mapping[str, Any]) -> StatedAt:
    """A record of measured values whose row is about to be written."""
    return StatedAt(row["batch_id"], row["line"], row["seq"], row["result_id"])


# made once: building and compiling a statement takes longer than running it
_RESULTS = (
    select(unit_result).where(unit_result.c.plant.is_not(None)).order_by(unit_result.c.batch_id, unit_result.c.line)
)
_RESULTS_OF_BATCHES = _RESULTS.where(
    unit_result.c.batch_id >= bindparam("first"), unit_result.c.batch_id <= bindparam("last")
)
_RESULTS_OF_UNITS = _RESULTS.where(
    unit_result.c.unit.in_(bindparam("units", expanding=True)), unit_result.c.batch_id <= bindparam("last")
)
_EARLIER = {
    postgres: select(
        *(cast(unit_result.c[name], Text) if name == "flags" else unit_result.c[name] for name in EarlierResult._fields)
    )
    .where(
        among(unit_result.c.unit, "units", postgres=postgres),
        unit_result.c.batch_id < bindparam("before"),
        unit_result.c.plant.is_not(None),
    )
    .execution_options(**{ANEW: True})
    for postgres in (False, True)
}
_CHAINS = select(batch.c.id, batch.c.author, batch.c.chain).where(
    batch.c.id >= bindparam("first"), batch.c.id <= bindparam("last")
)
_STATED = select(
    measured.c.author, measured.c.chain, measured.c.batch_id, measured.c.line, measured.c.seq, measured.c.result_id
)
_STATED_IN_BATCHES = _STATED.where(
    measured.c.batch_id >= bindparam("first"), measured.c.batch_id <= bindparam("last")
).order_by(measured.c.batch_id, measured.c.line)
_STATED_OF_UNITS = {
    postgres: _STATED.where(
        among(measured.c.unit, "units", postgres=postgres), measured.c.batch_id < bindparam("before")
    ).execution_options(**{ANEW: True})
    for postgres in (False, True)
}
_KNOWN = {
    postgres: [
        select(column.table.c.batch_id).where(among(column, "units", postgres=postgres), *when).limit(1)
        for column, when in (
            (unit_result.c.unit, (unit_result.c.batch_id < bindparam("before"),)),
            (measured.c.unit, (measured.c.batch_id < bindparam("before"),)),
            (link.c.parent, ()),
            (link.c.child, ()),
        )
    ]
    for postgres in (False, True)
}
_ANY_KNOWN = {
    False: _KNOWN[False],
    True: [
        select(literal(1))
        .where(or_(*(exists(query.subquery()) for query in _KNOWN[True])))
        .execution_options(**{ANEW: True})
    ],
}
"""A server is asked once: each way there takes longer than a look into an index."""
_LOTS_OF_UNITS = {
    postgres: select(link.c.author, link.c.chain, link.c.batch_id, link.c.parent, link.c.child, link.c.action)
    .where(
        among(link.c.parent, "units", postgres=postgres),
        link.c.batch_id <= bindparam("last"),
        link.c.certain.is_(False),
    )
    .order_by(link.c.seq, link.c.item)
    for postgres in (False, True)
}
