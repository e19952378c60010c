"""Whether the hub's records are whole: gaps, duplicates, and who is in what."""

from collections.abc import Collection

from sqlalchemy import func, select

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading
from hub.store.production.corrections import erroneous, place_of
from hub.store.rollup.scores import ScoredResult, scored_result
from hub.store.tables.every import batch, link, unit_result


def missing_in_chains(connection: Reading) -> int:
    """Batches and records that chains count, but the ledger does not hold."""
    chains = connection.execute(
        select(
            func.max(batch.c.seq).label("last_batch"),
            func.count().label("batches"),
            func.max(batch.c.first_record + batch.c.records - 1).label("last_record"),
            func.sum(batch.c.records).label("records"),
        ).group_by(batch.c.author, batch.c.chain)
    )
    return sum(row.last_batch - row.batches + max(0, row.last_record - int(row.records)) for row in chains)


def repeated_results(connection: Reading) -> int:
    """Results beyond the first under one author and id, and ids beyond the first for one cycle of a work cell."""
    by_id = (
        select((func.count() - 1).label("extra"))
        .select_from(unit_result)
        .group_by(unit_result.c.author, unit_result.c.result_id)
        .having(func.count() > 1)
        .subquery()
    )
    ids = func.count(unit_result.c.result_id.distinct())
    by_cycle = (
        select((ids - 1).label("extra"))
        .where(unit_result.c.cycle.is_not(None))
        .group_by(
            unit_result.c.author,
            unit_result.c.work_cell,
            unit_result.c.cycle,
            unit_result.c.unit,
            unit_result.c.source_time,
        )
        .having(ids > 1)
        .subquery()
    )
    extras = (connection.execute(select(func.sum(found.c.extra))).scalar_one() for found in (by_id, by_cycle))
    return sum(int(extra or 0) for extra in extras)


def units_with_results(connection: Reading, units: Collection[str]) -> set[str]:
    """Those of ``units`` of which somebody sent a result."""
    return {
        unit
        for chunk in in_chunks(units)
        for unit in connection.execute(
            select(unit_result.c.unit).where(unit_result.c.unit.in_(chunk)).distinct()
        ).scalars()
        if unit is not None
    }


def assembled_units(connection: Reading) -> list[str]:
    """Every unit that another one was ever built into, in order."""
    query = select(link.c.parent).where(link.c.certain.is_(True), link.c.action == "ADD").distinct()
    return sorted(connection.execute(query).scalars())


def nameless_results(connection: Reading, plant: str) -> list[ScoredResult]:
    """The results of a plant of which nobody could read the unit; those that were declared wrong are marked."""
    query = select(unit_result).where(unit_result.c.unit.is_(None), unit_result.c.plant == plant)
    rows = connection.execute(query).all()
    wrong = erroneous(connection, map(place_of, rows))
    return [scored_result(row, erroneous=place_of(row) in wrong) for row in rows]
