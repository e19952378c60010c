"""The controller's side of every handshake: it shows a cycle and waits as long as its rules say. No network here.

A controller has no patience: with the agent dead it waits, and the line stands still. Only the counter goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from edge_agent.simulate.memory import Memory
from firmware_profiles.format import Value

LOOK_S = 0.005  # how often a level is looked at
LATE_S = 0.03  # a few scans

Data = Mapping[str, Value]
Show = Callable[[Memory, Mapping[str, str], Data, Data], Awaitable[None]]
"""(memory, role to point, data, data that come too late when a torn read is wanted)."""


async def four_phase(memory: Memory, roles: Mapping[str, str], data: Data, late: Data) -> None:
    """Trigger up with the data, down with the acknowledgement; the next cycle when that is down too."""
    await until(memory, roles["acknowledge"], 0)
    await memory.put(data)
    await memory.put({roles["trigger"]: 1})
    await _put_late(memory, late)
    await until(memory, roles["acknowledge"], 1)
    await memory.put({roles["trigger"]: 0})
    await until(memory, roles["acknowledge"], 0)


async def toggle(memory: Memory, roles: Mapping[str, str], data: Data, late: Data) -> None:
    """A trigger that differs from the acknowledgement asks; equal words are the answer."""
    answered = await memory.get(roles["acknowledge"])
    asked = 0 if answered else 1
    await memory.put(data)
    await memory.put({roles["trigger"]: asked})
    await _put_late(memory, late)
    await until(memory, roles["acknowledge"], asked)


async def status_byte(memory: Memory, roles: Mapping[str, str], data: Data, late: Data) -> None:
    """1 asks, 4 is done, 8 is an error after which it asks once more; 0 ends it."""
    await memory.put(data)
    await memory.put({roles["status"]: 1})
    await _put_late(memory, late)
    while (status := await memory.get(roles["status"])) != 4:
        await asyncio.sleep(LOOK_S)
        if status == 8:
            await memory.put({roles["status"]: 1})
    await memory.put({roles["status"]: 0})


async def counter(memory: Memory, roles: Mapping[str, str], data: Data, late: Data) -> None:
    """The data, then the cycle's number in the same scan; nobody is waited for."""
    number = roles["cycle"]
    await memory.put({name: value for name, value in data.items() if name != number} | {number: data[number]})
    await _put_late(memory, late)


CONTROLLERS: dict[str, Show] = {
    "four-phase": four_phase,
    "toggle": toggle,
    "status-byte": status_byte,
    "counter": counter,
}
"""Every handshake that can be simulated, by the name a profile uses."""


async def until(memory: Memory, point: str, wanted: int) -> None:
    """Wait for a level."""
    while await memory.get(point) != wanted:  # noqa: ASYNC110 - a controller scans its memory
        await asyncio.sleep(LOOK_S)


async def _put_late(memory: Memory, late: Data) -> None:
    """What a controller that breaks its rules still writes while it says that all holds still."""
    for name, value in late.items():
        await asyncio.sleep(LATE_S)
        await memory.put({name: value})
