"""Where plants stand, from roll-ups: the same Level as their scorecard's, without reading a result or a value.

Counts, capability and coverage come from what is kept at ingest, so a list of plants costs the same few statements
whatever they have made. Two things are told more coarsely than on the scorecard: a plant whose clock is off by a part
of an hour begins its days at the hour, and where no tallies tell, a day counts as covered when a unit was *first*
submitted on it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from hub.rollup.hours import hours_of, instant_of
from hub.rollup.many import Wanted, periods
from hub.rollup.window import Narrowing, Period
from hub.scorecard.capability import characteristic_view
from hub.scorecard.economics import answers_of, plant_losses
from hub.scorecard.gather import PlantRecords
from hub.scorecard.in_force import counts_for_plant, in_window, measured
from hub.scorecard.lots import FieldScore, field_score, lots_and_returns, lots_within
from hub.scorecard.management import management_of
from hub.scorecard.rolled import acceptance, failed_of_accepted, plant_families
from hub.scorecard.submissions import Subject, histories, within
from hub.scorecard.tallied import TalliedMade, on_the_hour
from hub.scorecard.views import CapabilityView
from hub.store.core.database import Reading
from hub.store.ledger.batches import log_size
from hub.store.master.queries import Master, PartEntry, PlanEntry, PlantEntry, parts_named, plans_of_plants, read_master
from hub.store.production.corrections import Place, erroneous
from hub.store.quality.queries import loss_lines
from hub.store.rollup.many import WeekCounts, first_pass_by_week, hours_with_submissions
from hub.store.rollup.queries import Range
from hub.store.rollup.scores import ScoredResult, answers_of_plants, output_values_of_plants
from hub.store.rollup.sources import PlacedResult, results_of_units
from hub.store.rollup.tallies import marked_plants
from traceability.quality.calendar import coverage
from traceability.quality.capability import plant_capability
from traceability.quality.first_pass import FirstPass, pooled
from traceability.quality.grade import PlantGrade, grade_plant
from traceability.quality.loss import LossRates
from traceability.quality.rolled import PlantRolledYield, plant_rolled_yield
from traceability.quality.sampling import yields_of_lots
from traceability.quality.sigma import SigmaResult, assess_acceptance, worse
from traceability.quality.window import Window, year_to


class WeekYield(msgspec.Struct, frozen=True, kw_only=True):
    """The rolled yield of one week of the window; ``first`` is its first day, by the plant's clock."""

    first: date
    rolled: PlantRolledYield


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A plant with its figures over ``window``; ``capability`` holds its key characteristics, worst first."""

    entry: PlantEntry
    window: Window
    hours: Range
    rolled: PlantRolledYield
    weeks: tuple[WeekYield, ...]
    capability: tuple[CapabilityView, ...]
    sigma: SigmaResult
    """At final acceptance, without field returns."""
    field: FieldScore | None
    losses: LossRates | None
    grade: PlantGrade
    parts: dict[str, PartEntry]
    records: PlantRecords
    """Statements and plans; results and values are not among them."""


def standings(
    connection: Reading, now: datetime, plants: Collection[str] | None = None, master: Master | None = None
) -> dict[str, Standing]:
    """Every plant that has master data (of ``plants``), by id."""
    master = read_master(connection) if master is None else master
    entries = {plant: entry for plant, entry in master.plants.items() if plants is None or plant in plants}
    if not entries:
        return {}
    windows = {plant: _window(entry, now) for plant, entry in entries.items()}
    hours = {plant: hours_of(windows[plant], ZoneInfo(entry.time_zone)) for plant, entry in entries.items()}
    records = _records(connection, entries, hours, now)
    weeks: defaultdict[str, list[WeekCounts]] = defaultdict(list)
    for counts in first_pass_by_week(connection, hours):
        weeks[counts.plant].append(counts)
    found = _key_periods(connection, records, hours)
    named = {e.plan.part for one in records.values() for e in one.plans} | {c.part for w in weeks.values() for c in w}
    parts = parts_named(connection, named)
    return {
        plant: _standing(connection, _Known(entry, windows[plant], hours[plant], records[plant], weeks[plant]),
                         found[plant], parts)
        for plant, entry in entries.items()
    }  # fmt: skip


class _Known(msgspec.Struct, frozen=True):
    """What was read of one plant."""

    entry: PlantEntry
    window: Window
    hours: Range
    records: PlantRecords
    weeks: list[WeekCounts]


def _window(entry: PlantEntry, now: datetime) -> Window:
    return year_to(now.astimezone(ZoneInfo(entry.time_zone)).date())


def _records(
    connection: Reading, entries: Collection[str], hours: Mapping[str, Range], now: datetime
) -> dict[str, PlantRecords]:
    plans = {
        plant: in_window(found, hours[plant]) for plant, found in plans_of_plants(connection, entries, at=now).items()
    }
    losses = loss_lines(connection, entries)
    outputs = output_values_of_plants(connection, entries)
    answers = answers_of_plants(connection, entries)
    management = management_of(connection, entries)
    judged = lots_and_returns(connection, entries)
    return {
        plant: PlantRecords(
            plant=plant,
            plans=plans.get(plant, ()),
            results=(),
            claims=(),
            values=(),
            losses=tuple(line for line in losses if line.plant == plant),
            outputs=tuple(row for row in outputs if row.plant == plant),
            answers=answers.get(plant, ()),
            management=management[plant],
            judged=judged[plant],
        )
        for plant in sorted(entries)
    }


def _key_periods(
    connection: Reading, records: Mapping[str, PlantRecords], hours: Mapping[str, Range]
) -> dict[str, list[Period]]:
    wanted = [
        Wanted(
            plant=plant,
            characteristic=one.characteristic,
            hours=one.hours,
            narrowing=Narrowing(part=one.plan.part, operation=one.characteristic.operation),
        )
        for plant, known in records.items()
        for entry in known.plans
        for one in measured(entry, hours[plant])
    ]
    found: dict[str, list[Period]] = {plant: [] for plant in records}
    for one, told in zip(wanted, periods(connection, wanted), strict=True):
        found[one.plant].append(told)
    return found


def _standing(connection: Reading, known: _Known, found: Iterable[Period], parts: dict[str, PartEntry]) -> Standing:
    records, window = known.records, known.window
    counts = _counts(known.weeks)
    by_lots = yields_of_lots(lots_within(records.judged.lots, window), records.management.policy.sampling)
    rolled = plant_rolled_yield(plant_families(records.plans, counts, by_lots))
    capability = _capability(known, found, parts)
    sigma = assess_acceptance(acceptance(records.plans, counts, by_lots))
    field = field_score(records.judged.returns, _failed(connection, known), window, sigma)
    losses = plant_losses(records, window)
    grade = grade_plant(
        sigma=worse(sigma, field.sigma if field else None),
        capability=plant_capability([view.result for view in capability]),
        rolled=rolled,
        losses=losses,
        answers=answers_of(records.answers),
        covered=coverage(records.management.calendars, window, _days(connection, known)).share,
        policy=records.management.policy,
    )
    return Standing(
        entry=known.entry, window=window, hours=known.hours, rolled=rolled, weeks=_weeks(known), capability=capability,
        sigma=sigma, field=field, losses=losses, grade=grade, parts=parts, records=records,
    )  # fmt: skip


def _counts(weeks: Iterable[WeekCounts]) -> dict[Subject, FirstPass]:
    by_subject: defaultdict[Subject, list[FirstPass]] = defaultdict(list)
    for one in weeks:
        by_subject[one.part, one.operation].append(one.counts)
    return {subject: pooled(several) for subject, several in by_subject.items()}


def _weeks(known: _Known) -> tuple[WeekYield, ...]:
    by_week: defaultdict[int, list[WeekCounts]] = defaultdict(list)
    for one in known.weeks:
        by_week[one.week].append(one)
    zone, planned = ZoneInfo(known.entry.time_zone), Planned(known.records.plans)
    return tuple(
        WeekYield(
            first=instant_of(known.hours[0] + 168 * week).astimezone(zone).date(),
            rolled=_rolled(planned, tuple(_counts(by_week[week]).items())),
        )
        for week in sorted(by_week)
    )


class Planned:
    """Plans, told from others by what they say: comparing them in full takes longer than what they are for."""

    def __init__(self, plans: tuple[PlanEntry, ...]) -> None:
        self.plans = plans
        self._said = msgspec.json.encode(plans)
        self._hash = hash(self._said)

    def __hash__(self) -> int:
        """Of what they say."""
        return self._hash

    def __eq__(self, other: object) -> bool:
        """Whether they say the same."""
        return isinstance(other, Planned) and self._said == other._said


@lru_cache(maxsize=4096)
def _rolled(planned: Planned, counts: tuple[tuple[Subject, FirstPass], ...]) -> PlantRolledYield:
    """The rolled yield of one week: most of them are over, and what they come to stays."""
    return plant_rolled_yield(plant_families(planned.plans, dict(counts), {}))


def _capability(known: _Known, found: Iterable[Period], parts: Mapping[str, PartEntry]) -> tuple[CapabilityView, ...]:
    key = [one for entry in known.records.plans for one in measured(entry, known.hours)]
    management, day = known.records.management, known.window.last
    views = [
        (
            one,
            characteristic_view(
                one.plan,
                one.characteristic,
                told,
                management.gauge(one.plan.part, one.characteristic.id, day),
                parts,
                until=one.until,
            ),
        )
        for one, told in zip(key, found, strict=True)
    ]
    return tuple(sorted((view for one, view in views if counts_for_plant(one, view.result)), key=worst_first))


def worst_first(view: CapabilityView) -> tuple[bool, float, str, str]:
    """How characteristics are ordered: unrated before rated, then the lowest index first."""
    value = float("-inf") if view.result.value is None else view.result.value
    return view.result.rated, value, view.part.id, view.characteristic.id


def _days(connection: Reading, known: _Known) -> set[date]:
    """Calendar days with results; not read where no calendar asks for them."""
    if not known.records.management.calendars:
        return set()
    zone, plant = ZoneInfo(known.entry.time_zone), known.records.plant
    if marked_plants(connection, [plant]) and on_the_hour(zone, known.window):
        return TalliedMade(connection, plant, zone, {}).days(known.window)
    hours = hours_with_submissions(connection, known.records.plant, known.hours)
    return {instant_of(hour).astimezone(zone).date() for hour in hours}


def _failed(connection: Reading, known: _Known) -> dict[str, int]:
    """Accepted units that claims name by serial, by part."""
    failed = known.records.judged.failed
    if not failed:
        return {}
    placed = [
        one
        for one in results_of_units(connection, failed, log_size(connection))
        if one.scored.plant == known.records.plant
    ]
    wrong = erroneous(connection, map(_place, placed))
    standing: list[ScoredResult] = [one.scored for one in placed if _place(one) not in wrong]
    zone = ZoneInfo(known.entry.time_zone)
    return failed_of_accepted(known.records.plans, within(histories(standing), known.window, zone), failed)


def _place(placed: PlacedResult) -> Place:
    attempt = placed.scored.attempt
    return Place(attempt.author, attempt.chain, attempt.record_seq, attempt.result_id, placed.scored.plant)
