"""Ten thousand cycles through each handshake with everything going wrong: each one exactly once, each loss named.

The agent dies at any point where it waits, the connection breaks before and after a request arrived, the disk refuses,
the controller goes on between any two steps, and now and then makes cycles that nobody could see.
"""

import asyncio
import logging
import os
import tempfile
import time
from pathlib import Path
from random import Random

import pytest
from small_line import Cell, Death, Dice, RiskyOutbox
from small_outbox import GTIN, Bench
from station_plans import plans_for

from edge_agent.config.settings import Station
from edge_agent.outbox.store import Outbox
from edge_agent.pace import Pace
from edge_agent.station.handshakes.registry import HANDSHAKES
from edge_agent.station.link import DeviceLink
from edge_agent.station.recorder import Recorder
from edge_agent.station.runner import StationRunner
from traceability.record.production import DataLossRecord, UnitResultRecord

AT_ONCE = Pace(first=0.0, longest=0.0)


@pytest.fixture
def memory_bench():
    """An outbox on a disk in memory, where there is one: what a power cut does is tested elsewhere."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if os.access(shared, os.W_OK) else None) as folder:
        yield Bench(Path(folder) / "outbox.db")


def station_of(cell: Cell) -> Station:
    return Station(
        name=cell.handshake, work_cell=cell.handshake, operation="OP10", device="cell", resolved=cell.resolved,
        measurements={}, lot=None, camera=None, handshake=cell.handshake, busy_timeout=0.02,
    )  # fmt: skip


async def serve_until_over(cell: Cell, bench: Bench, outbox: Outbox) -> int:
    """Start the station's agent again whenever it died, until the controller has made its cycles; how often it died."""
    risky = RiskyOutbox(outbox, cell)
    station, deaths = station_of(cell), 0
    plans = plans_for(station, gtin=GTIN)
    while not cell.over.is_set():
        link = DeviceLink("cell", cell, bench.random.random, AT_ONCE)
        recorder = Recorder(station, plans, risky, None, clock=bench.clock, random_bytes=bench.random.randbytes)
        runner = StationRunner(station, link, recorder, poll=0, monotonic=time.monotonic, after_trouble=0)
        try:
            await runner.run(cell.over)
        except Death:
            deaths += 1
    await asyncio.gather(*risky.left_behind)
    return deaths


@pytest.mark.parametrize(("whole", "cycles"), [(True, 10_000), (False, 1_000)], ids=["one read", "several reads"])
async def test_every_cycle_is_recorded_once_and_every_overrun_is_in_the_loss_ledger(
    whole, cycles, memory_bench, caplog
):
    caplog.set_level(logging.CRITICAL)
    cells = [Cell(name, cycles, Dice(Random(f"{name} {whole}")), whole=whole) for name in sorted(HANDSHAKES)]
    outbox = await memory_bench.open()
    deaths = await asyncio.gather(*(serve_until_over(cell, memory_bench, outbox) for cell in cells))
    outbox.close()

    found = memory_bench.audit()
    assert min(deaths) > cycles / 200
    results = {name: [] for name in HANDSHAKES}
    losses = {name: [] for name in HANDSHAKES}
    for record in found.records:
        if isinstance(record, UnitResultRecord):
            results[record.work_cell].append(record.cycle)
        elif isinstance(record, DataLossRecord):
            losses[record.stream].append((record.first, record.last, record.count))
    for cell in cells:
        name = cell.handshake
        assert len(cell.made) == cycles
        assert results[name] == cell.made
        assert losses[name] == [(first, last, last - first + 1) for first, last in cell.overruns]
        assert len(losses[name]) > cycles / 100
        assert cell.written <= {cell.resolved.roles[role] for role in HANDSHAKES[name].roles.written}
