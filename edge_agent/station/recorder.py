"""Makes one cycle durable: identities, measurements, records, in this order; done twice it stores once."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from edge_agent.acquisition.counting import Counting, Jump
from edge_agent.acquisition.cycle import CycleData, CycleKey
from edge_agent.acquisition.measure import measure
from edge_agent.alarm.words import alarm_words
from edge_agent.config.settings import Station
from edge_agent.log import say
from edge_agent.outbox.results import LostResult, Stored
from edge_agent.outbox.store import Outbox
from edge_agent.plans import Plans
from edge_agent.station.device_clock import DeviceClock, happened
from edge_agent.station.handshakes.actions import ErrorCode
from edge_agent.station.identity import Identities, Shot, code_shot, from_controller, from_shots, with_seen
from edge_agent.station.inspecting import NOT_INSPECTED, CycleInspector, with_inspection
from edge_agent.station.marks import measured_marks
from edge_agent.station.planned import planned_station, planned_values
from edge_agent.station.recent import Recent
from edge_agent.station.result import Made, submission_of
from traceability.measurement import Measurement
from traceability.unit import Verdict

_LOG = logging.getLogger(__name__)


class IdentityReader(Protocol):
    """What sees the codes of a cycle: cameras or a code reader."""

    async def shots(self, cycle: int) -> list[Shot]:
        """What each position shows, the unit's first; the same again when it is asked again for one cycle."""

    def tidy(self, cycle: int, verdict: Verdict | None = None) -> None:
        """The cycle is stored, with this verdict if that is known: what was kept for it may go."""


