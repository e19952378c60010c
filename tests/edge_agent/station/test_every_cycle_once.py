"""Ten thousand cycles through each handshake with everything going wrong: each one exactly once, each loss named.

The agent dies at any point where it waits, the connection breaks before and after a request arrived, the disk refuses,
the controller goes on between any two steps, and now and then makes cycles that nobody could see.
"""

import logging
import os
import tempfile
import time
from pathlib import Path
from random import Random

import pytest
from small_line import Cell, Death, Dice, RiskyOutbox
from small_outbox import GTIN, Bench

from edge_agent.config.settings import Station
from edge_agent.pace import Pace
from edge_agent.station.handshakes.registry import HANDSHAKES
from edge_agent.station.link import DeviceLink
from edge_agent.station.recorder import Production, Recorder
from edge_agent.station.runner import StationRunner
from traceability.identifier.item import part_uri
from traceability.measurement import Characteristic
from traceability.record.production import DataLossRecord, UnitResultRecord

AT_ONCE = Pace(first=0.0, longest=0.0)
BORE = Characteristic(id="bore", name="Bore", operation="OP10", uom="mm", decimals=3)


@pytest.fixture
def memory_bench():
    """An outbox on a disk in memory, where there is one: what a power cut does is tested elsewhere."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if os.access(shared, os.W_OK) else None) as folder:
        yield Bench(Path(folder) / "outbox.db")


async def serve_until_over(cell: Cell, bench: Bench) -> int:
    """Start the agent again whenever it died, until the controller has made its cycles; how often it died."""
    station = Station(
        name="OP10", work_cell="line/OP10", operation="OP10", device="cell", resolved=cell.resolved,
        measurements={"m1": BORE}, lot=None, camera=None, handshake=cell.handshake, busy_timeout=0.02,
    )  # fmt: skip
    outbox = await bench.open()
    risky = RiskyOutbox(outbox, cell)
    production = Production(gtin=GTIN, part=part_uri(GTIN), plan="sha256:" + "1" * 64)
    deaths = 0
    while not cell.over.is_set():
        link = DeviceLink("cell", cell, bench.random.random, AT_ONCE)
        recorder = Recorder(
            station, production, risky, None, clock=bench.clock, random_bytes=bench.random.randbytes
        )
        runner = StationRunner(station, link, recorder, poll=0, monotonic=time.monotonic, after_trouble=0)
        try:
            await runner.run(cell.over)
        except Death:
            deaths += 1
    for task in risky.left_behind:
        await task
    outbox.close()
    return deaths


@pytest.mark.parametrize("whole", [True, False], ids=["one read", "several reads"])
@pytest.mark.parametrize("handshake", sorted(HANDSHAKES))
async def test_every_cycle_is_recorded_once_and_every_overrun_is_in_the_loss_ledger(
    handshake, whole, memory_bench, caplog
):
    caplog.set_level(logging.CRITICAL)
    cycles = 10_000 if whole else 1_000
    cell = Cell(handshake, cycles, Dice(Random(f"{handshake} {whole}")), whole=whole)
    deaths = await serve_until_over(cell, memory_bench)

    found = memory_bench.audit()
    assert deaths > cycles / 200
    assert len(cell.made) == cycles
    assert [result.cycle for result in found.of(UnitResultRecord)] == cell.made
    losses = found.of(DataLossRecord)
    assert [(loss.first, loss.last) for loss in losses] == cell.overruns
    assert [loss.count for loss in losses] == [last - first + 1 for first, last in cell.overruns]
    assert {loss.stream for loss in losses} == {"OP10"}
    assert len(losses) > cycles / 100
    assert cell.written <= {cell.resolved.roles[role] for role in HANDSHAKES[handshake].roles.written}
