"""Tallies of a large hub: those of its first day moved on by whole days, as ``large_hub`` does with everything else."""

from typing import Any

from sqlalchemy import case, func, insert, select

from hub.rollup.hours import HOURS_A_DAY
from hub.store.core.database import Writing
from hub.store.tables.arrived import author_results, author_sent, component_places, unit_places
from hub.store.tables.costed import costed_span
from hub.store.tables.every import batch
from hub.store.tables.tally import NEVER, chain_pass, component_count, first_pass_span, result_hour, tally


def copy_tallies(connection: Writing, day: int, batches: int) -> None:
    """The first day's again, ``day`` days later; it was told by ``batches`` batches."""
    steps = {
        **dict.fromkeys(("start", "hour"), day * HOURS_A_DAY),
        **dict.fromkeys(("first_batch", "last_batch"), day * batches),
    }
    for table, hours in (
        (first_pass_span, "start"),
        (result_hour, "hour"),
        (tally, "hour"),
        (costed_span, "start"),
    ):
        first_day = select(func.min(table.c[hours]) + HOURS_A_DAY).scalar_subquery()
        moved = [_moved(column, steps, day) for column in table.columns]
        query = select(*moved).where(table.c[hours] < first_day)
        connection.execute(insert(table).from_select(list(table.columns), query))


def multiply_totals(connection: Writing, days: int, records: int) -> None:
    """What is counted over all time, of ``days`` days of ``records`` of each chain."""
    counts = {name: chain_pass.c[name] * days for name in ("submitted", "first_ok", "attempts", "invalid")}
    connection.execute(chain_pass.update().values(last_seq=chain_pass.c.last_seq + (days - 1) * records, **counts))
    built = component_count.c
    connection.execute(
        component_count.update().values(components=built.components * days, recorded=built.recorded * days)
    )
    for table in (unit_places, component_places):
        connection.execute(table.update().values(units=table.c.units * days))
    later = author_results.c.last_event + (days - 1) * HOURS_A_DAY * 3_600_000_000
    connection.execute(author_results.update().values(results=author_results.c.results * days, last_event=later))
    sent = select(batch.c.author, func.count(), func.sum(batch.c.records), func.max(batch.c.record_time))
    connection.execute(author_sent.delete())
    connection.execute(insert(author_sent).from_select(list(author_sent.columns), sent.group_by(batch.c.author)))


def _moved(column: Any, steps: dict[str, int], day: int) -> Any:
    if column.name in ("before", "after"):
        return case((column == NEVER, NEVER), else_=column + day * HOURS_A_DAY)
    return column + steps[column.name] if column.name in steps else column
