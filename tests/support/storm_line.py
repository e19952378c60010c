"""Controllers on Modbus TCP that make units without end and keep a list of what they made: the truth of a storm."""

import asyncio
from collections import Counter
from decimal import Decimal
from random import Random
from typing import NamedTuple

from demo.devices.handshake import offer, withdraw
from edge_agent.acquisition.resolve import resolve
from edge_agent.simulate.memory import Memory
from edge_agent.simulate.modbus_device import ModbusDevice
from firmware_profiles.catalog import Catalog
from traceability.identifier.item import unit_uri

GTIN = "09506000134352"
OPERATIONS = ("OP10", "OP20")
_BLOCK = 100
_VERDICTS = ("OK", "OK", "OK", "NOT_OK", "NOT_DECIDABLE")
_SCAN_S = 0.002

PLAN = f"""\
part = "{GTIN}"
plant = "p"
revision = "A"
name = "Housing"
[[operation]]
id = "OP10"
name = "Boring"
[[operation]]
id = "OP20"
name = "Facing"
[[characteristic]]
id = "bore"
name = "Bore"
operation = "OP10"
uom = "mm"
decimals = 3
[[characteristic]]
id = "face"
name = "Face"
operation = "OP20"
uom = "mm"
decimals = 3
"""

CONFIG = """\
[agent]
author = "{author}"
environment = "test"
control_plan = "control-plan.toml"
[hub]
url = "http://127.0.0.1:{hub}"
public_key = "{key}"
[page]
port = 0
[sealing]
max_age_s = 0.05
max_records = 40
[[device]]
name = "cell"
driver = "modbus-tcp"
profile = "zhuoyue/four-phase-cell"
poll_ms = 5
[device.settings]
host = "127.0.0.1"
port = {port}
timeout = 0.5
[[station]]
name = "OP10"
work_cell = "{author}/OP10"
operation = "OP10"
device = "cell"
[station.measurements]
m2 = "bore"
[[station]]
name = "OP20"
work_cell = "{author}/OP20"
operation = "OP20"
device = "cell"
base = 100
[station.measurements]
m2 = "face"
"""


class Made(NamedTuple):
    """One pass of one unit through one operation; ``thousandths`` of a millimetre were measured."""

    author: str
    unit: str
    operation: str
    cycle: int
    verdict: str
    attempt: int
    thousandths: int


class Line:
    """A controller with two stations; ``made`` is what it showed to its agent and had acknowledged."""

    def __init__(self, author: str, dice: Random) -> None:
        self.author = author
        self.made: list[Made] = []
        self.ending = False
        self._dice = dice
        profile = Catalog().find("zhuoyue", "four-phase-cell")
        stations = [resolve(profile, _BLOCK * place) for place in range(len(OPERATIONS))]
        self._device = ModbusDevice(profile, stations, host="127.0.0.1", port=0, unit=1)

    async def start(self) -> None:
        await self._device.start()

    @property
    def port(self) -> int:
        return self._device.port

    async def stop(self) -> None:
        await self._device.stop()

    async def run(self) -> None:
        """Until ``ending``, and the cycles under way are over."""
        async with asyncio.TaskGroup() as stations:
            for operation, memory in zip(OPERATIONS, self._device.memories, strict=True):
                stations.create_task(self._station(operation, memory))

    async def _station(self, operation: str, memory: Memory) -> None:
        passes: Counter[str] = Counter()
        cycle = 0
        while not self.ending:
            cycle += 1
            serial = f"{self.author}-{self._dice.randint(1, 10 + cycle)}"
            passes[serial] += 1
            made = Made(
                author=self.author,
                unit=unit_uri(GTIN, serial),
                operation=operation,
                cycle=cycle,
                verdict=self._dice.choice(_VERDICTS),
                attempt=passes[serial],
                thousandths=self._dice.randint(-(10**6), 10**6),
            )
            await self._cycle(memory, made, serial)
            self.made.append(made)
            await asyncio.sleep(_SCAN_S)

    async def _cycle(self, memory: Memory, made: Made, serial: str) -> None:
        data = {
            "cycle": made.cycle, "cycle_time": 0, "verdict": made.verdict, "flags": 0, "defect": 0, "serial": serial,
            "purpose": "first" if made.attempt == 1 else "retest", "lot": "", "m2": Decimal(made.thousandths) / 1000,
        }  # fmt: skip
        error = await offer(memory, data)
        assert error == 0, f"the agent recorded {made} with error word {error}"
        await withdraw(memory)
