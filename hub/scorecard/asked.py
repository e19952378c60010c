"""Answers to questions about any period, from roll-ups alone: capability of a characteristic, first-pass counts."""

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec
from fastapi import Query
from pydantic import AwareDatetime, BaseModel

from hub.errors import NotFound
from hub.rollup.hours import hour_of, instant_of
from hub.rollup.window import Narrowing, period
from hub.scorecard.capability import characteristic_view
from hub.scorecard.figures import yield_view
from hub.scorecard.in_force import measured
from hub.scorecard.management import management_of
from hub.scorecard.views import CapabilityView, YieldView
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.master.queries import parts_named, plans_of_plants
from hub.store.quality.metrics import first_pass_of_places
from hub.store.rollup.queries import Range
from traceability.quality.first_pass import FirstPass
from traceability.quality.reason import Reason
from traceability.quality.refusal import Refused
from traceability.quality.rollup_figures import rollup_moving_range_sigma, rollup_percentiles
from traceability.quality.study.percentiles import Percentiles

T = TypeVar("T")
YEAR_HOURS = 366 * 24
MICROS_AN_HOUR = 3_600_000_000


class Asked(BaseModel):
    """A period and what to narrow it to; by default the last year, everything."""

    begin: Annotated[AwareDatetime | None, Query()] = None
    end: Annotated[AwareDatetime | None, Query()] = None
    part: Annotated[str | None, Query(max_length=400)] = None
    operation: Annotated[str | None, Query(max_length=200)] = None
    work_cell: Annotated[str | None, Query(max_length=200)] = None
    lot: Annotated[str | None, Query(max_length=400)] = None

    def hours(self, now: datetime) -> Range:
        """Whole hours: from the one that holds the begin, to the one that holds the end."""
        end = hour_of(now) + 1 if self.end is None else -(-to_micros(self.end) // MICROS_AN_HOUR)
        return (end - YEAR_HOURS if self.begin is None else hour_of(self.begin)), end


class AskedCapability(msgspec.Struct, frozen=True, kw_only=True):
    """One characteristic of one plan."""

    view: CapabilityView
    moving_range_sigma: float | Reason
    percentiles: Percentiles | Reason
    work_cells: tuple[str, ...]


class CapabilityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Capability in the hours from ``begin`` to ``end``."""

    begin: datetime
    end: datetime
    found: tuple[AskedCapability, ...]


class YieldLine(msgspec.Struct, frozen=True, kw_only=True):
    """First-pass counts of one part at one operation and work cell."""

    part: str
    operation: str
    work_cell: str
    counts: FirstPass
    fpy: YieldView


class YieldAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Yields of the units first submitted in the hours from ``begin`` to ``end``."""

    begin: datetime
    end: datetime
    lines: tuple[YieldLine, ...]


def capability_of(
    connection: Reading, plant: str, characteristic: str, asked: Asked, now: datetime
) -> CapabilityAnswer:
    """``NotFound`` when no control plan of the plant has the characteristic."""
    hours = asked.hours(now)
    wanted = [
        each
        for entry in plans_of_plants(connection, [plant], at=now).get(plant, ())
        for each in measured(entry, hours, key=False)
        if each.characteristic.id == characteristic
        and asked.part in (None, each.plan.part)
        and asked.operation in (None, each.characteristic.operation)
    ]
    if not wanted:
        raise NotFound(f"plant {plant[:100]!r} plans no characteristic {characteristic[:100]!r}")
    management = management_of(connection, [plant])[plant]
    parts = parts_named(connection, {each.plan.part for each in wanted})
    found = []
    for each in wanted:
        plan, one = each.plan, each.characteristic
        narrowing = Narrowing(part=plan.part, operation=one.operation, work_cell=asked.work_cell, lot=asked.lot)
        values = period(connection, plant, one, each.hours, narrowing)
        gauge = management.gauge(plan.part, one.id, now.date())
        found.append(
            AskedCapability(
                view=characteristic_view(plan, one, values, gauge, parts, until=each.until),
                moving_range_sigma=_or_reason(rollup_moving_range_sigma(values.rollup)),
                percentiles=_or_reason(rollup_percentiles(values.rollup)),
                work_cells=values.work_cells,
            )
        )
    return CapabilityAnswer(begin=instant_of(hours[0]), end=instant_of(hours[1]), found=tuple(found))


def yields_of(connection: Reading, plant: str, asked: Asked, now: datetime) -> YieldAnswer:
    """Sums of the hours asked for."""
    hours = asked.hours(now)
    stated = {"part": asked.part, "operation": asked.operation, "work_cell": asked.work_cell}
    wanted = {name: value for name, value in stated.items() if value is not None}
    found = first_pass_of_places(connection, plant, hours, wanted)
    return YieldAnswer(
        begin=instant_of(hours[0]),
        end=instant_of(hours[1]),
        lines=tuple(_line(place, found[place]) for place in sorted(found)),
    )


def _line(place: tuple[str, str, str], counts: FirstPass) -> YieldLine:
    part, operation, work_cell = place
    fpy = yield_view(counts.first_ok, counts.submitted)
    return YieldLine(part=part, operation=operation, work_cell=work_cell, counts=counts, fpy=fpy)


def _or_reason(found: T | Refused) -> T | Reason:
    return found.reason if isinstance(found, Refused) else found
