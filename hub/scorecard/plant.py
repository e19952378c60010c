"""A plant's scorecard: what its records say over the last twelve months, and the Level that follows."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from hub.errors import NotFound
from hub.page_paths import plant_path
from hub.scorecard.capability import capability_views
from hub.scorecard.economics import answers_of, plant_losses
from hub.scorecard.gather import Gathered, PlantRecords, gather
from hub.scorecard.operations import counts_of, operation_scores
from hub.scorecard.over_time import bucket_width
from hub.scorecard.rolled import acceptance, plant_families
from hub.scorecard.submissions import History, histories, within
from hub.scorecard.views import CapabilityView, PlantRow, PlantView
from hub.store.database import Reading
from hub.store.master_queries import PlantEntry
from hub.store.score_queries import NO_UNIT
from traceability.quality.capability import plant_capability
from traceability.quality.grade import PlantGrade, grade_plant
from traceability.quality.rolled import PlantRolledYield, plant_rolled_yield
from traceability.quality.sigma import assess_sigma
from traceability.quality.window import Window, year_to


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """A plant with its figures over ``window``."""

    entry: PlantEntry
    zone: ZoneInfo
    window: Window
    histories: list[History]
    rolled: PlantRolledYield
    capability: tuple[CapabilityView, ...]
    grade: PlantGrade

    @property
    def units(self) -> int:
        """Serialised units with a result in the window."""
        units = {attempt.unit for history in self.histories for attempt in history.attempts}
        return sum(1 for unit in units if not unit.startswith(NO_UNIT))

    @property
    def results(self) -> int:
        """Results of every kind in the window."""
        return sum(len(history.attempts) for history in self.histories)


def plant_view(connection: Reading, plant: str, now: datetime) -> PlantView:
    """The scorecard of ``plant``; ``NotFound`` when nobody entered it."""
    gathered = gather(connection, [plant])
    scored = _score(gathered, _entry(gathered, plant), now)
    width = bucket_width(scored.histories)
    records = gathered.plants[plant]
    return PlantView(
        plant=scored.entry.named,
        organisation=scored.entry.organisation,
        time_zone=scored.entry.time_zone,
        window=scored.window,
        now=now,
        units=scored.units,
        results=scored.results,
        operations=operation_scores(records, scored.histories, gathered.parts, width, scored.zone),
        bucket=width,
        rolled=scored.rolled,
        capability=scored.capability,
        grade=scored.grade,
    )


def plant_grade(connection: Reading, plant: str, now: datetime) -> PlantGrade:
    """The Level of one plant."""
    gathered = gather(connection, [plant])
    return _score(gathered, _entry(gathered, plant), now).grade


def plant_rows(connection: Reading, now: datetime) -> tuple[PlantRow, ...]:
    """Every plant in a line, by organisation and id."""
    gathered = gather(connection)
    entries = sorted(gathered.master.plants.values(), key=lambda entry: (entry.organisation.id, entry.named.id))
    return tuple(_row(_score(gathered, entry, now)) for entry in entries)


def plant_grades(connection: Reading, now: datetime) -> dict[str, PlantGrade]:
    """The Level of every plant, by id."""
    gathered = gather(connection)
    return {plant: _score(gathered, entry, now).grade for plant, entry in gathered.master.plants.items()}


def _entry(gathered: Gathered, plant: str) -> PlantEntry:
    entry = gathered.master.plants.get(plant)
    if entry is None:
        raise NotFound(f"there is no plant {plant[:100]!r}", advice="/api/v1/plants lists them")
    return entry


def _score(gathered: Gathered, entry: PlantEntry, now: datetime) -> Scored:
    records: PlantRecords = gathered.plants[entry.named.id]
    zone = ZoneInfo(entry.time_zone)
    window = year_to(now.astimezone(zone).date())
    found = within(histories(records.results), window, zone)
    counts = counts_of(found)
    rolled = plant_rolled_yield(plant_families(records.plans, counts))
    capability = capability_views(records, found, gathered.parts)
    submitted, first_ok = acceptance(records.plans, counts)
    grade = grade_plant(
        sigma=assess_sigma(submitted, submitted - first_ok),
        capability=plant_capability([view.result for view in capability]),
        rolled=rolled,
        losses=plant_losses(records, window),
        answers=answers_of(records.answers),
        covered=None,  # no calendar of production days is entered yet, so every Level is provisional
    )
    return Scored(
        entry=entry, zone=zone, window=window, histories=found, rolled=rolled, capability=capability, grade=grade
    )


def _row(scored: Scored) -> PlantRow:
    return PlantRow(
        plant=scored.entry.named,
        organisation=scored.entry.organisation,
        time_zone=scored.entry.time_zone,
        units=scored.units,
        results=scored.results,
        rolled=scored.rolled,
        grade=scored.grade,
        url=plant_path(scored.entry.named.id),
    )
