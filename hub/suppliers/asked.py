"""What is asked about a characteristic or a plant: the period and what to narrow it to, and what that names."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
from fastapi import Query
from pydantic import AwareDatetime, BaseModel

from hub.errors import EntryRefused, NotFound
from hub.rollup.hours import hour_of, instant_of
from hub.rollup.window import Narrowing
from hub.store.core.database import Reading
from hub.store.core.instant import EARLIEST, is_storable
from hub.store.master.queries import (
    PartEntry,
    PlantEntry,
    operation_named,
    part_name,
    parts_named,
    plans_of_plants,
    read_master,
)
from hub.store.rollup.queries import Range
from hub.suppliers.views import Filed
from traceability.measurement import Characteristic
from traceability.record.master import ControlPlan

USUAL_DAYS = 90
LONGEST_DAYS = 3 * 366


class Rules(StrEnum):
    """Which rules a control chart is judged by."""

    WESTERN_ELECTRIC = "we"
    NELSON = "nelson"


class Chart(StrEnum):
    """Which chart is drawn."""

    XBAR_S = "xbar-s"
    I_MR = "i-mr"


class Asked(BaseModel):
    """A period (by default the last 90 days) and what to narrow it to."""

    part: Annotated[str | None, Query(max_length=400)] = None
    operation: Annotated[str | None, Query(max_length=200)] = None
    work_cell: Annotated[str | None, Query(max_length=200)] = None
    lot: Annotated[str | None, Query(max_length=400)] = None
    begin: Annotated[AwareDatetime | None, Query()] = None
    end: Annotated[AwareDatetime | None, Query()] = None
    days: Annotated[int, Query(ge=1, le=LONGEST_DAYS)] = USUAL_DAYS
    """How many days back from the end, where no begin is named."""

    def hours(self, now: datetime) -> Range:
        """Whole hours; ``EntryRefused`` for a period that ends before it begins, or is too long."""
        end = now if self.end is None else self.end
        known = is_storable(end) and (self.begin is None or is_storable(self.begin))
        begin = self.begin or (end - min(timedelta(days=self.days), end - EARLIEST) if known else end)
        if not known or not begin < end:
            raise EntryRefused("the period ends before it begins", where="begin", advice="name an earlier begin")
        if end - begin > timedelta(days=LONGEST_DAYS):
            raise EntryRefused(
                f"the period is longer than {LONGEST_DAYS} days", where="begin", advice="ask for a part of it"
            )
        return hour_of(begin), hour_of(end - timedelta(microseconds=1)) + 1


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One characteristic of one plan of one plant, with the period."""

    entry: PlantEntry
    plan: ControlPlan
    characteristic: Characteristic
    parts: dict[str, PartEntry]
    hours: Range
    work_cell: str | None
    lot: str | None
    until: datetime | None = None
    """The end that was asked for; roll-ups reach to the end of its hour, single values to it."""

    @property
    def narrowing(self) -> Narrowing:
        """As roll-ups are asked."""
        return Narrowing(
            part=self.plan.part, operation=self.characteristic.operation, work_cell=self.work_cell, lot=self.lot
        )

    @property
    def named(self) -> tuple[Filed, datetime | None]:
        """All that an answer about it depends on, beside the records."""
        return self.filed, self.until

    @property
    def filed(self) -> Filed:
        """As answers say it."""
        return Filed(
            plant=self.entry.named,
            organisation=self.entry.organisation,
            time_zone=self.entry.time_zone,
            part=part_name(self.parts, self.plan.part),
            operation=operation_named(self.plan, self.characteristic.operation),
            characteristic=self.characteristic,
            work_cell=self.work_cell,
            lot=self.lot,
            begin=instant_of(self.hours[0]),
            end=instant_of(self.hours[1]),
        )


def plant_entry(connection: Reading, plant: str) -> PlantEntry:
    """``NotFound`` unless the plant may be seen."""
    entry = read_master(connection).plants.get(plant)
    if entry is None:
        raise NotFound(f"there is no plant {plant[:100]!r}", advice="/api/v1/suppliers lists them")
    return entry


def subject_of(connection: Reading, plant: str, characteristic: str, asked: Asked, now: datetime) -> Subject:
    """``NotFound`` unless a plan of the plant has the characteristic; of several parts the first one."""
    entry = plant_entry(connection, plant)
    plans = [found.plan for found in plans_of_plants(connection, [plant], at=now).get(plant, ())]
    fitting = [
        (plan, one)
        for plan in plans
        for one in plan.characteristics
        if one.id == characteristic and asked.part in (None, plan.part) and asked.operation in (None, one.operation)
    ]
    if not fitting:
        raise NotFound(
            f"plant {plant[:100]!r} plans no characteristic {characteristic[:100]!r}",
            advice=f"/api/v1/suppliers/{plant[:100]}/characteristics lists them",
        )
    plan, one = fitting[0]
    return Subject(
        entry=entry,
        plan=plan,
        characteristic=one,
        parts=parts_named(connection, {plan.part}),
        hours=asked.hours(now),
        work_cell=asked.work_cell,
        lot=asked.lot,
        until=asked.end,
    )
