"""Periodic re-assessment 定期评价: each plant's Level is sealed once a period, by whichever process comes first.

A plant is due when a period of its own calendar has begun, it has records from before, and no Level was sealed in the
period yet. That is judged within the transaction that seals, so that two processes never both do it.
"""

import logging
from contextlib import AbstractContextManager
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

from hub.alone import repeating_alone
from hub.parts import Hub
from hub.rollup.hours import hour_of
from hub.scorecard.assess import assess_if, level_history
from hub.scorecard.lots import lot_inspections
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.store.master.queries import read_master
from hub.store.rollup.queries import first_hour_of_plant

_LOG = logging.getLogger(__name__)
EVERY_S = 120.0
SCHEDULE = "schedule"
"""Who assessed, where nobody asked."""


class Period(StrEnum):
    """How often a Level is sealed."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def begin_of(period: Period, day: date) -> date:
    """The first day of the period that holds ``day``."""
    months = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def is_due(connection: Reading, plant: str, time_zone: str, now: datetime, period: Period) -> bool:
    """Whether the plant has records from before the period of ``now``, and no Level sealed in it."""
    zone = ZoneInfo(time_zone)
    first = begin_of(period, now.astimezone(zone).date())
    begin = datetime(first.year, first.month, first.day, tzinfo=zone)
    history = level_history(connection, plant)
    if history and history[0].assessed_on >= begin:
        return False
    hour = first_hour_of_plant(connection, plant)
    if hour is not None and hour < hour_of(begin):
        return True
    lots = lot_inspections(connection, [plant]).get(plant, ())
    return any(one.inspection.event_time.date() < first for one in lots)


def assess_due(hub: Hub, period: Period, plants: list[str] | None = None) -> dict[str, StoredBatch]:
    """Seal the Level of every plant (of ``plants``) that is due; what was sealed, by plant."""
    with hub.store.reading() as connection:
        zones = {plant: entry.time_zone for plant, entry in read_master(connection).plants.items()}
    sealed = {}
    for plant in sorted(zones) if plants is None else plants:
        zone = zones.get(plant, "UTC")  # an unknown plant is refused by the entry
        due = partial(is_due, plant=plant, time_zone=zone, now=hub.clock(), period=period)
        with hub.store.reading() as connection:
            wanted = due(connection)
        stored = assess_if(hub, plant, assessed_by=SCHEDULE, wanted=due) if wanted else None
        if stored is not None:
            sealed[plant] = stored
    return sealed


def assessing(hub: Hub, period: Period, every_s: float = EVERY_S) -> AbstractContextManager[None]:
    """Look every ``every_s`` seconds which plant is due, in a thread, until the block is left."""
    return repeating_alone(hub, "levels", lambda: _assess(hub, period), every_s, patience_s=30)


def _assess(hub: Hub, period: Period) -> None:
    for plant, stored in assess_due(hub, period).items():
        _LOG.info("the Level of plant %s was assessed for this %s: batch %d of the log", plant, period, stored.id)
