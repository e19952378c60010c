"""Two years of a plant: a bad one, an improvement, a better one; with gaps, alarms, losses and a loaded past."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from small_improvement import FPY_TARGET, PLANT, WEAK, World

from hub.entry.economics import enter_loss, enter_output_value
from hub.history.importing import Asked, load
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.scorecard.assess import assess
from traceability.quality.alarm.rule import AlarmKind
from traceability.quality.loss import CostItem
from traceability.record.alarm import AlarmAcknowledgementRecord, AlarmRecord
from traceability.record.production import DataLossRecord

YEAR = 2027
_PAST = (
    "零件,序列号,工序,时间,判定\n"
    "09506000134352,P1,OP10,2027-02-03 08:00,合格\n"
    "09506000134352,P2,OP10,2027-02-03 09:00,不合格\n"
)


async def two_years(hub: Hub) -> World:
    """The plant as it is in the January after ``YEAR``."""
    world = World(hub, date(2026, 1, 31))
    for month in (2, 3):
        world.make(date(2026, month, 10), 100, bad=12)
    _money(world, 2026, internal="300", external="100")
    world.clock.set(date(2026, 12, 20))
    assess(world.hub, PLANT, assessed_by="q1")
    world.make(date(YEAR, 1, 10), 100, bad=12)
    await _improved(world)
    world.make(date(YEAR, 11, 10), 100, bad=2)
    _troubles(world)
    _money(world, YEAR, internal="200", external="100")
    world.clock.set(date(YEAR, 12, 20))
    assess(world.hub, PLANT, assessed_by="q1")
    load(world.hub, _PAST.encode(), Asked(plant=PLANT), by="q1")
    world.clock.set(date(YEAR + 1, 1, 10))
    return world


def settled(hub: Hub) -> World:
    """The same for tests that only look, made outside of any loop."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, two_years(hub)).result()


def _money(world: World, year: int, **amounts: str) -> None:
    more: dict[str, Any] = {"currency": "CNY", "evidence": "ledger", "entered_by": "q1"}
    enter_output_value(world.hub, PLANT, year=year, amount=Decimal(10_000), **more)
    for name, item in (("internal", CostItem.SCRAP), ("external", CostItem.CLAIM)):
        day = date(year, 5, 5)
        enter_loss(world.hub, PLANT, item=item, amount=Decimal(amounts[name]), accrued_on=day, **more)


async def _improved(world: World) -> None:
    world.clock.set(date(YEAR, 1, 15))
    base = f"/plants/{PLANT}/improvements"
    target = FPY_TARGET | {"by_when": f"{YEAR}-12-31"}
    made = await world.post(base, title="Fewer rejects", weak_point=WEAK, owner="q1", target=target)
    one = f"{base}/{made['id']}"
    await world.post(f"{one}/causes", cause="c1", text="Worn tool", evidence=["wear chart"], state="confirmed")
    await world.post(f"{one}/actions", action="a1", text="Change it", owner="q2", due=f"{YEAR}-02-01", causes=["c1"])
    await world.post(f"{one}/actions/a1/done", done_on=f"{YEAR}-01-15", evidence=["order 7"])
    await world.post(
        f"{one}/checks", test="two-proportions", before_first=f"{YEAR}-01-01", before_last=f"{YEAR}-01-14",
        after_first=f"{YEAR}-02-01", after_last=f"{YEAR}-03-15",
    )  # fmt: skip
    check = (await world.get(one))["now"]["checks"][-1]["plan"]["check"]
    world.make(date(YEAR, 3, 3), 200, bad=2)
    world.clock.set(date(YEAR, 3, 16))
    await world.post(f"{one}/checks/{check}/result")


def _troubles(world: World) -> None:
    """Two alarms, one of them answered after an hour, and telemetry that was lost."""
    at = datetime(YEAR, 11, 10, 9, tzinfo=UTC)
    records: list[Any] = []
    for name in ("one", "two"):
        stamp = world.agent.stamp(len(records)) | {"event_time": at}
        records.append(
            AlarmRecord(
                id=name, rule="r1", warns_of=AlarmKind.CONSECUTIVE_NOT_OK, part="p", operation="OP10", work_cell="w",
                result="r", signs=("3",), statistic="3", limit="3", **stamp,
            )
        )  # fmt: skip
    stamp = world.agent.stamp(len(records)) | {"event_time": at + timedelta(hours=1)}
    records.append(AlarmAcknowledgementRecord(id="one", by="q2", cause="tool", action="changed", **stamp))
    stamp = world.agent.stamp(len(records)) | {"event_time": at}
    records.append(DataLossRecord(id="loss", stream="telemetry", count=3, reason="disk was full", **stamp))
    ingest(world.hub, world.agent.seal(*records), compressed=False)
