"""What a running agent says of itself: on its page, to ``status``, in its log file; and after a restart."""

import asyncio
import json
import os
import signal
import socket

import httpx
import pytest
from small_agent import agent, ended, said, write_agent
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


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def place(tmp_path, controller):
    folder = write_agent(tmp_path, controller.port, more='[log]\nfile = "logs/agent.log"\nformat = "json"\n')
    with_port(folder, "port = 0", free_port())
    return folder


def with_port(folder, old, new):
    path = folder / "agent.toml"
    path.write_text(path.read_text().replace(f"[page]\n{old}", f"[page]\nport = {new}"), encoding="utf-8")


async def page_of(place, starts=1):
    log = await said(place, '"local page"', starts)
    return next(json.loads(line)["address"] for line in log.splitlines() if '"local page"' in line)


async def seen(url, text, seconds=60):
    async with asyncio.timeout(seconds), httpx.AsyncClient(trust_env=False) as client:
        while text not in (found := (await client.get(url)).text):  # noqa: ASYNC110 - as a browser does
            await asyncio.sleep(0.05)
        return found


async def test_the_page_follows_the_line(place, controller):
    async with agent(place) as process:
        page = await page_of(place)
        await controller.cycle("OP10", 1, "H1")
        await controller.cycle("OP20", 1, "H1", verdict="NOT_OK")
        shown = await seen(page, "Not OK")
        assert "1 of 1 units OK at first" in shown
        assert "H1" in shown
        assert await seen(page + "healthz", "ok\n") == "ok\n"
        assert 'zhuoyue_device_connected{device="cell"} 1.0' in await seen(page + "metrics", "zhuoyue_device_connected")
        await controller.stop()
        try:
            shown = await seen(page, "Device cell is not connected")
            assert "Somebody must look" in shown
        finally:
            await controller.start()
        shown = await seen(page, "connected again 1 times", 15)
        assert "Device cell is not connected" not in shown
        assert await ended(process) == 0


async def test_a_reload_moves_the_page_and_a_wrong_one_shows_on_it(place, controller):
    async with agent(place) as process:
        old = await page_of(place)
        port = free_port()
        with_port(place, f"port = {httpx.URL(old).port}", port)
        assert await asyncio.to_thread(main, ["reload", str(place / "agent.toml")]) == 0
        new = f"http://127.0.0.1:{port}/"
        await seen(new, "Stations")
        with pytest.raises(httpx.ConnectError):
            await seen(old, "anything", 2)
        path = place / "agent.toml"
        path.write_text(path.read_text().replace('operation = "OP20"', 'operation = "OP99"'), encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        assert "OP99" in await seen(new, "The new configuration was not taken over")
        assert await ended(process) == 0


async def test_status_says_how_the_line_stands_and_that_it_stood_so(place, controller, capsys):
    async with agent(place) as process:
        await controller.cycle("OP10", 1, "H1")
        state = place / "data" / "line.json"
        async with asyncio.timeout(60):
            while not state.exists() or "H1" not in state.read_text():  # noqa: ASYNC110 - a file
                await asyncio.sleep(0.05)
        assert main(["status", str(place / "agent.toml")]) == 0
        text = capsys.readouterr().out
        assert "agent     runs since 20" in text
        assert "page      http://127.0.0.1:" in text
        assert "device    cell: connected since 20" in text
        assert "station   OP10 (operation OP10): served" in text
        assert "OP10  OK  https://id.gs1.org/01/09506000134352/21/H1" in text
        assert await ended(process) == 0
    assert main(["status", str(place / "agent.toml"), "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert status["running"] is False
    assert [unit["operation"] for unit in status["line"]["recent"]] == ["OP10"]
    main(["status", str(place / "agent.toml")])
    assert "agent     does not run; what follows was so at 20" in capsys.readouterr().out

    async with agent(place) as process:  # the last units outlive a restart
        assert "H1" in await seen(await page_of(place, 2), "H1")
        assert await ended(process) == 0


async def test_the_log_file_holds_the_same_lines_and_no_key(place, controller):
    async with agent(place) as process:
        await controller.cycle("OP10", 1, "H1")
        assert await ended(process) == 0
    in_file = (place / "logs" / "agent.log").read_text(encoding="utf-8").splitlines()
    assert in_file == (place / "log").read_text(encoding="utf-8").splitlines()
    assert {"agent runs", "device connected", "agent ended"} <= {json.loads(line)["what"] for line in in_file}
    key = "".join((place / "agent.key").read_text().splitlines()[1:-1])
    assert key not in "\n".join(in_file)


async def test_a_log_file_that_cannot_be_written_is_one_line_before_anything_starts(place, capsys):
    (place / "logs").write_text("a file, not a folder")
    if os.name == "posix":
        assert main(["run", str(place / "agent.toml")]) == 1
        assert "the log file cannot be written" in capsys.readouterr().err
