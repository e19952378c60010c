"""One part as one plant makes it, from the same readings as the list of suppliers and the pages of characteristics."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from hub.errors import EntryRefused, NotFound
from hub.named import Named, unnamed
from hub.page_paths import supplier_part_path
from hub.requirement.of_part import Agreed, agreed_about
from hub.rollup.hours import hour_of, hours_of, instant_of
from hub.scorecard.figures import yield_view
from hub.scorecard.in_force import in_window
from hub.scorecard.lots import lots_and_returns, lots_within
from hub.scorecard.management import management_of
from hub.scorecard.rolled import acceptance, plant_families
from hub.scorecard.submissions import Subject as Submitted
from hub.store.core.database import Reading
from hub.store.master.queries import (
    PlanEntry,
    PlantEntry,
    operation_named,
    part_name,
    parts_named,
    plans_of_plants,
    read_master,
)
from hub.store.rollup.many import WeekCounts, first_pass_by_week
from hub.store.rollup.queries import Range
from hub.suppliers.asked import Asked, Subject, plant_entry
from hub.suppliers.board import ppm_view
from hub.suppliers.lots import lot_comparison
from hub.suppliers.pareto import pareto
from hub.suppliers.part_views import AgreedIndicator, PartCharacteristic, PartOperation, PartView
from hub.suppliers.spread import by_month, characteristics
from hub.suppliers.views import LotComparison, WeekPoint
from hub.suppliers.withheld import Withholding
from traceability.quality.first_pass import FirstPass, pooled
from traceability.quality.rolled import FamilyYield, PlantRolledYield, plant_rolled_yield
from traceability.quality.sampling import SampledYield, yields_of_lots
from traceability.quality.sigma import assess_acceptance
from traceability.quality.window import Window, year_to

HOURS_A_WEEK = 168


class _Made(msgspec.Struct, frozen=True, kw_only=True):
    """What was planned and counted of the part at the plant in the window."""

    plans: tuple[PlanEntry, ...]
    weeks: tuple[WeekCounts, ...]
    lots: dict[Submitted, SampledYield]

    def counts(self, week: int | None = None) -> dict[Submitted, FirstPass]:
        """By operation, in all or of one week."""
        by_subject: defaultdict[Submitted, list[FirstPass]] = defaultdict(list)
        for one in self.weeks:
            if week in (None, one.week):
                by_subject[one.part, one.operation].append(one.counts)
        return {subject: pooled(several) for subject, several in by_subject.items()}


def part_of(asked: Asked) -> str:
    """``EntryRefused`` where no part is named."""
    if not asked.part:
        raise EntryRefused("no part is named", where="part", advice="name its identity")
    return asked.part


def part_view(connection: Reading, plant: str, part: str, asked: Asked, now: datetime) -> PartView:
    """``NotFound`` unless the plant may be seen and plans or made the part, or something is agreed about it."""
    entry = plant_entry(connection, plant)
    window = year_to(now.astimezone(entry.zone).date())
    hours = hours_of(window, entry.zone)
    made = _made(connection, plant, part, window, hours, now)
    agreed = agreed_about(connection, entry.organisation.id, part)
    if not (made.plans or made.weeks or made.lots or agreed):
        raise NotFound(
            f"nothing of the part {part[:200]!r} can be seen at {plant[:100]!r}",
            advice=f"/api/v1/suppliers/{plant[:100]} names its parts",
        )
    counts = made.counts()
    rolled = plant_rolled_yield(plant_families(made.plans, counts, made.lots))
    sigma = assess_acceptance(acceptance(made.plans, counts, made.lots))
    capable = _characteristics(connection, plant, part, now)
    names = read_master(connection).organisations
    return PartView(
        plant=entry.named,
        organisation=entry.organisation,
        time_zone=entry.time_zone,
        part=part_name(parts_named(connection, {part}), part),
        window=window,
        rolled=rolled,
        ppm=ppm_view(sigma.nonconforming, sigma.units),
        weeks=tuple(_weeks(made, hours, entry)),
        operations=tuple(_operations(made, rolled)),
        characteristics=capable,
        pareto=pareto(connection, plant, asked.model_copy(update={"part": part}), now),
        lots=_lots(connection, entry, made, capable, asked.hours(now)),
        agreed=tuple(_agreed(one, names.get(one.customer, unnamed(one.customer))) for one in agreed),
        withheld=Withholding(connection).of(plant),
        url=supplier_part_path(plant, part),
    )


def _made(connection: Reading, plant: str, part: str, window: Window, hours: Range, now: datetime) -> _Made:  # noqa: PLR0917 - what and when
    plans = plans_of_plants(connection, [plant], at=now).get(plant, ())
    judged = lots_within(lots_and_returns(connection, [plant])[plant].lots, window)
    sampling = management_of(connection, [plant])[plant].policy.sampling
    return _Made(
        plans=tuple(one for one in in_window(plans, hours) if one.plan.part == part),
        weeks=tuple(one for one in first_pass_by_week(connection, {plant: hours}) if one.part == part),
        lots=yields_of_lots([one for one in judged if one.part == part], sampling),
    )


def _weeks(made: _Made, hours: Range, entry: PlantEntry) -> Iterator[WeekPoint]:
    for week in sorted({one.week for one in made.weeks}):
        rolled = plant_rolled_yield(plant_families(made.plans, made.counts(week), {}))
        first = instant_of(hours[0] + HOURS_A_WEEK * week).astimezone(entry.zone).date()
        yield WeekPoint(first=first, value=rolled.value, units=rolled.units)


def _operations(made: _Made, rolled: PlantRolledYield) -> Iterator[PartOperation]:
    """In the order of the route; without a plan those that something was counted at."""
    plan = made.plans[-1].plan if made.plans else None
    final = {one.id for one in plan.operations if one.final} if plan else set()
    family: FamilyYield | None = next(iter(rolled.families), None)
    routed = (
        {} if family is None else {one.operation: (one.first_ok, one.submitted) for one in family.rolled.operations}
    )
    counted = {name: (one.first_ok, one.submitted) for (_, name), one in sorted(made.counts().items())}
    for name, (first_ok, submitted) in (routed or counted).items():
        named = operation_named(plan, name)
        yield PartOperation(operation=named, final=name in final, fpy=yield_view(first_ok, submitted))


def _characteristics(connection: Reading, plant: str, part: str, now: datetime) -> tuple[PartCharacteristic, ...]:
    views = characteristics(connection, plant, now, part).characteristics
    told = by_month(connection, plant, [(view.part.id, view.characteristic) for view in views], hour_of(now))
    return tuple(PartCharacteristic(view=view, trend=points) for view, points in zip(views, told, strict=True))


def _lots(
    connection: Reading, entry: PlantEntry, made: _Made, capable: Sequence[PartCharacteristic], hours: Range
) -> LotComparison | None:
    """By the characteristic that stands first; None without one."""
    if not capable or not made.plans:
        return None
    plan = made.plans[-1].plan
    subject = Subject(
        entry=entry, plan=plan, characteristic=capable[0].view.characteristic,
        parts=parts_named(connection, {plan.part}), hours=hours, work_cell=None, lot=None,
    )  # fmt: skip
    return lot_comparison(connection, subject)


def _agreed(one: Agreed, customer: Named) -> AgreedIndicator:
    status = one.status
    return AgreedIndicator(
        requirement=one.requirement,
        title=one.title,
        customer=customer,
        indicator=one.indicator,
        standing=None if status is None else status.standing,
        value=None if status is None or status.value is None else Decimal(status.value),
        n=0 if status is None else status.n,
        first=None if status is None else status.begin,
        last=None if status is None else status.end,
        at=None if status is None else status.event_time,
        why="" if status is None else status.why,
    )
