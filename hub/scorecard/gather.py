"""Everything that scoring needs, read for all plants at once: the number of statements does not grow with them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

import msgspec

from hub.store.database import Reading
from hub.store.master_queries import Master, PartEntry, PlanEntry, parts_named, plans_of_plants, read_master
from hub.store.score_queries import (
    ClaimRow,
    LossRow,
    OutputRow,
    ScoredResult,
    ValueRow,
    answers_of_plants,
    latest_claims,
    losses_of_plants,
    output_values_of_plants,
    results_of_plants,
    values_of_plants,
)
from traceability.record.economics import Answer

T = TypeVar("T")


class PlantRecords(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub holds of one plant, over all time; ``values`` are those of key characteristics."""

    plant: str
    plans: tuple[PlanEntry, ...]
    results: tuple[ScoredResult, ...]
    claims: tuple[ClaimRow, ...]
    values: tuple[ValueRow, ...]
    losses: tuple[LossRow, ...]
    outputs: tuple[OutputRow, ...]
    answers: tuple[Answer, ...]


class Gathered(msgspec.Struct, frozen=True):
    """Names, and the records of each plant asked for."""

    master: Master
    parts: dict[str, PartEntry]
    plants: dict[str, PlantRecords]


def gather(connection: Reading, plants: Collection[str] | None = None) -> Gathered:
    """The records of ``plants``, by default of all that have master data."""
    master = read_master(connection)
    wanted = set(master.plants if plants is None else plants)
    plans = plans_of_plants(connection, wanted)
    key = {
        characteristic.id
        for entries in plans.values()
        for entry in entries
        for characteristic in entry.plan.characteristics
        if characteristic.key
    }
    results = _by_plant(results_of_plants(connection, wanted), lambda row: row.plant)
    claims = _by_plant(latest_claims(connection, wanted), lambda row: row.plant)
    values = _by_plant(values_of_plants(connection, wanted, key), lambda row: row.plant)
    losses = _by_plant(losses_of_plants(connection, wanted), lambda row: row.plant)
    outputs = _by_plant(output_values_of_plants(connection, wanted), lambda row: row.plant)
    answers = answers_of_plants(connection, wanted)
    parts = {row.part for rows in results.values() for row in rows}
    parts |= {entry.plan.part for entries in plans.values() for entry in entries}
    records = {
        plant: PlantRecords(
            plant=plant,
            plans=plans.get(plant, ()),
            results=tuple(results[plant]),
            claims=tuple(claims[plant]),
            values=tuple(values[plant]),
            losses=tuple(losses[plant]),
            outputs=tuple(outputs[plant]),
            answers=answers.get(plant, ()),
        )
        for plant in sorted(wanted)
    }
    return Gathered(master, parts_named(connection, parts), records)


def _by_plant(rows: Iterable[T], plant_of: Callable[[T], str]) -> defaultdict[str, list[T]]:
    found: defaultdict[str, list[T]] = defaultdict(list)
    for row in rows:
        found[plant_of(row)].append(row)
    return found
