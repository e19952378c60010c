"""A controller on real Modbus TCP asks whether a unit may be processed, and gets its answer from this PC alone."""

import asyncio
import logging
import time
from contextlib import asynccontextmanager

import pytest
from station_plans import plans_for

from edge_agent.config.settings import Interlock
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.registry import ModbusTcpSettings, create_driver
from edge_agent.interlock.decision import Answer, Policy, Reason
from edge_agent.interlock.facts import Hold
from edge_agent.outbox.decisions import Lookup, decision_counts
from edge_agent.outbox.holds import HoldFile
from edge_agent.outbox.schema import open_for_reading
from edge_agent.pace import Pace
from edge_agent.plans import one_plan
from edge_agent.station.answer_book import AnswerBook
from edge_agent.station.link import DeviceLink
from edge_agent.station.permit import PermitDesk
from edge_agent.station.recorder import Recorder
from edge_agent.station.runner import StationRunner
from traceability.identifier.item import unit_uri
from traceability.record.production import HoldScope, InterlockRefusalRecord, UnitResultRecord
from traceability.unit import Verdict

GTIN = "09506000134352"


@pytest.fixture
def serve(bench, tmp_path, make_station):
    """Both stations of a line with an interlock at OP20."""

    @asynccontextmanager
    async def start(outbox, controller, when_unknown=Answer.UNKNOWN, lookup=None):
        context = DriverContext(device="cell", data=tmp_path, clock=bench.clock)
        settings = ModbusTcpSettings(host="127.0.0.1", port=controller.port, timeout=0.5)
        driver = create_driver("modbus-tcp", settings, context)
        link = DeviceLink("cell", driver, bench.random.random, Pace(first=0.02, longest=0.1))
        stop = asyncio.Event()
        runners = []
        for name in ("OP10", "OP20"):
            station = make_station(name, interlock=Interlock() if name == "OP20" else None)
            recorder = Recorder(
                station, plans_for(station, gtin=GTIN), outbox, None,
                clock=bench.clock, random_bytes=bench.random.randbytes,
            )  # fmt: skip
            desk = station.interlock and PermitDesk(
                station, link, plans=one_plan(bench.plan), clock=bench.clock, lookup=lookup or Lookup(bench.path),
                policy=Policy(when_unknown=when_unknown, own_operations=frozenset({"OP10"})),
                book=AnswerBook(station, outbox, clock=bench.clock, random_bytes=bench.random.randbytes),
            )  # fmt: skip
            runners.append(StationRunner(station, link, recorder, poll=0.005, monotonic=time.monotonic, permits=desk))
        tasks = [asyncio.create_task(runner.run(stop)) for runner in runners]
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(asyncio.gather(*tasks), 60)
            await link.close()

    return start


async def ask(controller, serial, request=1):
    """The whole exchange; (answer, reason)."""
    await controller.put("OP20", permit_serial=serial)
    await controller.put("OP20", permit_request=request)
    async with asyncio.timeout(30):
        while not (answer := await controller.get("OP20", "permit_answer")):  # noqa: ASYNC110 - a controller scans
            await asyncio.sleep(0.002)
    reason = await controller.get("OP20", "permit_reason")
    await controller.put("OP20", permit_request=0)
    await controller.until("OP20", "permit_answer", 0)
    await controller.until("OP20", "permit_reason", 0)
    return answer, Reason(reason)


