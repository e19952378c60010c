"""The agent as its own process, with a real controller beside it and a hub that verifies."""

import asyncio
import json
import signal

import pytest
from hub_stand_in import StandIn, serving
from small_agent import agent, ended, results, write_agent
from small_controller import Controller

from edge_agent.cli import main


@pytest.fixture
async def controller():
    started = Controller()
    await started.start()
    try:
        yield started
    finally:
        await started.stop()


@pytest.fixture
def folder(tmp_path, controller):
    return lambda hub="http://127.0.0.1:9", age=0.05: write_agent(tmp_path, controller.port, hub, age)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
async def test_a_stop_seals_and_sends_what_there_is_and_is_no_failure(folder, controller, capsys, number):
    hub = StandIn()
    with serving(hub):
        place = folder(hub.address, age=3600)
        async with agent(place) as process:
            await controller.cycle("OP10", 1, "H1")
            await controller.cycle("OP20", 1, "H1", verdict="NOT_OK")
            assert await ended(process, number) == 0
    found, stored = results(place)
    assert stored == [("OP10", 1), ("OP20", 1)]
    assert sorted(hub.taken) == [batch.header.seq for batch in found.batches]

    assert main(["status", str(place / "agent.toml"), "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert (status["unsealed_records"], status["unsent_batches"]) == (0, 0)
    assert status["next_seq"] == len(found.batches) + 1
    assert status["chain"] == found.batches[0].header.chain
    assert status["last_receipt"]["seq"] == len(found.batches)
    assert status["uplink"]["state"] == "online"
    assert [(entry["operation"], entry["submitted"], entry["first_ok"]) for entry in status["operations"]] == [
        ("OP10", 1, 1),
        ("OP20", 1, 0),
    ]
    main(["status", str(place / "agent.toml")])
    assert "OP20: 0.00% (0 of 1 at first" in capsys.readouterr().out


async def test_without_a_hub_the_line_goes_on_and_a_stop_does_not_hang(folder, controller, capsys):
    place = folder()
    async with agent(place) as process:
        for cycle in range(1, 4):
            await controller.cycle("OP10", cycle, f"H{cycle}")
        assert main(["status", str(place / "agent.toml"), "--json"]) == 0, "readable while it runs"
        assert await ended(process) == 0
    assert json.loads(capsys.readouterr().out)["operations"][0]["submitted"] == 3
    log = (place / "log").read_text()
    assert log.count("the hub does not take batches now") == 1
    assert "Traceback" not in log
    for line in log.splitlines():
        assert line.startswith("time=")
        assert " level=" in line
        assert ' what="' in line


async def test_killed_in_the_middle_and_started_again_the_counts_are_the_same(folder, controller):
    hub = StandIn()
    with serving(hub):
        place = folder(hub.address)
        async with agent(place) as process:
            await controller.cycle("OP10", 1, "H1")
            await controller.offer("OP20", 1, "H1")
            await controller.offer("OP10", 2, "H2")
            process.kill()
            await process.wait()
        making = asyncio.create_task(produce(controller))
        async with agent(place) as process:
            await asyncio.wait_for(making, 20)
            assert await ended(process) == 0
    found, stored = results(place)
    assert sorted(stored) == [("OP10", 1), ("OP10", 2), ("OP10", 3), ("OP20", 1), ("OP20", 2)]
    sent = [line for seq in sorted(hub.taken) for line in hub.taken[seq].lines]
    assert sent == [line for batch in found.batches for line in batch.lines]


async def produce(controller):
    for station, serial, cycle in (("OP10", "H3", 3), ("OP20", "H2", 2)):
        await controller.put(station, trigger=0)
        await controller.cycle(station, cycle, serial)


async def test_a_second_agent_on_one_data_folder_is_refused(folder, controller, capsys):
    place = folder()
    async with agent(place) as process:
        await controller.cycle("OP10", 1, "H1")
        assert main(["run", str(place / "agent.toml")]) == 1
        said = capsys.readouterr().err
        assert f"another agent (process {process.pid}) runs on this data folder" in said
        assert said.count("\n") == 1
        await controller.cycle("OP10", 2, "H2")
        assert await ended(process) == 0
    async with agent(place) as process:
        await controller.cycle("OP10", 3, "H3")
        assert await ended(process) == 0
    assert len(results(place)[1]) == 3


async def test_a_controller_that_is_not_there_is_said_once_and_the_agent_ends_when_told(folder, controller):
    place = folder()
    await controller.stop()
    try:
        async with agent(place) as process:
            async with asyncio.timeout(60):
                while "device is down" not in (place / "log").read_text():  # noqa: ASYNC110 - a file
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.5)
            assert await ended(process) == 0
    finally:
        await controller.start()
    assert (place / "log").read_text().count("device is down") == 1
