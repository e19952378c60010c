"""One simulated station: cycle after cycle where its profile has a handshake, fresh values all the time where not."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import msgspec

from edge_agent.simulate.controller import CONTROLLERS
from edge_agent.simulate.faults import Fault, FaultPlan
from edge_agent.simulate.memory import Memory
from edge_agent.simulate.plausible import Plausible
from firmware_profiles.encode import encode
from firmware_profiles.errors import EncodeFault
from firmware_profiles.format import DataType, Point, Profile, Value

_GOOD_SHARE = 0.95
_DEFECT = 17
_CONTROL = frozenset({"trigger", "acknowledge", "error", "status"})
_LATE_SHARE = 2  # every second value of a torn cycle comes late


class Clocks(msgspec.Struct, frozen=True, kw_only=True):
    """The present (UTC), and seconds that only grow."""

    wall: Callable[[], datetime]
    monotonic: Callable[[], float]


class Station:
    """``period`` is the time of one cycle in seconds; ``cycle`` the number of the last one shown."""

    def __init__(
        self,
        profile: Profile,
        memory: Memory,
        *,
        plan: FaultPlan,
        period: float,
        clocks: Clocks,
        uniform: Callable[[], float],
    ) -> None:
        self._profile = profile
        self._memory = memory
        self._plan = plan
        self._period = period
        self._clocks = clocks
        self._uniform = uniform
        self._plausible = Plausible(profile, uniform)
        self._roles = {name: role for role, name in profile.roles.items()}
        self._began = clocks.monotonic()
        self.cycle = 0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.step()
            await asyncio.sleep(self._period)

    async def step(self) -> None:
        """One cycle, or one set of fresh values."""
        fault = self._plan.active(self._elapsed)
        swapped = fault is Fault.WORD_SWAP
        if not self._profile.roles:
            await self._memory.put(self._values(fault), swapped=swapped)
            return
        self.cycle += 1
        values = self._values(fault)
        late = self._late(values) if fault is Fault.TORN_READ else {}
        show = CONTROLLERS[self._profile.handshake]
        if swapped:
            await self._memory.put(values, swapped=True)
            values = {self._profile.roles["cycle"]: self.cycle}
        await show(self._memory, self._profile.roles, values, late)

    @property
    def _elapsed(self) -> float:
        return self._clocks.monotonic() - self._began

    def _values(self, fault: Fault | None) -> dict[str, Value]:
        good = self._uniform() < _GOOD_SHARE
        now = 0 if fault is Fault.CLOCK_JUMP else int(self._clocks.wall().timestamp() * 1000)
        values = {point.name: self._value(point, now, good) for point in self._profile.points if self._shown(point)}
        return {name: value for name, value in values.items() if _fits(self._profile.point(name), value)}

    def _shown(self, point: Point) -> bool:
        return self._roles.get(point.name) not in _CONTROL and not point.writable

    def _value(self, point: Point, now: int, good: bool) -> Value:
        told: dict[str, Value] = {
            "cycle": self.cycle,
            "serial": f"SIM{self.cycle:06d}" if point.type is DataType.STRING else self.cycle,
            "cycle_time": now,
            "verdict": "OK" if good else "NOT_OK",
            "purpose": "first",
            "flags": 0,
            "defect": 0 if good else _DEFECT,
        }
        role = self._roles.get(point.name, "")
        return told[role] if role in told else self._plausible.value(point, self._elapsed, now)

    def _late(self, values: dict[str, Value]) -> dict[str, Value]:
        measured = [name for name in values if name not in self._roles]
        return {name: values.pop(name) for name in measured[::_LATE_SHARE]}


def _fits(point: Point, value: Value) -> bool:
    """Whether the type can hold it; a swing past the end of a type is left out, and the last value stays."""
    try:
        encode(msgspec.structs.replace(point, bit=None, mask=None), value)
    except EncodeFault:
        return False
    return True
