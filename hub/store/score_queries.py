"""What scoring plants needs, for any number of plants at once; each question is one statement."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

import msgspec
from sqlalchemy import func, select

from hub.store.chunks import in_chunks
from hub.store.database import Reading
from hub.store.instant import from_micros
from hub.store.tables import assessment, claim, measurement, output_value, quality_loss, unit_result
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


class LossRow(msgspec.Struct, frozen=True):
    """One cost of poor quality."""

    plant: str
    item: str
    amount: Decimal
    currency: str
    accrued: date


class OutputRow(msgspec.Struct, frozen=True):
    """The output value of a plant in a year, as entered last."""

    plant: str
    year: int
    amount: Decimal
    currency: str


def results_of_plants(connection: Reading, plants: Collection[str]) -> list[ScoredResult]:
    """Every result recorded at ``plants``."""
    return [
        ScoredResult(
            row.plant,
            row.part,
            Attempt(
                unit=f"{NO_UNIT}{row.author}/{row.result_id}" if row.unit is None else row.unit,
                operation=row.operation,
                verdict=Verdict(row.verdict),
                flags=tuple(Flag(flag) for flag in row.flags),
                purpose=Purpose(row.purpose),
                author=row.author,
                chain=row.chain,
                record_seq=row.seq,
                event_time=from_micros(row.event_time),
                result_id=row.result_id,
            ),
        )
        for chunk in in_chunks(plants)
        for row in connection.execute(select(unit_result).where(unit_result.c.plant.in_(chunk)))
    ]


def latest_claims(connection: Reading, plants: Collection[str]) -> list[ClaimRow]:
    """The latest claim of each chain for each part and operation at ``plants``."""
    subject = (claim.c.author, claim.c.chain, claim.c.part, claim.c.operation)
    rows: list[ClaimRow] = []
    for chunk in in_chunks(plants):
        last = (
            select(*subject, func.max(claim.c.seq).label("last"))
            .where(claim.c.plant.in_(chunk))
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


def values_of_plants(connection: Reading, plants: Collection[str], characteristics: Collection[str]) -> list[ValueRow]:
    """Every value of ``characteristics`` measured at ``plants``."""
    return [
        ValueRow(
            plant=row.plant,
            operation=row.operation,
            characteristic=row.characteristic,
            key=(row.author, row.chain, row.result_id),
            seq=row.seq,
            value=row.value,
            decimals=row.decimals,
            uom=row.uom,
            status=row.status,
        )
        for chunk in in_chunks(plants)
        for some in in_chunks(characteristics)
        for row in connection.execute(
            select(measurement).where(measurement.c.plant.in_(chunk), measurement.c.characteristic.in_(some))
        )
    ]


def losses_of_plants(connection: Reading, plants: Collection[str]) -> list[LossRow]:
    """Every cost entered for ``plants``."""
    return [
        LossRow(row.plant, row.item, Decimal(row.amount), row.currency, date.fromisoformat(row.accrued_on))
        for chunk in in_chunks(plants)
        for row in connection.execute(select(quality_loss).where(quality_loss.c.plant.in_(chunk)))
    ]


def output_values_of_plants(connection: Reading, plants: Collection[str]) -> list[OutputRow]:
    """The output value of each plant and year; of several entries the last one in the log."""
    latest: dict[tuple[str, int], OutputRow] = {}
    order = (output_value.c.batch_id, output_value.c.line)
    for chunk in in_chunks(plants):
        for row in connection.execute(select(output_value).where(output_value.c.plant.in_(chunk)).order_by(*order)):
            latest[row.plant, row.year] = OutputRow(row.plant, row.year, Decimal(row.amount), row.currency)
    return [latest[key] for key in sorted(latest)]


def answers_of_plants(connection: Reading, plants: Collection[str]) -> dict[str, tuple[Answer, ...]]:
    """The answers that count, by plant: for each dimension those entered last."""
    latest: dict[tuple[str, str], tuple[Answer, ...]] = {}
    order = (assessment.c.batch_id, assessment.c.line)
    for chunk in in_chunks(plants):
        for row in connection.execute(select(assessment).where(assessment.c.plant.in_(chunk)).order_by(*order)):
            latest[row.plant, row.dimension] = msgspec.convert(row.answers, tuple[Answer, ...])
    by_plant: dict[str, tuple[Answer, ...]] = {}
    for plant, dimension in sorted(latest):
        by_plant[plant] = (*by_plant.get(plant, ()), *latest[plant, dimension])
    return by_plant
