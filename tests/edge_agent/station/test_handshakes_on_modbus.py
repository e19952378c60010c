"""Each handshake over real Modbus TCP: an agent that is killed, a connection that drops, a controller that overruns."""

import asyncio
import time
from contextlib import suppress
from random import Random

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from small_line import Cell, Dice
from small_outbox import GTIN
from station_plans import plans_for

from edge_agent.config.settings import Station
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.registry import ModbusTcpSettings, create_driver
from edge_agent.pace import Pace
from edge_agent.station.handshakes.registry import HANDSHAKES
from edge_agent.station.link import DeviceLink
from edge_agent.station.recorder import Recorder
from edge_agent.station.runner import StationRunner
from traceability.record.production import DataLossRecord, UnitResultRecord

CYCLES = 60
REGISTERS = 62
DATA = range(2, 60)
WORDS = (0, 60, 61)


class Controller:
    """The controller of ``small_line`` with its memory in a Modbus server; one scan is one write of all its data."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell

    async def start(self) -> None:
        block = SimData(0, count=REGISTERS, values=0, datatype=DataType.REGISTERS)
        self._server = ModbusTcpServer(SimDevice(1, [block]), address=("127.0.0.1", 0))
        await self._server.serve_forever(background=True)
        self.port = self._server.transport.sockets[0].getsockname()[1]

    async def run(self, outbox) -> None:
        cell = self.cell
        while not cell.over.is_set():
            seen = await self._server.async_getValues(1, 3, 0, REGISTERS)
            cell.values |= {"trigger": seen[0], "acknowledge": seen[60]}
            if cell.handshake == "counter":
                stored = (await outbox.report()).chain.next_record
                cell.stored = cell.number if stored > len(cell.made) + len(cell.overruns) + self.first else -1
            before = dict(cell.raw)
            cell.go_on()
            if cell.raw["cycle"] != before["cycle"]:
                await self._server.async_setValues(1, 16, DATA.start, self._data())
            if cell.raw["trigger"] != before["trigger"]:
                await self._server.async_setValues(1, 16, 0, list(cell.raw["trigger"]))
            await asyncio.sleep(0.002)

    first = 2  # records that open the chain

    def _data(self) -> list[int]:
        words = [0] * len(DATA)
        for name, raw in self.cell.raw.items():
            at = (self.cell.resolved.points[name].address or 0) - DATA.start
            if 0 <= at < len(DATA):
                words[at : at + len(raw)] = raw
        return words

    async def stop(self) -> None:
        await self._server.shutdown()


@pytest.mark.parametrize("handshake", sorted(HANDSHAKES))
async def test_every_cycle_once_over_the_wire(handshake, bench, tmp_path):
    random = Random(handshake)
    cell = Cell(handshake, CYCLES, Dice(random, death=0, cut=0, full_disk=0, overrun=0.1))
    station = Station(
        name="OP10", work_cell="w", operation="OP10", device="cell", resolved=cell.resolved, measurements={},
        lot=None, camera=None, handshake=handshake, busy_timeout=1.0,
    )  # fmt: skip
    outbox = await bench.open()
    controller = Controller(cell)
    await controller.start()
    working = asyncio.create_task(controller.run(outbox))
    killed = 0
    while not cell.over.is_set():
        context = DriverContext(device="cell", data=tmp_path, clock=bench.clock)
        settings = ModbusTcpSettings(host="127.0.0.1", port=controller.port, timeout=0.5)
        driver = create_driver("modbus-tcp", settings, context)
        link = DeviceLink("cell", driver, random.random, Pace(first=0.001, longest=0.01))
        plans = plans_for(station, gtin=GTIN)
        recorder = Recorder(station, plans, outbox, None, clock=bench.clock, random_bytes=bench.random.randbytes)
        runner = StationRunner(station, link, recorder, poll=0.001, monotonic=time.monotonic)
        agent = asyncio.create_task(runner.run(cell.over))
        await asyncio.wait({agent}, timeout=random.uniform(0.02, 0.2))
        await driver.close()
        await asyncio.wait({agent}, timeout=random.uniform(0.02, 0.2))
        agent.cancel()
        with suppress(asyncio.CancelledError):
            await agent
        await driver.close()
        killed += 1
        assert killed < 500
    await working
    await controller.stop()
    outbox.close()

    found = bench.audit()
    assert [result.cycle for result in found.of(UnitResultRecord)] == cell.made
    assert [(loss.first, loss.last) for loss in found.of(DataLossRecord)] == cell.overruns
    assert len(cell.overruns) > 1
