"""What scoring plants needs, for any number of plants at once; each question is one statement."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Row, func, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.ledger.horizon import earlier
from hub.store.production.corrections import erroneous, place_of
from hub.store.production.measured import batches_with, values_where
from hub.store.tables.every import assessment, claim, measured, output_value, unit_result
from traceability.quality.first_pass import Attempt
from traceability.record.economics import Answer
from traceability.unit import Flag, Purpose, Verdict

NO_UNIT = "no-unit:"
"""Stands for the unit of a result whose unit nobody could read: each such result is a unit of its own."""

ResultKey = tuple[str, str, str]


class ScoredResult(msgspec.Struct, frozen=True):
    """One result of a plant, as first-pass yield needs it."""

    plant: str
    part: str
    attempt: Attempt
    work_cell: str
    batch_id: int
    erroneous: bool = False
    """Declared so by somebody who may: it counts no more, but its author did report it."""

    @property
    def key(self) -> ResultKey:
        """Author, chain and result id."""
        return self.attempt.author, self.attempt.chain, self.attempt.result_id


class ClaimRow(msgspec.Struct, frozen=True, kw_only=True):
    """The latest claim of a chain about one part and operation."""

    plant: str
    author: str
    chain: str
    part: str
    operation: str
    through: int
    submitted: int
    first_ok: int
    attempts: int
    invalid: int


class ValueRow(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a characteristic; ``value`` None when nothing trustworthy was read."""

    plant: str
    operation: str
    characteristic: str
    key: ResultKey
    seq: int
    value: int | None
    decimals: int
    uom: str
    status: str


class OutputRow(msgspec.Struct, frozen=True):
    """The output value of a plant in a year, as entered last."""

    plant: str
    year: int
    amount: Decimal
    currency: str


def results_of_plants(connection: Reading, plants: Collection[str], before: int | None = None) -> list[ScoredResult]:
    """Every result recorded at ``plants``; those that were declared wrong too, and marked.

    ``before``: as the batches before this one say, here and below.
    """
    found: list[ScoredResult] = []
    for chunk in in_chunks(plants):
        rows = list(
            connection.execute(select(unit_result).where(unit_result.c.plant.in_(chunk), *earlier(unit_result, before)))
        )
        wrong = erroneous(connection, map(place_of, rows), before)
        found += [scored_result(row, erroneous=bool(wrong) and place_of(row) in wrong) for row in rows]
    return found


_VERDICTS = {verdict.value: verdict for verdict in Verdict}  # a look-up: these are read by the hundred at each batch
_FLAGS = {flag.value: flag for flag in Flag}
_PURPOSES = {purpose.value: purpose for purpose in Purpose}


def scored_result(row: Row[Any], *, erroneous: bool = False) -> ScoredResult:
    """A row of ``unit_result`` that has a plant."""
    return ScoredResult(row.plant, row.part, _attempt(row), row.work_cell, row.batch_id, erroneous)


class _Columns:
    """The columns of a row that is not in the store yet, as attributes."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.__dict__.update(row)


def scored_new(row: Mapping[str, Any]) -> ScoredResult:
    """The same of a row that is about to be written."""
    return ScoredResult(row["plant"], row["part"], _attempt(_Columns(row)), row["work_cell"], row["batch_id"])


def _attempt(row: Any) -> Attempt:
    return Attempt(
        unit=f"{NO_UNIT}{row.author}/{row.result_id}" if row.unit is None else row.unit,
        operation=row.operation,
        verdict=_VERDICTS[row.verdict],
        flags=tuple(_FLAGS[flag] for flag in row.flags) if row.flags else (),
        purpose=_PURPOSES[row.purpose],
        author=row.author,
        chain=row.chain,
        record_seq=row.seq,
        event_time=from_micros(row.event_time),
        result_id=row.result_id,
    )


def latest_claims(connection: Reading, plants: Collection[str], before: int | None = None) -> list[ClaimRow]:
    """The latest claim of each chain for each part and operation at ``plants``."""
    subject = (claim.c.author, claim.c.chain, claim.c.part, claim.c.operation)
    rows: list[ClaimRow] = []
    for chunk in in_chunks(plants):
        last = (
            select(*subject, func.max(claim.c.seq).label("last"))
            .where(claim.c.plant.in_(chunk), *earlier(claim, before))
            .group_by(*subject)
            .subquery()
        )
        same = (
            (claim.c.author == last.c.author)
            & (claim.c.chain == last.c.chain)
            & (claim.c.part == last.c.part)
            & (claim.c.operation == last.c.operation)
            & (claim.c.seq == last.c.last)
        )
        columns = [claim.c[name] for name in ClaimRow.__struct_fields__]
        found = connection.execute(select(*columns).join(last, same)).mappings()
        rows.extend(ClaimRow(**row) for row in found)
    return sorted(rows, key=lambda row: (row.author, row.chain, row.part, row.operation))


def values_of_plants(
    connection: Reading, plants: Collection[str], characteristics: Collection[str], before: int | None = None
) -> list[ValueRow]:
    """Every value of ``characteristics`` measured at ``plants``, without those that were declared wrong."""
    batches = batches_with(connection, characteristics, plants=plants)
    own = (measured.c.plant.in_(sorted(set(plants))), *earlier(measured, before))
    rows = [
        row
        for some in in_chunks(batches)
        for row in values_where(connection, measured.c.batch_id.in_(some), *own, characteristics=characteristics)
    ]
    wrong = erroneous(connection, map(place_of, rows), before)
    return [
        ValueRow(
            plant=row.plant or "",
            operation=row.operation,
            characteristic=row.characteristic,
            key=(row.author, row.chain, row.result_id),
            seq=row.seq,
            value=row.value,
            decimals=row.decimals,
            uom=row.uom,
            status=row.status,
        )
        for row in rows
        if not wrong or place_of(row) not in wrong
    ]


def output_values_of_plants(connection: Reading, plants: Collection[str], before: int | None = None) -> list[OutputRow]:
    """The output value of each plant and year; of several entries the last one in the log."""
    latest: dict[tuple[str, int], OutputRow] = {}
    order = (output_value.c.batch_id, output_value.c.line)
    for chunk in in_chunks(plants):
        query = select(output_value).where(output_value.c.plant.in_(chunk), *earlier(output_value, before))
        for row in connection.execute(query.order_by(*order)):
            latest[row.plant, row.year] = OutputRow(row.plant, row.year, Decimal(row.amount), row.currency)
    return [latest[key] for key in sorted(latest)]


def answers_of_plants(
    connection: Reading, plants: Collection[str], before: int | None = None
) -> dict[str, tuple[Answer, ...]]:
    """The answers that count, by plant: for each dimension those entered last."""
    latest: dict[tuple[str, str], tuple[Answer, ...]] = {}
    order = (assessment.c.batch_id, assessment.c.line)
    for chunk in in_chunks(plants):
        query = select(assessment).where(assessment.c.plant.in_(chunk), *earlier(assessment, before))
        for row in connection.execute(query.order_by(*order)):
            latest[row.plant, row.dimension] = msgspec.convert(row.answers, tuple[Answer, ...])
    by_plant: dict[str, tuple[Answer, ...]] = {}
    for plant, dimension in sorted(latest):
        by_plant[plant] = (*by_plant.get(plant, ()), *latest[plant, dimension])
    return by_plant
