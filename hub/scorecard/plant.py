"""A plant's scorecard: what its records say over the last twelve months, and the Level that follows."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from hub.errors import NotFound
from hub.page_paths import plant_path
from hub.rollup.hours import hours_of, instant_of_day
from hub.scorecard.capability import capability_views, read_together
from hub.scorecard.digital import digital_coverage
from hub.scorecard.economics import answers_of, plant_losses
from hub.scorecard.gather import Gathered, PlantRecords, gather, made_of
from hub.scorecard.lots import FieldScore, LotScore, field_score, lot_scores, lots_within
from hub.scorecard.made import Made
from hub.scorecard.operations import operation_scores, results_in
from hub.scorecard.rolled import acceptance, plant_families
from hub.scorecard.submissions import Subject
from hub.scorecard.views import CapabilityView, Known, PlantRow, PlantView
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.ledger.batches import log_size
from hub.store.ledger.horizon import log_before
from hub.store.master.queries import PlantEntry
from traceability.quality.calendar import Coverage, coverage
from traceability.quality.capability import plant_capability
from traceability.quality.digital_coverage import DigitalCoverage
from traceability.quality.first_pass import FirstPass
from traceability.quality.grade import PlantGrade, grade_plant
from traceability.quality.loss import LossRates, YearOnYear, year_on_year
from traceability.quality.rolled import PlantRolledYield, plant_rolled_yield
from traceability.quality.sampling import yields_of_lots
from traceability.quality.sigma import SigmaResult, assess_acceptance, worse
from traceability.quality.window import Window, year_to


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """A plant with its figures over ``window``."""

    entry: PlantEntry
    zone: ZoneInfo
    window: Window
    made: Made
    counts: dict[Subject, FirstPass]
    rolled: PlantRolledYield
    capability: tuple[CapabilityView, ...]
    grade: PlantGrade
    losses: LossRates | None
    year_on_year: YearOnYear
    coverage: Coverage
    digital: DigitalCoverage
    lot_scores: tuple[LotScore, ...]
    sigma: SigmaResult
    """At final acceptance, without field returns."""
    field: FieldScore | None

    @property
    def units(self) -> int:
        """Serialised units with a result in the window."""
        return self.made.units(self.window)

    @property
    def results(self) -> int:
        """Results of every kind in the window."""
        return sum(results_in(counts) for counts in self.counts.values())


def plant_view(connection: Reading, plant: str, now: datetime, known_at: datetime | None = None) -> PlantView:
    """The scorecard of ``plant``; ``NotFound`` when nobody entered it.

    ``known_at``: of the twelve months up to then, as the hub's records said at that time: what arrived later is not in.
    """
    scored, gathered = scored_plant(connection, plant, now, known_at)
    width = scored.made.bucket_width(scored.window)
    records = gathered.plants[plant]
    return PlantView(
        plant=scored.entry.named,
        organisation=scored.entry.organisation,
        time_zone=scored.entry.time_zone,
        window=scored.window,
        now=known_at or now,
        units=scored.units,
        results=scored.results,
        operations=operation_scores(records, scored.made, scored.window, gathered.parts, width),
        bucket=width,
        rolled=scored.rolled,
        capability=scored.capability,
        grade=scored.grade,
        losses=scored.losses,
        year_on_year=scored.year_on_year,
        coverage=scored.coverage,
        digital=scored.digital,
        known=_known(connection, records, scored, known_at),
        no_first_failure=scored.made.no_first_failure(scored.window, records.plans),
        lots=scored.lot_scores,
        sigma=scored.sigma,
        field=scored.field,
    )


def scored_plant(
    connection: Reading, plant: str, now: datetime, known_at: datetime | None = None
) -> tuple[Scored, Gathered]:
    """A plant's figures and the records that they are from."""
    before = None if known_at is None else log_before(connection, to_micros(known_at))
    gathered = gather(connection, [plant], before, known_at or now)
    return _score(connection, gathered, _entry(gathered, plant), known_at or now), gathered


def scored_to(connection: Reading, plant: str, end: datetime, before: int | None = None) -> tuple[Scored, Gathered]:
    """The twelve months up to ``end``, as the hub's records say now, or said when the log held ``before`` batches."""
    gathered = gather(connection, [plant], before, end)
    return _score(connection, gathered, _entry(gathered, plant), end), gathered


