"""How long a controller waits without being told, for a disk that refuses and for one that hangs."""

import asyncio

import pytest

from edge_agent.acquisition.counting import Counting
from edge_agent.acquisition.cycle import CycleData
from edge_agent.errors import StorageRefused
from edge_agent.outbox.results import Stored
from edge_agent.station.storing import Storing
from traceability.unit import Verdict


def cycle(number):
    return CycleData(cycle=number, serial=f"S{number}", verdict=Verdict.OK)


class Disk:
    """Stands where the recorder does; refuses or hangs as told."""

    def __init__(self):
        self.full = False
        self.free = asyncio.Event()
        self.free.set()
        self.stored = []

    async def record(self, shown, counting):
        await self.free.wait()
        if self.full:
            raise StorageRefused("full")
        self.stored.append(shown.cycle)
        return Stored(result=f"r{shown.cycle}", outcome=0, fresh=True)


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def storing(disk, clock):
    return Storing(disk, Counting(), patience=0.05, monotonic=lambda: clock[0])


async def test_a_full_disk_is_borne_until_the_patience_ends_and_each_cycle_has_its_own(storing, disk, clock):
    disk.full = True
    assert await storing.attempt(cycle(1)) is None
    clock[0] = 0.04
    assert await storing.attempt(cycle(1)) is None
    clock[0] = 0.06
    with pytest.raises(StorageRefused, match="full"):
        await storing.attempt(cycle(1))
    assert await storing.attempt(cycle(2)) is None
    disk.full = False
    assert (await storing.attempt(cycle(2))).result == "r2"
    assert disk.stored == [2]


async def test_a_disk_that_hangs_is_told_and_the_write_goes_on(storing, disk):
    disk.free.clear()
    with pytest.raises(StorageRefused, match=r"more than 0\.05 s"):
        await storing.attempt(cycle(1))
    disk.free.set()
    assert (await storing.attempt(cycle(1))).result == "r1"
    assert disk.stored == [1]


async def test_a_controller_that_goes_on_does_not_overtake_the_cycle_that_hangs(storing, disk):
    disk.free.clear()
    with pytest.raises(StorageRefused):
        await storing.attempt(cycle(1))
    with pytest.raises(StorageRefused):
        await storing.attempt(cycle(2))
    disk.free.set()
    assert (await storing.attempt(cycle(2))).result == "r2"
    assert disk.stored == [1, 2]


async def test_closing_gives_up_what_was_not_stored(storing, disk):
    disk.free.clear()
    with pytest.raises(StorageRefused):
        await storing.attempt(cycle(1))
    await storing.close()
    disk.free.set()
    await asyncio.sleep(0)
    assert disk.stored == []
