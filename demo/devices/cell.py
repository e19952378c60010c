"""A controller working off its part of the story, whatever protocol it speaks.

Every station is a task of its own; units pass from station to station in order. All that must survive a restart is in
the retained memory, so the process may be killed at any moment.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from demo.counts import RetainedMemory
from demo.devices.handshake import offer, withdraw
from demo.stock import Shipped, Stock
from demo.story.shape import Job, Line, Pass, Step
from demo.story.tooling import made_with
from edge_agent.simulate.memory import Memory
from firmware_profiles.format import Value
from traceability.unit import Verdict

UPSTREAM_S = 0.01  # how often a station looks whether its next unit has come
NOT_READ = (2, 3)  # error words: recorded, but the code was not read or named no unit


class Camera(Protocol):
    """Takes the pictures of a cycle before the cycle is offered."""

    async def shoot(self, station: str, cycle: int, labels: dict[str, Shipped], ruined: str | None) -> None:
        """One picture per position."""


class CellSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a controller works on: its line, its jobs, the data folder, its clock."""

    line: Line
    jobs: tuple[Job, ...]
    data: Path
    clock: Callable[[], datetime]


class Cell:
    """The controller of one line."""

    def __init__(self, settings: CellSettings, points: dict[str, Memory], camera: Camera | None = None) -> None:
        self._line = settings.line
        self._jobs = settings.jobs
        self._clock = settings.clock
        self._points = points
        self._camera = camera
        operations = tuple(step.operation.id for step in settings.line.steps)
        self._memory = RetainedMemory(settings.data, settings.line.name, operations, len(settings.jobs))
        self._ships = Stock(settings.data, settings.line.ships)
        self._takes = {kind: Stock(settings.data, kind) for kind in settings.line.takes}

    async def run(self) -> None:
        """Work off all jobs; returns when the last unit has left the line."""
        async with asyncio.TaskGroup() as stations:
            for place, step in enumerate(self._line.steps):
                stations.create_task(self._station(place, step))

    async def _station(self, place: int, step: Step) -> None:
        station = self._memory.counts.stations[step.operation.id]
        while station.job < len(self._jobs):
            job = self._jobs[station.job]
            labels = await self._arrival(place, job)
            turns = job.passes[step.operation.id]
            while station.done < len(turns):
                await self._cycle(step, job, turns[station.done], labels)
            self._depart(place, step, job)

    async def _arrival(self, place: int, job: Job) -> dict[str, Shipped]:
        """Wait for the unit from the station before, or for the goods that the first station joins."""
        if place > 0:
            before = self._memory.counts.stations[self._line.steps[place - 1].operation.id]
            while before.job <= job.index:  # noqa: ASYNC110 - a controller scans its memory
                await asyncio.sleep(UPSTREAM_S)
            return {}
        labels = {"unit": Shipped(gtin=self._line.gtin, serial=job.serial)}
        for kind, stock in self._takes.items():
            while (unit := stock.unit(job.index)) is None:  # noqa: ASYNC110 - goods arrive in a file
                await asyncio.sleep(UPSTREAM_S)
            labels[kind] = unit
        return labels

    async def _cycle(self, step: Step, job: Job, turn: Pass, labels: dict[str, Shipped]) -> None:
        operation = step.operation.id
        station = self._memory.begin(operation, int(self._clock().timestamp() * 1000))
        if self._camera is not None and step.labels:
            ruined = turn.ruined if station.undecided == 0 else None
            await self._camera.shoot(operation, station.cycle, labels, ruined)
        points = self._points[operation]
        assert station.offered_ms is not None
        error = await offer(points, _data(job, turn, station.cycle, station.offered_ms) | made_with(step, job))
        self._memory.complete(operation, Verdict.NOT_DECIDABLE if error in NOT_READ else turn.verdict)
        await withdraw(points)

    def _depart(self, place: int, step: Step, job: Job) -> None:
        shipped = job.good and place == len(self._line.steps) - 1
        if shipped:
            self._ships.put(Shipped(gtin=self._line.gtin, serial=job.serial))
        self._memory.leave(step.operation.id, shipped=shipped)


def _data(job: Job, turn: Pass, cycle: int, time_ms: int) -> dict[str, Value]:
    return {
        "cycle": cycle,
        "cycle_time": time_ms,
        "verdict": turn.verdict.value,
        "flags": 0,
        "purpose": turn.purpose.value,
        "defect": turn.defect,
        "serial": job.serial,
        "lot": job.lot or "",
        **turn.values,
    }
