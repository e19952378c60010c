"""Torn reads: a controller in memory that begins a new cycle between two reads of the agent."""

import pytest

from edge_agent.acquisition.cycle import read_cycle
from edge_agent.acquisition.resolve import resolve
from edge_agent.acquisition.snapshot import Watch, read_snapshot
from edge_agent.drivers.interface import Sample
from edge_agent.errors import TornRead
from firmware_profiles.catalog import Catalog
from firmware_profiles.encode import encode

STATION = resolve(Catalog().find("zhuoyue", "opcua-cell"), "Cell1")


class Controller:
    """Answers reads point by point; ``between`` runs before each single point and may change the data."""

    def __init__(self, *, whole: bool = False) -> None:
        self.whole = whole
        self.values = {"trigger": 0, "acknowledge": 0, "error": 0, "verdict": "OK", "flags": 0, "purpose": "first"}
        self.values |= {"defect": 0, "lot": "", "m1": 0, "m2": 0, "m3": 0, "m4": 0}
        self.values |= {"permit_request": 0, "permit_serial": "", "permit_answer": 0, "permit_reason": 0}
        self.values |= {"recipe": "R1", "recipe_version": 1, "tool": "T1", "nest": 1, "cavity": 1}
        self.begin(1)
        self.requests = 0
        self.between = lambda reads: None
        self.reads = 0

    def begin(self, cycle: int) -> None:
        self.values |= {"cycle": cycle, "cycle_time": cycle, "serial": f"S{cycle}", "trigger": 1}

    def one_read(self, points) -> bool:
        return self.whole

    async def read(self, points):
        self.requests += 1
        samples = {}
        for point in points:
            self.reads += 1
            self.between(self.reads)
            samples[point.name] = Sample(point=point.name, raw=encode(point, self.values[point.name]))
        return samples


async def test_one_read_is_enough_where_it_is_whole():
    controller = Controller(whole=True)
    samples = await read_snapshot(controller, STATION)
    assert controller.requests == 1
    assert samples.keys() == STATION.points.keys()


async def test_an_idle_station_costs_one_small_read():
    controller = Controller()
    controller.values["trigger"] = 0
    samples = await read_snapshot(controller, STATION)
    assert controller.requests == 1
    assert samples.keys() == {"trigger", "cycle", "acknowledge", "error"}


@pytest.mark.parametrize("moment", range(1, 29))
async def test_data_that_move_at_any_moment_are_never_mixed(moment):
    controller = Controller()
    controller.between = lambda reads: controller.begin(2) if reads == moment else None
    cycle = read_cycle(STATION, await read_snapshot(controller, STATION))
    assert (cycle.cycle, cycle.serial, cycle.cycle_time_ms) in {(1, "S1", 1), (2, "S2", 2)}


async def test_only_the_points_asked_for_are_read():
    controller = Controller()
    samples = await read_snapshot(controller, STATION, [STATION.role("serial")])
    assert samples.keys() == {"trigger", "cycle", "acknowledge", "error", "serial"}


async def test_a_controller_that_never_holds_still_is_named():
    controller = Controller()
    controller.between = controller.begin
    with pytest.raises(TornRead, match="hold its data"):
        await read_snapshot(controller, STATION)


@pytest.mark.parametrize("moment", range(1, 29))
async def test_nor_where_a_controller_counts_and_waits_for_nobody(moment):
    controller = Controller()
    controller.between = lambda reads: controller.begin(2) if reads == moment else None
    counter = Watch(words=("cycle",), steady=("cycle",))
    samples = await read_snapshot(controller, STATION, watch=counter, due=lambda words: words["cycle"] != 0)
    cycle = read_cycle(STATION, samples)
    assert (cycle.cycle, cycle.serial, cycle.cycle_time_ms) in {(1, "S1", 1), (2, "S2", 2)}