class Recorder:
    """The way of one station's cycles into the outbox."""

    def __init__(
        self,
        station: Station,
        plans: Plans,
        outbox: Outbox,
        camera: IdentityReader | None,
        *,
        clock: Callable[[], datetime],
        random_bytes: Callable[[int], bytes],
        recent: Recent | None = None,
        inspector: CycleInspector | None = None,
    ) -> None:
        self._station = station
        self._plans = plans
        self._outbox = outbox
        self._camera = camera
        self._clock = clock
        self._random_bytes = random_bytes
        self._recent = recent
        self._inspector = inspector
        self._resumed = True
        self.device_clock = DeviceClock(station.name, clock)
        self._nameless_lots = False
        self._clock_was_right: bool | None = None

    async def record(self, cycle: CycleData, counting: Counting | None = None, lost: tuple[Jump, ...] = ()) -> Stored:
        """Store a cycle, or find that it is stored; StorageRefused when it cannot be.

        With ``counting``, cycle numbers that are missing before this one become loss entries with it, and so does
        what the device itself told to be ``lost``.
        """
        stored, verdict = None, None
        if self._camera is not None:  # its pictures may be gone; without one the append itself finds what is stored
            stored = await self._outbox.find_cycle(self._station.name, cycle.key)
        if stored is None:
            stored, verdict = await self._store(cycle, counting, lost)
        self._resumed = False
        if self._camera is not None:
            self._camera.tidy(cycle.cycle, verdict)
        return stored

    async def record_lost(self, key: CycleKey, lost: tuple[Jump, ...]) -> Stored:
        """Store that what a source told is lost; done twice it is stored once. StorageRefused when it cannot be."""
        name, outcome = self._new_id(), ErrorCode.UNREADABLE
        loss = LostResult(station=self._station.name, key=key, name=name, lost=lost, outcome=outcome)
        return await self._outbox.append_loss(loss)

    def _new_id(self) -> str:
        return UUID(bytes=self._random_bytes(16), version=4).urn

    async def _store(
        self, cycle: CycleData, counting: Counting | None, lost: tuple[Jump, ...]
    ) -> tuple[Stored, Verdict]:
        identities = await self._identities(cycle)
        at = self._clock()
        plan = self._plans.at(await self._happened(cycle, at))
        made = Made(result=self._new_id(), at=at, part=self._plans.part, plan=plan.id)
        inspected = NOT_INSPECTED if self._inspector is None else await self._inspector.inspect(identities.pictures)
        station = planned_station(self._station, plan)
        measured = [
            *self._measured(station, cycle),
            *self._marks(station, identities),
            *planned_values(self._station, inspected.measurements, plan),
        ]
        submission = submission_of(self._station, with_inspection(cycle, inspected), measured, identities, made)
        submission = msgspec.structs.replace(submission, counting=counting, resumed=self._resumed, lost=lost)
        stored = await self._outbox.append(submission)
        if self._recent is not None and stored.fresh:
            self._recent.add(submission)
        self._speak_of(cycle, stored, submission.result.defect)
        return stored, submission.result.verdict

    async def _happened(self, cycle: CycleData, now: datetime) -> datetime:
        """When the cycle was over: where there are several plans, one that the device kept is judged by its own."""
        if len(self._plans.versions) == 1:
            return now
        station = self._station.name
        if self._clock_was_right is None:
            self._clock_was_right = await self._outbox.clock_was_right(station)
        found = happened(cycle, now, was_right=self._clock_was_right)
        if found.right not in (None, self._clock_was_right):
            await self._outbox.note_clock(station, right=bool(found.right))
            self._clock_was_right = found.right
        return found.at

    async def _identities(self, cycle: CycleData) -> Identities:
        part, rules = self._plans.part, self._station.symbols
        if self._camera is not None:
            return self._from_camera(cycle.serial, await self._camera.shots(cycle.cycle))
        if cycle.code is None:
            return from_controller(part, cycle.serial)
        codes = [(cycle.code, cycle.symbology)] if cycle.code else []
        return from_shots(part, cycle.serial, [code_shot("unit", self._station.device, codes, rules=rules)])

    def _from_camera(self, serial: str, shots: Sequence[Shot]) -> Identities:
        camera, part = self._station.camera, self._plans.part
        unread = frozenset[str]() if camera is None else camera.unread
        naming = [shot for shot in shots if shot.position not in unread]
        named = from_shots(part, serial, naming) if naming else from_controller(part, serial)
        return with_seen(named, [shot for shot in shots if shot.position in unread])

    def _measured(self, station: Station, cycle: CycleData) -> list[Measurement]:
        points = station.resolved.points
        return [
            measure(cycle.samples[name], points[name], characteristic)
            for name, characteristic in station.measurements.items()
        ]

    def _marks(self, station: Station, identities: Identities) -> Iterable[Measurement]:
        camera = station.camera
        return () if camera is None else measured_marks(camera, identities.pictures)

    def _speak_of(self, cycle: CycleData, stored: Stored, defect: str | None) -> None:
        if stored.outcome != ErrorCode.RECORDED:
            say(
                _LOG, logging.WARNING, "recorded as not decidable", station=self._station.name, cycle=cycle.key.cycle,
                reason=defect, next="look at label, camera and the controller's serial",
            )  # fmt: skip
        for jump in stored.jumps:
            say(
                _LOG, logging.WARNING, "the cycle counter jumped; the loss is recorded", station=self._station.name,
                lost=jump.count, first=jump.first, last=jump.last, reason=jump.reason,
            )  # fmt: skip
        for alarm in stored.alarms:
            say(
                _LOG, logging.WARNING, "early warning", station=self._station.name, alarm=alarm_words(alarm),
                next=f"answer it: zhuoyue-agent alarm acknowledge … {alarm.id.removeprefix('alarm:')}",
            )  # fmt: skip
        if cycle.lot is not None and self._station.lot is None and not self._nameless_lots:
            self._nameless_lots = True
            say(
                _LOG, logging.WARNING, "the controller names lots of unknown material; they are not recorded",
                station=self._station.name, lot=cycle.lot, next="set lot_part of the station to the material's GTIN",
            )  # fmt: skip
