"""The controller's side of the four-phase handshake.

1. Acknowledge is low: the cycle's data are written, then trigger = 1. From now on no datum changes.
2. The agent stores the cycle, writes its error word and then acknowledge = 1.
3. The controller reads the error word and writes trigger = 0.
4. The agent writes acknowledge = 0; only then may the next cycle begin.

A controller has no patience limit: with the agent dead it waits, and the line stands still.
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from firmware_profiles.format import Value

PATIENCE_S = 0.004  # how often a level is looked at


class PointMemory(Protocol):
    """The points of one station in the device's own memory, by the names of its profile."""

    async def put(self, values: Mapping[str, Value]) -> None:
        """Write points in the order given."""

    async def get(self, point: str) -> int:
        """Read a number."""


async def offer(memory: PointMemory, data: Mapping[str, Value]) -> int:
    """Phases 1 and 2: show a cycle until it is acknowledged; the agent's error word."""
    await _level(memory, 0)
    await memory.put(data)
    await memory.put({"trigger": 1})
    await _level(memory, 1)
    return await memory.get("error")


async def withdraw(memory: PointMemory) -> None:
    """Phases 3 and 4."""
    await memory.put({"trigger": 0})
    await _level(memory, 0)


async def _level(memory: PointMemory, wanted: int) -> None:
    while await memory.get("acknowledge") != wanted:  # noqa: ASYNC110 - a controller scans its memory
        await asyncio.sleep(PATIENCE_S)
