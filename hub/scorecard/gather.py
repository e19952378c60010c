"""Everything that scoring needs, read for all plants at once: the number of statements does not grow with them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from hub.rollup.hours import hours_of
from hub.scorecard.in_force import in_window
from hub.scorecard.lots import LotsAndReturns, lots_and_returns
from hub.scorecard.made import Made, RawMade
from hub.scorecard.management import Management, management_of
from hub.scorecard.tallied import TalliedMade, on_the_hour
from hub.store.core.database import Reading
from hub.store.master.queries import Master, PartEntry, PlanEntry, parts_named, plans_of_plants, read_master
from hub.store.quality.queries import LossLine, loss_lines
from hub.store.rollup.queries import Range
from hub.store.rollup.scores import (
    ClaimRow,
    OutputRow,
    ScoredResult,
    ValueRow,
    answers_of_plants,
    latest_claims,
    output_values_of_plants,
    results_of_plants,
    values_of_plants,
)
from hub.store.rollup.tallies import ChainKey, ChainPass, chain_passes, marked_plants
from traceability.measurement import Characteristic
from traceability.quality.window import year_to
from traceability.record.economics import Answer

T = TypeVar("T")


class PlantRecords(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub holds of one plant, over all time, or held when it had stored ``before`` batches.

    ``results`` are read where tallies can't answer, ``values`` are those of key characteristics, read only for what was
    known before: roll-ups answer for now.
    """

    plant: str
    plans: tuple[PlanEntry, ...]
    results: tuple[ScoredResult, ...]
    claims: tuple[ClaimRow, ...]
    values: tuple[ValueRow, ...]
    losses: tuple[LossLine, ...]
    outputs: tuple[OutputRow, ...]
    answers: tuple[Answer, ...]
    management: Management
    judged: LotsAndReturns = LotsAndReturns()
    before: int | None = None
    passes: dict[ChainKey, ChainPass] | None = None
    """What its chains tell, where tallies answer instead of ``results``; None: results do."""


class Gathered(msgspec.Struct, frozen=True):
    """Names, and the records of each plant asked for."""

    master: Master
    parts: dict[str, PartEntry]
    plants: dict[str, PlantRecords]


def gather(
    connection: Reading,
    plants: Collection[str] | None = None,
    before: int | None = None,
    at: datetime | None = None,
    *,
    tallied: Collection[str] = (),
) -> Gathered:
    """The records of ``plants``, by default of all that have master data; ``before``: as known at that log size.

    ``at``: with the control plans that were valid in the twelve months up to then. ``tallied`` are plants for which
    tallies answer without it, over all time.
    """
    master = read_master(connection)
    wanted = set(master.plants if plants is None else plants)
    plans = _plans(connection, master, wanted, before, at)
    key = {one.id for entries in plans.values() for entry in entries for one in _ever_planned(entry) if one.key}
    passes = _passes(connection, master, wanted, at, tallied) if before is None else {}
    results = _by_plant(results_of_plants(connection, wanted - passes.keys(), before), lambda row: row.plant)
    claims = _by_plant(latest_claims(connection, wanted, before), lambda row: row.plant)
    values = _by_plant(_scanned(connection, wanted, key, before), lambda row: row.plant)
    losses = _by_plant(loss_lines(connection, wanted, before), lambda row: row.plant)
    outputs = _by_plant(output_values_of_plants(connection, wanted, before), lambda row: row.plant)
    answers = answers_of_plants(connection, wanted, before)
    management = management_of(connection, wanted, before)
    judged = lots_and_returns(connection, wanted, before)
    records = {
        plant: PlantRecords(
            plant=plant, plans=plans.get(plant, ()), results=tuple(results[plant]), claims=tuple(claims[plant]),
            values=tuple(values[plant]), losses=tuple(losses[plant]), outputs=tuple(outputs[plant]),
            answers=answers.get(plant, ()), management=management[plant], judged=judged[plant], before=before,
            passes=passes.get(plant),
        )
        for plant in sorted(wanted)
    }  # fmt: skip
    return Gathered(master, parts_named(connection, _parts(records.values())), records)


def _parts(records: Iterable[PlantRecords]) -> set[str]:
    """Every part that a record speaks of."""
    found: set[str] = set()
    for one in records:
        found |= {row.part for row in one.results} | {key.part for key in one.passes or ()}
        found |= {lot.part for lot in one.judged.lots} | {entry.plan.part for entry in one.plans}
    return found


def made_of(connection: Reading, records: PlantRecords, zone: ZoneInfo) -> Made:
    """What the plant of ``records`` made."""
    if records.passes is None:
        return RawMade(records.results, zone)
    return TalliedMade(connection, records.plant, zone, records.passes)


def _passes(
    connection: Reading, master: Master, plants: Collection[str], at: datetime | None, tallied: Collection[str]
) -> dict[str, dict[ChainKey, ChainPass]]:
    """What chains tell, of the plants that tallies answer for."""
    if at is None:
        return _told_by_chains(connection, set(tallied))
    known = {plant for plant in marked_plants(connection, plants) if plant in master.plants}
    zones = {plant: ZoneInfo(master.plants[plant].time_zone) for plant in known}
    fit = {plant for plant, zone in zones.items() if on_the_hour(zone, year_to(at.astimezone(zone).date()))}
    return _told_by_chains(connection, fit)


def _told_by_chains(connection: Reading, plants: Collection[str]) -> dict[str, dict[ChainKey, ChainPass]]:
    found: dict[str, dict[ChainKey, ChainPass]] = {plant: {} for plant in plants}
    for key, told in chain_passes(connection, plants).items() if plants else ():
        found[key.plant][key] = told
    return found


def _plans(
    connection: Reading, master: Master, plants: Collection[str], before: int | None, at: datetime | None
) -> dict[str, tuple[PlanEntry, ...]]:
    plans = plans_of_plants(connection, plants, before, at)
    if at is None:
        return plans
    return {plant: in_window(found, twelve_months(master, plant, at)) for plant, found in plans.items()}


def _ever_planned(entry: PlanEntry) -> Iterator[Characteristic]:
    for plan in (entry.plan, *(span.plan for span in entry.spans)):
        yield from plan.characteristics


def twelve_months(master: Master, plant: str, at: datetime) -> Range:
    """The hours of a plant's window up to the day of ``at``."""
    entry = master.plants.get(plant)
    zone = ZoneInfo(entry.time_zone) if entry else UTC
    return hours_of(year_to(at.astimezone(zone).date()), zone)


def _scanned(
    connection: Reading, plants: Collection[str], characteristics: Collection[str], before: int | None
) -> list[ValueRow]:
    return [] if before is None else values_of_plants(connection, plants, characteristics, before)


def _by_plant(rows: Iterable[T], plant_of: Callable[[T], str]) -> defaultdict[str, list[T]]:
    found: defaultdict[str, list[T]] = defaultdict(list)
    for row in rows:
        found[plant_of(row)].append(row)
    return found
