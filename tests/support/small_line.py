"""A controller in memory that shakes hands in any of the ways there are, on a line where everything goes wrong.

Whoever reads or writes meets, by the dice: an agent that dies there and then, a connection that breaks before or after
the request arrived, and a controller that goes on between any two steps. The controller itself overruns now and then:
it makes cycles that nobody could ever see, and keeps a list of them.
"""

import asyncio
from dataclasses import dataclass, field
from random import Random

import msgspec

from edge_agent.acquisition.resolve import Resolved, resolve
from edge_agent.drivers.interface import Sample
from edge_agent.errors import DeviceUnreachable, StorageRefused
from firmware_profiles.catalog import Catalog
from firmware_profiles.encode import encode
from firmware_profiles.format import Profile
from firmware_profiles.handshakes import HANDSHAKES

CELL = Catalog().find("zhuoyue", "four-phase-cell")


class Death(BaseException):
    """The agent's process ends here."""


def profile_of(handshake: str) -> Profile:
    """The reference cell, shaking hands in another way; the status word lies where the trigger is."""
    roles = {role: role for role in (*HANDSHAKES[handshake].needs, "error") if role != "status"}
    points = CELL.points
    if "status" in HANDSHAKES[handshake].needs:
        roles["status"] = "trigger"
        points = tuple(msgspec.structs.replace(p, writable=p.writable or p.name == "trigger") for p in points)
    if not HANDSHAKES[handshake].written:
        del roles["error"]
    return msgspec.structs.replace(CELL, handshake=handshake, roles=roles, points=points)


def resolved_of(handshake: str, base: int = 0) -> Resolved:
    """The same with absolute addresses."""
    return resolve(profile_of(handshake), base)


@dataclass
class Dice:
    """Chances of what goes wrong, each per step."""

    random: Random
    death: float = 0.01
    cut: float = 0.01
    full_disk: float = 0.01
    overrun: float = 0.02

    def falls(self, chance: float) -> bool:
        return self.random.random() < chance

    def dies(self) -> None:
        if self.falls(self.death):
            raise Death


@dataclass
class Cell:
    """The controller, and the driver that reaches it; ``cycles`` that may be seen are to be made, then ``over``."""

    handshake: str
    cycles: int
    dice: Dice
    whole: bool = True
    number: int = 0
    made: list[int] = field(default_factory=list)
    overruns: list[tuple[int, int]] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    written: set[str] = field(default_factory=set)
    stored: int = 0

    def __post_init__(self) -> None:
        self.resolved = resolved_of(self.handshake)
        self.values: dict[str, object] = {"verdict": "OK", "purpose": "first", "lot": "", "serial": "", "m1": 25}
        self.values |= {"recipe": "", "tool": ""}
        self.values = {
            point.name: self.values.get(point.name, 0) for point in CELL.points if "permit" not in point.name
        }
        self.raw = {name: encode(self.resolved.points[name], value) for name, value in self.values.items()}

    # --- the controller ------------------------------------------------------------------------------------------

    def put(self, **values) -> None:
        for name, value in values.items():
            self.values[name] = value
            self.raw[name] = encode(self.resolved.points[name], value)

    def go_on(self) -> None:
        """What the controller does in one scan."""
        turn = {"four-phase": self._levels, "toggle": self._toggle, "status-byte": self._status}
        turn.get(self.handshake, self._count)()

    def _levels(self) -> None:
        trigger, acknowledge = self.values["trigger"], self.values["acknowledge"]
        if trigger and acknowledge:
            self.put(trigger=0)
        elif not trigger and not acknowledge and self._finish():
            self.put(trigger=1)

    def _toggle(self) -> None:
        if self.values["trigger"] == self.values["acknowledge"] and self._finish():
            self.put(trigger=1 - self.values["trigger"])

    def _status(self) -> None:
        status = self.values["trigger"]
        if status == 4:
            self.put(trigger=0)
        elif status == 8 or (status == 0 and self._finish()):
            self.put(trigger=1)

    def _count(self) -> None:
        if self.stored == self.number:
            self._finish()

    def _finish(self) -> bool:
        """A cycle is over, and perhaps some before it that nobody could see; False when all are made."""
        if len(self.made) == self.cycles:
            self.over.set()
            return False
        if self.made and self.dice.falls(self.dice.overrun):
            first, self.number = self.number + 1, self.number + self.dice.random.randint(1, 4)
            self.overruns.append((first, self.number))
        self.number += 1
        self.made.append(self.number)
        self.put(cycle=self.number, serial=f"S{self.number}")
        return True

    # --- the way to it -------------------------------------------------------------------------------------------

    async def connect(self) -> None:
        await self._on_the_way()

    async def read(self, points):
        await self._on_the_way()
        samples = {}
        for point in points:
            samples[point.name] = Sample(point=point.name, raw=self.raw[point.name])
            if not self.whole and self.dice.falls(0.2):
                self.go_on()
        await self._on_the_way()
        return samples

    def one_read(self, points) -> bool:
        return self.whole

    async def write(self, point, value) -> None:
        await self._on_the_way()
        self.put(**{point.name: value})
        self.written.add(point.name)
        await self._on_the_way()

    async def close(self) -> None:
        pass

    async def _on_the_way(self) -> None:
        for _ in range(self.dice.random.randint(0, 2)):
            self.go_on()
        self.dice.dies()
        if self.dice.falls(0.05):
            await asyncio.sleep(0)
        if self.dice.falls(self.dice.cut):
            raise DeviceUnreachable("cell", "memory", "the connection broke", "nothing")


class RiskyOutbox:
    """An outbox whose user may die before, during and after storing, and whose disk may refuse."""

    def __init__(self, outbox, cell: Cell) -> None:
        self._outbox = outbox
        self._cell = cell
        self.left_behind: list[asyncio.Task] = []

    async def find_cycle(self, station, key):
        self._cell.dice.dies()
        found = await self._outbox.find_cycle(station, key)
        if found is not None:
            self._cell.stored = key.cycle
        return found

    async def append(self, submission):
        dice = self._cell.dice
        dice.dies()
        if dice.falls(dice.full_disk):
            raise StorageRefused("the disk is full")
        if dice.falls(dice.death):
            self.left_behind.append(asyncio.create_task(self._outbox.append(submission)))
            await asyncio.sleep(0)
            raise Death
        stored = await self._outbox.append(submission)
        dice.dies()
        self._cell.stored = submission.key.cycle
        return stored
