"""A result that its device kept over a changeover is judged by the plan of its own time, also after a restart."""

import datetime as dt
from decimal import Decimal

import msgspec
from small_outbox import Bench

from edge_agent.acquisition.cycle import CycleData
from edge_agent.drivers.interface import Sample
from edge_agent.outbox.store import Outbox
from edge_agent.plans import PlanVersion, plans_of
from edge_agent.station.recorder import Recorder
from traceability.measurement import Characteristic
from traceability.record.codec import plan_id
from traceability.record.master import ControlPlanRecord
from traceability.record.production import MeasurementsRecord, UnitResultRecord
from traceability.unit import Verdict

CHANGE = dt.datetime(2026, 3, 3, tzinfo=dt.UTC)
BORE = Characteristic(id="bore", name="Bore", operation="OP10", uom="mm", decimals=3)


def prepared(bench: Bench) -> None:
    """From the change on the bore has a digit more."""
    found = []
    for revision, decimals, since in (("A", 3, None), ("B", 4, CHANGE)):
        bench.revision = revision
        bore = msgspec.structs.replace(BORE, decimals=decimals, usl=Decimal(26))
        plan = msgspec.structs.replace(bench.plan, characteristics=(bore,))
        found.append(PlanVersion(plan=plan, id=plan_id(plan), valid_from=since))
    bench.plans = plans_of(found)


def recorder(bench: Bench, outbox: Outbox, station) -> Recorder:
    assert bench.plans is not None
    return Recorder(station, bench.plans, outbox, None, clock=bench.clock, random_bytes=bench.random.randbytes)


def cycle(number: int, made: dt.datetime | None) -> CycleData:
    return CycleData(
        cycle=number, serial=f"S{number}", verdict=Verdict.OK, source_time=made,
        samples={"m1": Sample(point="m1", raw=25.0)},
    )  # fmt: skip


async def test_what_a_device_kept_is_judged_by_its_own_time_once_its_clock_was_right(bench, make_station) -> None:
    prepared(bench)
    station = make_station()
    outbox = await bench.open()
    await recorder(bench, outbox, station).record(cycle(1, bench.now))  # seen at once: the clock is right
    outbox.close()
    bench.now = CHANGE + dt.timedelta(days=2)
    outbox = await bench.open()
    line = recorder(bench, outbox, station)
    await line.record(cycle(2, CHANGE - dt.timedelta(hours=1)))
    await line.record(cycle(3, bench.now))
    await line.record(cycle(4, bench.now + dt.timedelta(days=9)))  # it went wrong since
    await line.record(cycle(5, CHANGE - dt.timedelta(hours=1)))
    outbox.close()
    audit = bench.audit()
    plans = {one.id: one.plan.revision for one in audit.of(ControlPlanRecord)}
    assert [plans[one.plan] for one in audit.of(UnitResultRecord)] == ["A", "A", "B", "B", "B"]
    values = [one.values[0] for one in audit.of(MeasurementsRecord)]
    assert [(one.value, one.decimals) for one in values] == [(25_000, 3)] * 2 + [(250_000, 4)] * 3
    assert all(one.event_time >= CHANGE for one in audit.of(UnitResultRecord)[1:]), "the agent's clock dates records"


async def test_a_clock_that_was_never_seen_to_be_right_decides_nothing(bench, make_station) -> None:
    prepared(bench)
    bench.now = CHANGE + dt.timedelta(days=2)
    outbox = await bench.open()
    await recorder(bench, outbox, make_station()).record(cycle(1, CHANGE - dt.timedelta(hours=1)))
    await recorder(bench, outbox, make_station()).record(cycle(2, None))
    outbox.close()
    assert bench.plans is not None
    assert {one.plan for one in bench.audit().of(UnitResultRecord)} == {bench.plans.versions[1].id}
