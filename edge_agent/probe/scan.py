"""Reading what can be read, politely: one request at a time, pauses in between, and never more than so many.

A device refuses a read that touches an address it does not have, or one that is longer than it likes. Such a read is
halved until what is readable is found.
"""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec

from edge_agent.drivers.interface import Driver, Sample
from edge_agent.errors import DeviceRefused
from firmware_profiles.format import DataType, Point, Table

_AT_ONCE = 100


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds between two requests, and the most requests of one scan."""

    pause: float = 0.05
    requests: int = 400


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses ``first`` to ``last`` (both included) of a table."""

    table: Table
    first: int
    last: int


class Scan:
    """``spent`` counts the requests; ``cut_short`` says that the bound came before the end."""

    def __init__(self, driver: Driver, manners: Manners) -> None:
        self._driver = driver
        self._manners = manners
        self.spent = 0
        self.cut_short = False

    async def read(self, points: Sequence[Point], at_once: int = _AT_ONCE) -> dict[str, Sample]:
        """What can be read of the points; DeviceUnreachable as the driver raises it."""
        found: dict[str, Sample] = {}
        due = [points[at : at + at_once] for at in range(0, len(points), at_once)][::-1]
        while due:
            if self.spent >= self._manners.requests:
                self.cut_short = True
                break
            some = due.pop()
            self.spent += 1
            try:
                found |= await self._driver.read(some)
            except DeviceRefused:
                if len(some) > 1:
                    middle = len(some) // 2
                    due += [some[middle:], some[:middle]]
            await asyncio.sleep(self._manners.pause)
        return found

    async def words(self, ranges: Iterable[Range]) -> dict[Table, dict[int, int]]:
        """The registers that can be read, by table and address."""
        words: dict[Table, dict[int, int]] = {}
        for part in ranges:
            points = [register(part.table, address) for address in range(part.first, part.last + 1)]
            samples = await self.read(points)
            cells = words.setdefault(part.table, {})
            for point in points:
                sample = samples.get(point.name)
                if sample is not None and isinstance(sample.raw, tuple) and point.address is not None:
                    cells[point.address] = sample.raw[0]
        return words


def register(table: Table, address: int) -> Point:
    """One register as a point."""
    return Point(name=f"{table} {address}", table=table, address=address, type=DataType.UINT16)
