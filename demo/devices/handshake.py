"""The controller's side of the four-phase handshake.

1. Acknowledge is low: the cycle's data are written, then trigger = 1. From now on no datum changes.
2. The agent stores the cycle, writes its error word and then acknowledge = 1.
3. The controller reads the error word and writes trigger = 0.
4. The agent writes acknowledge = 0; only then may the next cycle begin.

A controller has no patience limit: with the agent dead it waits, and the line stands still.
"""

from collections.abc import Mapping

from edge_agent.simulate.controller import until
from edge_agent.simulate.memory import Memory
from firmware_profiles.format import Value

ACKNOWLEDGE = "acknowledge"


async def offer(memory: Memory, data: Mapping[str, Value]) -> int:
    """Phases 1 and 2: show a cycle until it is acknowledged; the agent's error word."""
    await until(memory, ACKNOWLEDGE, 0)
    await memory.put(data)
    await memory.put({"trigger": 1})
    await until(memory, ACKNOWLEDGE, 1)
    error = await memory.get("error")
    assert isinstance(error, int)
    return error


async def withdraw(memory: Memory) -> None:
    """Phases 3 and 4."""
    await memory.put({"trigger": 0})
    await until(memory, ACKNOWLEDGE, 0)
