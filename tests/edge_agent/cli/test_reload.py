"""A configuration taken over while real cycles run: none lost, none counted twice, each under its own hash."""

import asyncio
import hashlib
import re
import signal

import pytest
from small_agent import agent, ended, results, said, write_agent
from small_controller import Controller

from edge_agent.cli import main
from traceability.record.master import ControlPlanRecord
from traceability.record.production import UnitResultRecord

RELOADS = 10


@pytest.fixture
async def controller():
    started = Controller()
    await started.start()
    try:
        yield started
    finally:
        await started.stop()


@pytest.fixture
def place(tmp_path, controller):
    return write_agent(tmp_path, controller.port, age=0.02)


def change(place, old, new, file="agent.toml"):
    path = place / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def hash_of(place):
    content = (place / "agent.toml").read_bytes() + (place / "control-plan.toml").read_bytes()
    return "sha256:" + hashlib.sha256(content).hexdigest()


async def make(controller, station, done):
    cycle = 0
    while not done.is_set():
        cycle += 1
        await controller.cycle(station, cycle, f"H{cycle}")
    return cycle


async def test_ten_reloads_under_load_lose_no_cycle_and_double_none(place, controller):
    done = asyncio.Event()
    hashes = [hash_of(place)]
    async with agent(place) as process:
        making = [asyncio.create_task(make(controller, station, done)) for station in ("OP10", "OP20")]
        await said(place, "agent runs")
        for number in range(1, RELOADS + 1):
            await asyncio.sleep(0.05)
            # OP10 changes each time, OP20 never; every third time the whole device does
            change(place, f'work_cell = "line/OP10{"x" * (number - 1)}"', f'work_cell = "line/OP10{"x" * number}"')
            if number % 3 == 0:
                change(place, f"poll_ms = {4 + number // 3}", f"poll_ms = {5 + number // 3}")
            hashes.append(hash_of(place))
            process.send_signal(signal.SIGHUP)
            await said(place, "configuration taken over", number)
        await asyncio.sleep(0.1)
        done.set()
        cycles = await asyncio.wait_for(asyncio.gather(*making), 20)
        assert await ended(process) == 0
    found, stored = results(place)
    wanted = [("OP10", n + 1) for n in range(cycles[0])] + [("OP20", n + 1) for n in range(cycles[1])]
    assert sorted(stored) == sorted(wanted)
    assert min(cycles) > RELOADS

    of_place = {"line/OP10" + "x" * number: value for number, value in enumerate(hashes)}
    order = [batch.header.config for batch in found.batches]
    assert sorted(set(order), key=order.index) == hashes, "each configuration seals its own batches, in order"
    first = 0
    for batch in found.batches:
        records = found.records[first : first + batch.header.records]
        first += batch.header.records
        for record in records:
            if isinstance(record, UnitResultRecord) and record.operation == "OP10":
                assert of_place[record.work_cell] == batch.header.config
    assert "Traceback" not in (place / "log").read_text()


async def test_an_untouched_station_keeps_its_connection_and_a_half_done_handshake(place, controller):
    async with agent(place) as process:
        await controller.offer("OP20", 1, "H1")
        connections = (await said(place, "device connected")).count("device connected")
        change(place, 'work_cell = "line/OP10"', 'work_cell = "line/OP10b"')
        process.send_signal(signal.SIGHUP)
        assert "stations_changed=1" in await said(place, "configuration taken over")
        await controller.put("OP20", trigger=0)
        await controller.until("OP20", "acknowledge", 0)
        await controller.cycle("OP10", 1, "H1")
        assert await ended(process) == 0
    assert (place / "log").read_text().count("device connected") == connections
    assert sorted(results(place)[1]) == [("OP10", 1), ("OP20", 1)]


async def test_a_changed_station_with_its_trigger_up_is_recorded_once(place, controller):
    async with agent(place) as process:
        await controller.offer("OP10", 1, "H1")
        change(place, 'work_cell = "line/OP10"', 'work_cell = "line/OP10b"')
        process.send_signal(signal.SIGHUP)
        await said(place, "configuration taken over")
        await controller.put("OP10", trigger=0)
        await controller.until("OP10", "acknowledge", 0)
        await controller.cycle("OP10", 2, "H2")
        assert await ended(process) == 0
    assert results(place)[1] == [("OP10", 1), ("OP10", 2)]


async def test_a_wrong_configuration_is_one_line_and_the_old_one_goes_on(place, controller):
    before = hash_of(place)
    async with agent(place) as process:
        await controller.cycle("OP10", 1, "H1")
        change(place, "poll_ms = 5", "poll_ms = 0")
        process.send_signal(signal.SIGHUP)
        log = await said(place, "is not taken over")
        (line,) = [line for line in log.splitlines() if "is not taken over" in line]
        assert 'device \\"cell\\".poll_ms' in line
        await controller.cycle("OP10", 2, "H2")
        assert await ended(process) == 0
    found, stored = results(place)
    assert stored == [("OP10", 1), ("OP10", 2)]
    assert {batch.header.config for batch in found.batches} == {before}


async def test_the_verb_waits_for_the_outcome_and_says_it(place, controller, capsys):
    async with agent(place) as process:
        await said(place, "agent runs")
        change(place, "max_age_s = 0.02", "max_age_s = 0.03")
        assert await asyncio.to_thread(main, ["reload", str(place / "agent.toml")]) == 0
        assert re.search(r"configuration sha256:\w+… is in force; 0 stations changed", capsys.readouterr().out)
        change(place, 'author = "supplier-a.line-1"', 'author = "supplier-b.line-1"')
        assert await asyncio.to_thread(main, ["reload", str(place / "agent.toml")]) == 1
        assert "agent.author: is supplier-b.line-1, the running agent has" in capsys.readouterr().err
        assert await ended(process) == 0
    assert main(["reload", str(place / "agent.toml")]) == 1
    assert "no agent runs on this data folder" in capsys.readouterr().err


async def test_a_new_control_plan_is_recorded_before_the_first_result_under_it(place, controller):
    async with agent(place) as process:
        await controller.cycle("OP10", 1, "H1")
        change(place, 'revision = "A"', 'revision = "B"', "control-plan.toml")
        process.send_signal(signal.SIGHUP)
        assert "stations_changed=2" in await said(place, "configuration taken over")
        await controller.cycle("OP10", 2, "H2")
        assert await ended(process) == 0
    found, _ = results(place)
    plans = [record for record in found.records if isinstance(record, ControlPlanRecord)]
    outcomes = found.of(UnitResultRecord)
    assert [plan.plan.revision for plan in plans] == ["A", "B"]
    assert [record.plan for record in outcomes] == [plan.id for plan in plans]
    assert plans[1].seq < outcomes[1].seq


async def test_a_changed_file_is_taken_over_by_itself_only_where_that_is_asked_for(place, controller):
    async with agent(place) as process:
        await said(place, "agent runs")
        change(place, "max_age_s = 0.02", "max_age_s = 0.03")
        await asyncio.sleep(1.5)
        assert "configuration taken over" not in (place / "log").read_text()
        change(place, 'environment = "test"', 'environment = "test"\nreload_on_change = true')
        process.send_signal(signal.SIGHUP)
        await said(place, "configuration taken over")
        change(place, "max_age_s = 0.03", "max_age_s = 0.04")
        await said(place, "configuration taken over", 2)
        assert await ended(process) == 0
