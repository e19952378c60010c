"""Machines shipped over a year and a half, some of which came back: those with bearings of lot B9 much sooner."""

import random
from datetime import date, datetime, timedelta
from typing import Any

from small_chain import MACHINE, Line, line_of, machine, machine_plan
from small_hub import START

from hub.parts import Hub
from traceability.identifier.item import lot_uri, part_uri
from traceability.quality.fit.families import Weibull
from traceability.record.production import AssociationRecord, Component

BEARING = "09506000134390"
GOOD_LOTS, WEAK_LOT = ("B7", "B8", "B10"), "B9"
GOOD, WEAK = Weibull(1.5, 4000.0), Weibull(3.0, 330.0)
PART = part_uri(MACHINE)


def bearing(lot: str) -> str:
    return lot_uri(BEARING, lot)


def made_and_shipped(hub: Hub, machines: int) -> dict[str, tuple[date, date | None, str]]:
    """Each machine's day of shipping, of failure so far, and its bearing lot; results and shipments are on the hub."""
    line = line_of(hub, "oem.line-1", "oem", MACHINE, machine_plan())
    source = random.Random(3)
    told: dict[str, tuple[date, date | None, str]] = {}
    for number in range(machines):
        at = START - timedelta(days=540 - number * 500 // machines)
        lot = (*GOOD_LOTS, WEAK_LOT)[number % 4]
        _make(line, number, lot, at)
        if number % 50 == 0:
            line.send()
        shipped = (at + timedelta(days=2)).date()
        shipped += timedelta(days=-shipped.toordinal() % 14)  # every other week
        life = (WEAK if lot == WEAK_LOT else GOOD).quantile(source.random())
        failed = shipped + timedelta(days=round(life))
        told[machine(f"M{number}")] = shipped, failed if failed <= START.date() else None, lot
    line.send()
    return told


def _make(line: Line, number: int, lot: str, at: datetime) -> None:
    serial = f"M{number}"
    result = line.result(serial, event_time=at)
    used = Component(item=bearing(lot), quantity="2", uom="{piece}")
    parent = machine(serial)
    line.put(AssociationRecord, id=result, parent=parent, operation="OP10", components=(used,), event_time=at)
    line.result(serial, "OP20", event_time=at + timedelta(hours=1))


def shipments(told: dict[str, tuple[date, date | None, str]]) -> list[dict[str, Any]]:
    """What to POST to /api/v1/shipments: one for each day."""
    by_day: dict[date, list[str]] = {}
    for unit, (shipped, _, _) in told.items():
        by_day.setdefault(shipped, []).append(unit)
    return [
        {
            "id": f"delivery-{day}",
            "at": f"{day}T10:00:00+08:00",
            "source": {"party": "oem-company"},
            "destination": {"party": "customer-7"},
            "items": [{"item": unit} for unit in units],
        }
        for day, units in by_day.items()
    ]
