"""The simulated Modbus controller against a scripted master on a real connection."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Self

import pytest
from pymodbus.client import AsyncModbusTcpClient

from demo.counts import read_counts
from demo.devices.cell import CellSettings
from demo.devices.modbus_cell import BLOCK, serve
from demo.devices.start import Start
from demo.stock import Stock
from demo.story.decide import jobs_of
from demo.story.supplier_a import SUPPLIER_A
from firmware_profiles.catalog import Catalog
from firmware_profiles.decode import decode_registers
from firmware_profiles.format import Value, span
from traceability.unit import Verdict

PROFILE = Catalog().find("zhuoyue", "four-phase-cell")
SPAN = max((point.address or 0) + span(point) for point in PROFILE.points)
UNITS = 6
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Master:
    """What an agent does, by hand."""

    def __init__(self, port: int) -> None:
        self._client = AsyncModbusTcpClient("127.0.0.1", port=port)

    async def __aenter__(self) -> Self:
        assert await self._client.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._client.close()

    async def station(self, place: int) -> dict[str, Value]:
        answer = await self._client.read_holding_registers(place * BLOCK, count=SPAN, device_id=1)
        assert not answer.isError()
        found = {}
        for point in PROFILE.points:
            found[point.name] = decode_registers(point, answer.registers[point.address : point.address + span(point)])
        return found

    async def write(self, place: int, point: str, value: int) -> None:
        address = place * BLOCK + PROFILE.point(point).address
        assert not (await self._client.write_register(address, value, device_id=1)).isError()

    async def triggered(self, place: int) -> dict[str, Value]:
        async with asyncio.timeout(30):
            while (seen := await self.station(place))["trigger"] != 1:  # noqa: ASYNC110 - a master polls
                await asyncio.sleep(0.002)
        return seen

    async def take(self, place: int, error: int = 0) -> dict[str, Value]:
        """The whole handshake of one cycle."""
        seen = await self.triggered(place)
        await self.write(place, "error", error)
        await self.write(place, "acknowledge", 1)
        await self.released(place)
        return seen

    async def released(self, place: int) -> None:
        async with asyncio.timeout(30):
            while (await self.station(place))["trigger"] != 0:  # noqa: ASYNC110 - a master polls
                await asyncio.sleep(0.002)
        await self.write(place, "acknowledge", 0)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextlib.asynccontextmanager
async def cell(data: Path, port: int) -> AsyncIterator[None]:
    """The controller; leaving the block ends it as a power cut would: only what is on disk survives."""
    settings = CellSettings(
        line=SUPPLIER_A, jobs=jobs_of(SUPPLIER_A, 1, UNITS), data=data, clock=lambda: datetime.now(UTC)
    )
    task = asyncio.create_task(serve(Start(cell=settings, port=port)))
    try:
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.01)
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_a_cycle_stands_until_it_is_acknowledged(tmp_path: Path) -> None:
    async with cell(tmp_path, port := free_port()), Master(port) as master:
        seen = await master.triggered(0)
        await asyncio.sleep(0.1)
        assert await master.station(0) == seen
        assert read_counts(tmp_path, "supplier-a").stations["OP10"].verdicts == {}
        await master.write(0, "acknowledge", 1)
        await asyncio.sleep(0.1)
        after = await master.station(0)
        assert after["trigger"] == 0
        assert after["cycle"] == seen["cycle"], "the next cycle must not begin before acknowledge is low again"
        await master.write(0, "acknowledge", 0)
        assert (await master.triggered(0))["cycle"] == seen["cycle"] + 1


async def test_registers_hold_what_the_story_decided(tmp_path: Path) -> None:
    job = jobs_of(SUPPLIER_A, 1, UNITS)[0]
    async with cell(tmp_path, port := free_port()), Master(port) as master:
        seen = await master.take(0)
        bore = await master.take(1)
    turn = job.passes["OP10"][0]
    assert seen["serial"] == job.serial == "H-000001"
    assert (seen["verdict"], seen["purpose"], seen["flags"], seen["cycle"]) == ("OK", "first", 0, 1)
    assert seen["m3"] == turn.values["m3"]
    assert Decimal(bore["m1"]) == job.passes["OP20"][0].values["m1"]


async def test_counts_are_those_of_the_story_and_goods_are_shipped_in_order(tmp_path: Path) -> None:
    jobs = jobs_of(SUPPLIER_A, 1, UNITS)
    async with cell(tmp_path, port := free_port()), Master(port) as master, asyncio.timeout(60):
        await work_off(master, tmp_path)
    counts = read_counts(tmp_path, "supplier-a")
    assert (counts.finished, counts.shipped) == (True, UNITS)
    for operation, station in counts.stations.items():
        turns = [turn for job in jobs for turn in job.passes[operation]]
        assert station.cycle == len(turns)
        assert station.verdicts == {v: n for v in Verdict if (n := sum(turn.verdict is v for turn in turns))}
    assert [unit.serial for unit in Stock(tmp_path, "housing").units()] == [job.serial for job in jobs if job.good]


async def test_a_controller_that_dies_offers_the_same_cycle_again(tmp_path: Path) -> None:
    port = free_port()
    async with cell(tmp_path, port), Master(port) as master:
        await master.take(0)
        seen = await master.triggered(0)
    async with cell(tmp_path, port), Master(port) as master:
        again = await master.triggered(0)
        assert again == seen
        await master.take(0)
        assert (await master.triggered(0))["cycle"] == seen["cycle"] + 1


async def test_deaths_at_any_moment_change_nothing_in_the_counts(tmp_path: Path) -> None:
    port, deaths, finished = free_port(), 0, False
    async with asyncio.timeout(90):
        while not finished:
            async with cell(tmp_path, port), Master(port) as master:
                finished = await work_off(master, tmp_path, looks=7 + deaths % 11)
            deaths += 1
    assert deaths >= 3, "the story was over before anything could go wrong"
    counts = read_counts(tmp_path, "supplier-a")
    jobs = jobs_of(SUPPLIER_A, 1, UNITS)
    for operation, station in counts.stations.items():
        assert sum(station.verdicts.values()) == sum(len(job.passes[operation]) for job in jobs)
    assert [unit.serial for unit in Stock(tmp_path, "housing").units()] == [job.serial for job in jobs if job.good]


async def test_a_cycle_whose_code_was_not_read_counts_as_not_decidable(tmp_path: Path) -> None:
    async with cell(tmp_path, port := free_port()), Master(port) as master:
        await master.take(0, error=2)
        await master.take(0, error=0)
        await master.triggered(0)
        verdicts = read_counts(tmp_path, "supplier-a").stations["OP10"].verdicts
    assert verdicts == {Verdict.NOT_DECIDABLE: 1, Verdict.OK: 1}


async def work_off(master: Master, data: Path, looks: int = 10_000) -> bool:
    """Serve whichever station asks, for so many looks at all stations; whether the story is over."""
    for _ in range(looks):
        if (counts := read_counts(data, "supplier-a")).finished:
            return True
        for place, _ in enumerate(counts.stations):
            seen = await master.station(place)
            if seen["trigger"] == 1 and seen["acknowledge"] == 0:
                await master.write(place, "acknowledge", 1)
            elif seen["trigger"] == 0 and seen["acknowledge"] == 1:
                await master.write(place, "acknowledge", 0)
    return False