async def test_a_unit_goes_its_way_and_every_wrong_turn_is_refused(bench, controller, serve, caplog):
    caplog.set_level(logging.INFO)
    outbox = await bench.open()
    async with serve(outbox, controller):
        assert await ask(controller, "H0001") == (Answer.REFUSE, Reason.PREVIOUS_MISSING)
        await controller.cycle("OP10", 1, "H0001", verdict="NOT_OK")
        assert await ask(controller, "H0001") == (Answer.REFUSE, Reason.PREVIOUS_NOT_OK)
        await controller.cycle("OP10", 2, "H0001", purpose="rework")
        assert await ask(controller, "H0001") == (Answer.PERMIT, Reason.CLEAR)
        await controller.cycle("OP20", 1, "H0001")
        assert await ask(controller, "H0001") == (Answer.REFUSE, Reason.FINISHED_HERE)
        assert await ask(controller, "H0001", request=2) == (Answer.PERMIT, Reason.CLEAR)
        assert await ask(controller, "H0001", request=9) == (Answer.REFUSE, Reason.BAD_REQUEST)
        assert await ask(controller, "H 1") == (Answer.REFUSE, Reason.IDENTITY_REFUSED)
        assert await ask(controller, "") == (Answer.UNKNOWN, Reason.NO_SERIAL)
        place = Hold(
            id="h1", scope=HoldScope.UNIT, target=unit_uri(GTIN, "H0001"), reason="crack", placed_by="q7",
            placed_at=bench.clock(),
        )  # fmt: skip
        HoldFile(bench.path, bench.salt).place(place)
        assert await ask(controller, "H0001", request=3) == (Answer.REFUSE, Reason.UNIT_ON_HOLD)
        HoldFile(bench.path, bench.salt).release("h1", "q7", "sorted out", bench.clock())
        assert await ask(controller, "H0001", request=3) == (Answer.PERMIT, Reason.CLEAR)
    outbox.close()

    assert [result.verdict for result in bench.audit().of(UnitResultRecord)] == [Verdict.NOT_OK, Verdict.OK, Verdict.OK]
    refused = [record.fields for record in caplog.records if record.getMessage() == "interlock: not cleared"]
    assert len(refused) == 7
    assert (refused[0]["serial"], refused[0]["answer"], refused[0]["reason_zh"]) == (
        "H0001", "refuse", "漏工序：上道工序未加工",
    )  # fmt: skip
    assert "hold h1" in refused[-1]["detail"]
    connection = open_for_reading(bench.path)
    assert sum(entry.count for entry in decision_counts(connection)) == 10
    connection.close()
    told = bench.audit().of(InterlockRefusalRecord)
    assert [Reason(record.code) for record in told] == [
        Reason.PREVIOUS_MISSING, Reason.PREVIOUS_NOT_OK, Reason.FINISHED_HERE, Reason.BAD_REQUEST,
        Reason.IDENTITY_REFUSED, Reason.UNIT_ON_HOLD,
    ]  # fmt: skip
    assert (told[0].unit, told[0].operation, told[0].work_cell) == (unit_uri(GTIN, "H0001"), "OP20", "line/OP20")
    assert (told[4].unit, told[4].serial) == (None, "H 1")
    assert told[5].reason.startswith("the unit is on hold: hold h1")
    writes = [record.fields["words"] for record in caplog.records if record.getMessage() == "wrote to the device"]
    asked = [words for words in writes if "permit" in words]
    assert len(asked) == 20, "ten answers, each given and taken back"
    assert asked[:2] == ["permit_reason=9 permit_answer=2", "permit_answer=0 permit_reason=0"]


@pytest.mark.parametrize("policy", list(Answer))
async def test_data_that_cannot_be_read_are_answered_by_the_policy(*, bench, controller, serve, tmp_path, policy):
    outbox = await bench.open()
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database" * 100)
    async with serve(outbox, controller, policy, Lookup(broken)):
        assert await ask(controller, "H0001") == (policy, Reason.NO_DATA)
    outbox.close()


async def test_an_answer_left_over_from_before_a_restart_never_serves_another_unit(bench, controller, serve):
    outbox = await bench.open()
    await controller.put("OP20", permit_serial="H0002", permit_request=1, permit_answer=1)
    async with serve(outbox, controller):
        await controller.until("OP20", "permit_answer", 2)
        assert await controller.get("OP20", "permit_reason") == Reason.PREVIOUS_MISSING
    outbox.close()


async def test_a_controller_that_asks_on_while_the_answer_stands_is_answered_anew(bench, controller, serve):
    outbox = await bench.open()
    async with serve(outbox, controller):
        await controller.cycle("OP10", 1, "H0001")
        await controller.put("OP20", permit_serial="H0001", permit_request=1)
        await controller.until("OP20", "permit_answer", 1)
        await controller.put("OP20", permit_serial="H0002")
        await controller.until("OP20", "permit_answer", 2)
    outbox.close()


async def test_a_serial_that_cannot_be_read_is_refused_and_the_station_goes_on(bench, controller, serve):
    outbox = await bench.open()
    async with serve(outbox, controller):
        await controller._server.async_setValues(1, 16, 171, [0x80FF] * 16)
        await controller.put("OP20", permit_request=1)
        await controller.until("OP20", "permit_answer", 2)
        assert await controller.get("OP20", "permit_reason") == Reason.IDENTITY_REFUSED
        await controller.cycle("OP20", 1, "H0001")
    outbox.close()