def plant_grade(connection: Reading, plant: str, now: datetime) -> PlantGrade:
    """The Level of one plant."""
    gathered = gather(connection, [plant], at=now)
    return _score(connection, gathered, _entry(gathered, plant), now).grade


def plant_rows(connection: Reading, now: datetime) -> tuple[PlantRow, ...]:
    """Every plant in a line, by organisation and id."""
    gathered = gather(connection, at=now)
    entries = sorted(gathered.master.plants.values(), key=lambda entry: (entry.organisation.id, entry.named.id))
    _read_together(connection, gathered, now)
    return tuple(_row(_score(connection, gathered, entry, now)) for entry in entries)


def plant_grades(connection: Reading, now: datetime) -> dict[str, PlantGrade]:
    """The Level of every plant, by id."""
    gathered = gather(connection, at=now)
    _read_together(connection, gathered, now)
    return {plant: _score(connection, gathered, entry, now).grade for plant, entry in gathered.master.plants.items()}


def _read_together(connection: Reading, gathered: Gathered, now: datetime) -> None:
    zones = {plant: ZoneInfo(entry.time_zone) for plant, entry in gathered.master.plants.items()}
    windows = {plant: year_to(now.astimezone(zone).date()) for plant, zone in zones.items()}
    every = ((gathered.plants[plant], hours_of(windows[plant], zone)) for plant, zone in zones.items())
    read_together(connection, every)


def _entry(gathered: Gathered, plant: str) -> PlantEntry:
    entry = gathered.master.plants.get(plant)
    if entry is None:
        raise NotFound(f"there is no plant {plant[:100]!r}", advice="/api/v1/plants lists them")
    return entry


def _score(connection: Reading, gathered: Gathered, entry: PlantEntry, now: datetime) -> Scored:
    records: PlantRecords = gathered.plants[entry.named.id]
    zone = ZoneInfo(entry.time_zone)
    window = year_to(now.astimezone(zone).date())
    made = made_of(connection, records, zone)
    counts = made.counts([window])[0]
    by_lots = yields_of_lots(lots_within(records.judged.lots, window), records.management.policy.sampling)
    rolled = plant_rolled_yield(plant_families(records.plans, counts, by_lots))
    capability = capability_views(connection, records, hours_of(window, zone), window.last, gathered.parts)
    sigma = assess_acceptance(acceptance(records.plans, counts, by_lots))
    failed = made.failed_of_accepted(window, records.plans, records.judged.failed)
    field = field_score(records.judged.returns, failed, window, sigma)
    losses = plant_losses(records, window)
    covered = coverage(records.management.calendars, window, made.days(window))
    grade = grade_plant(
        sigma=worse(sigma, field.sigma if field else None),
        capability=plant_capability([view.result for view in capability]),
        rolled=rolled,
        losses=losses,
        answers=answers_of(records.answers),
        covered=covered.share,
        policy=records.management.policy,
    )
    return Scored(
        entry=entry,
        zone=zone,
        window=window,
        made=made,
        counts=counts,
        rolled=rolled,
        capability=capability,
        grade=grade,
        losses=losses,
        year_on_year=year_on_year(plant_losses(records, _year_before(window)), losses),
        coverage=covered,
        digital=_digital(connection, records, counts, capability, covered),
        lot_scores=lot_scores(by_lots, counts, {e.plan.part: e.plan for e in records.plans}, gathered.parts),
        sigma=sigma,
        field=field,
    )


def _year_before(window: Window) -> Window:
    return year_to(window.first - timedelta(days=1))


def _digital(
    connection: Reading,
    records: PlantRecords,
    counts: Mapping[Subject, FirstPass],
    capability: tuple[CapabilityView, ...],
    covered: Coverage,
) -> DigitalCoverage:
    return digital_coverage(
        connection,
        records.plant,
        plans=records.plans,
        counts=counts,
        capability=capability,
        coverage=covered,
        before=records.before,
    )


def _known(connection: Reading, records: PlantRecords, scored: Scored, known_at: datetime | None) -> Known:
    begin, end = (instant_of_day(day, scored.zone) for day in (scored.window.first, scored.window.last + timedelta(1)))
    told = scored.made.evidence(begin, end)
    return Known(
        log_size=log_size(connection) if records.before is None else records.before,
        at=known_at,
        batches=told.all_batches,
        first_batch=told.first_batch,
        last_batch=told.last_batch,
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
