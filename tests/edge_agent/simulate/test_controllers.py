"""The controller's side of every handshake against the agent's own machine: each cycle recorded once, in order."""

import asyncio

import msgspec
import pytest
from simulated import simulated

from edge_agent.acquisition.cycle import read_cycle, read_words
from edge_agent.acquisition.resolve import resolve
from edge_agent.simulate.controller import CONTROLLERS
from edge_agent.station.handshakes.actions import Record
from edge_agent.station.handshakes.registry import HANDSHAKES
from firmware_profiles.catalog import Catalog
from firmware_profiles.format import DataType, Example, Point, Table

CELL = Catalog().find("zhuoyue", "four-phase-cell")
STATUS = Point(name="status", table=Table.HOLDING, address=0, type=DataType.UINT16, writable=True)


def profile_of(handshake):
    """The reference block, as a controller with another handshake would lay it out."""
    roles = dict(CELL.roles)
    points, examples = CELL.points, CELL.examples
    if handshake == "status-byte":
        points = (STATUS, *(point for point in points if point.name not in ("trigger", "acknowledge")))
        roles = {role: name for role, name in roles.items() if role not in ("trigger", "acknowledge")}
        roles["status"] = "status"
        examples = (*examples, Example(point="status", raw=[0], value=0))
    if handshake == "counter":
        roles = {role: name for role, name in roles.items() if role not in ("trigger", "acknowledge", "error")}
    return msgspec.structs.replace(CELL, handshake=handshake, roles=roles, points=points, examples=examples)


def test_every_handshake_can_be_simulated():
    assert CONTROLLERS.keys() == HANDSHAKES.keys()


@pytest.mark.parametrize("handshake", sorted(CONTROLLERS))
async def test_the_agent_records_every_cycle_once(handshake):
    profile = profile_of(handshake)
    resolved, kind = resolve(profile, 0), HANDSHAKES[handshake]
    machine, seen = kind.make(), []
    period = 0.05 if handshake == "counter" else 0.001  # nobody waits for the agent there
    async with simulated(profile, period=period) as (_, driver, points), asyncio.timeout(20):
        while len(seen) < 12:
            samples = await driver.read(list(points.values()))
            words = read_words(resolved, samples, kind.watch.words)
            cycle = read_cycle(resolved, samples) if machine.due(words) else None
            action = machine.observe(words, None if cycle is None else cycle.key)
            for role, value in action.writes:
                await driver.write(resolved.role(role), value)
            if isinstance(action, Record):
                seen.append((cycle.cycle, cycle.serial))
                for role, value in machine.stored(cycle.key).writes:
                    await driver.write(resolved.role(role), value)
    first = seen[0][0]
    assert seen == [(first + n, f"SIM{first + n:06d}") for n in range(12)]
