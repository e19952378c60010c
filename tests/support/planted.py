"""Machines some of which fail, because of the steel in their housings: a cause two levels below, to be found."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from small_chain import HOUSING, Chain, housing, machine, small_chain, steel
from small_hub import START

from hub.parts import Hub
from traceability.identifier.item import unit_uri
from traceability.record.production import AssociationRecord, Component, MeasuredValue, MeasurementsRecord, Recipe
from traceability.unit import Purpose, Verdict

BAD = "L3"
LOTS = ("L1", "L2", BAD, "L4", "L5", "L6")


@dataclass(frozen=True)
class Planted:
    """The hub, and which machines failed and which hold the bad steel."""

    chain: Chain
    failed: tuple[str, ...]
    bad: tuple[str, ...]

    @property
    def hub(self) -> Hub:
        return self.chain.hub


def share(*names: object) -> float:
    """A number in [0, 1) that is the same in every run."""
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def planted_fault(hub: Hub, machines: int) -> Planted:
    """Lots are used one after the other, mixed a little; two presses and two test benches work side by side."""
    chain = small_chain(hub)
    failed, bad = [], []
    for number in range(machines):
        at = START - timedelta(days=1, minutes=40 * (machines - number))
        place = min(int((number + 30 * share("mix", number)) / (machines + 30) * len(LOTS)), len(LOTS) - 1)
        lot = LOTS[place]
        _housing(chain, number, lot, at)
        fails = share("fails", number) < (0.6 if lot == BAD else 0.02)
        _machine(chain, number, at + timedelta(hours=3), fails=fails)
        failed += [machine(f"M{number}")] * fails
        bad += [machine(f"M{number}")] * (lot == BAD)
        if number % 40 == 0:
            chain.send()
    chain.send()
    return Planted(chain, tuple(failed), tuple(bad))


def _housing(chain: Chain, number: int, lot: str, at: datetime) -> None:
    serial, line = f"H{number}", chain.supplier
    cell = f"press-{1 + (share('press', number) < 0.5)}"
    made_with: dict[str, Any] = {
        "tools": (f"nest-{1 + number % 3}",),
        "recipe": Recipe(id="bore-25", version="A" if number < 100 else "B"),
        "operator": f"op-{number % 5}",
    }
    result = line.result(serial, work_cell=cell, event_time=at, **made_with)
    bore = 25_000 + round(6 * (share("bore", number) - 0.5) * 2)
    value = MeasuredValue(characteristic="bore", value=bore, decimals=3, uom="mm")
    if number % 2:  # the other half is told in another unit of measure
        value = MeasuredValue(characteristic="bore", value=bore, decimals=4, uom="cm")
    where: dict[str, Any] = {"operation": "OP10", "event_time": at}
    unit = unit_uri(HOUSING, serial)
    line.put(MeasurementsRecord, id=result, unit=unit, plan=line.plan, values=(value,), **where)
    used = Component(item=steel(lot), quantity="1", uom="{piece}")
    line.put(AssociationRecord, id=result, parent=unit, components=(used,), **where)


def _machine(chain: Chain, number: int, at: datetime, *, fails: bool) -> None:
    serial, line = f"M{number}", chain.oem
    result = line.result(serial, event_time=at)
    built = Component(item=housing(f"H{number}"), position="housing")
    line.put(AssociationRecord, id=result, parent=machine(serial), operation="OP10", components=(built,), event_time=at)
    bench = f"bench-{1 + number % 2}"
    verdict = Verdict.NOT_OK if fails else Verdict.OK
    tested = at + timedelta(minutes=20)
    result = line.result(serial, "OP20", verdict, work_cell=bench, event_time=tested)
    noise = MeasuredValue(characteristic="noise", value=700 if fails else 560 + number % 30, decimals=1, uom="dB")
    line.put(
        MeasurementsRecord,
        id=result,
        unit=machine(serial),
        operation="OP20",
        plan=line.plan,
        values=(noise,),
        event_time=tested,
    )
    if fails:
        line.result(serial, "OP20", purpose=Purpose.REWORK, work_cell=bench, event_time=at + timedelta(minutes=50))
