"""What came from whom and where is kept up by the batches themselves: each unit counts once at each plant, ever."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hub.rollup.entering import BatchResults
from hub.store.core.database import Writing
from hub.store.rollup.activity import arrived, known_before
from hub.store.rollup.arrived import (
    NOWHERE,
    Origin,
    Places,
    Told,
    add_sent,
    add_told,
    add_units,
    begin_keeping,
    keeping,
    sent_in,
)
from hub.store.tables.every import unit_result
from hub.store.writing.rows import Row


def keep_arrivals(
    connection: Writing, first: int, last: int, read: BatchResults, rows: Iterable[Row] | None = None
) -> None:
    """Add the batches from ``first`` to ``last``; ``read`` holds the histories of their units, ``rows`` are theirs."""
    kept, nowhere = _begun(connection, first, last)
    if not kept:
        return
    told, units = _from_store(connection, first, last) if rows is None else _from_rows(rows)
    if told:
        strangers = nowhere or any(key.plant == NOWHERE for key in told)
        known = known_before(connection, units, first - 1) if strangers else _of_histories(read, first)
        add_units(connection, _changes(units, known))
        add_told(connection, told)


def keep_arrivals_at(  # noqa: PLR0917 - a batch in its parts
    connection: Writing,
    batch_id: int,
    plant: str,
    told: dict[Origin, Told],
    units: Sequence[str],
    known: Sequence[tuple[str, str]],
) -> None:
    """Add a batch of one plant; ``known`` are plants and units of earlier results of its ``units``."""
    kept, nowhere = _begun(connection, batch_id, batch_id)
    if kept:
        earlier = list(known_before(connection, units, batch_id - 1)) if nowhere else known
        new: Mapping[Places, int] = {(plant,): len(units)}
        add_units(connection, _changes({unit: {plant} for unit in units}, earlier) if earlier else new)
        add_told(connection, told)


def _begun(connection: Writing, first: int, last: int) -> tuple[bool, bool]:
    """Whether what came is kept, and whether an author of no plant told anything; the batches are added."""
    if not first:
        begin_keeping(connection)
    kept, nowhere = keeping(connection)
    if kept:
        add_sent(connection, sent_in(connection, first, last))
    return kept, nowhere


def _from_rows(rows: Iterable[Row]) -> tuple[dict[Origin, Told], dict[str, set[str]]]:
    """Results by whence they are, and plants by unit."""
    results: Counter[tuple[Any, ...]] = Counter()
    last: dict[tuple[Any, ...], int] = {}
    units: defaultdict[str, set[str]] = defaultdict(set)
    told: list[Mapping[str, Any]] = [row for name, row in rows if name == unit_result.name]
    for row in told:
        plant, at = row["plant"] or NOWHERE, row["event_time"]
        origin = (plant, row["author"], row["part"], row["operation"])
        results[origin] += 1
        last[origin] = max(at, last.get(origin, at))
        if row["unit"] is not None:
            units[row["unit"]].add(plant)
    return {Origin(*origin): Told(n, last[origin]) for origin, n in results.items()}, units


def _from_store(connection: Writing, first: int, last: int) -> tuple[dict[Origin, Told], dict[str, set[str]]]:
    came = arrived(connection, first - 1, last)
    units: defaultdict[str, set[str]] = defaultdict(set)
    for plant, unit in came.units:
        units[unit].add(plant or NOWHERE)
    return came.told, units


def _of_histories(read: BatchResults, first: int) -> Iterable[tuple[str, str]]:
    return ((one.scored.plant, one.scored.attempt.unit) for one in read.histories if one.batch_id < first)


def _changes(units: dict[str, set[str]], known: Iterable[tuple[str | None, str]]) -> Counter[Places]:
    """How many units more there are at each set of plants; ``known`` are the plants of units before."""
    before: defaultdict[str, set[str]] = defaultdict(set)
    for plant, unit in known:
        before[unit].add(plant or NOWHERE)
    changes: Counter[Places] = Counter()
    for unit, plants in units.items():
        old = before.get(unit, set())
        if not plants <= old:
            changes[tuple(sorted(old | plants))] += 1
            if old:
                changes[tuple(sorted(old))] -= 1
    return changes
