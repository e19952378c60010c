"""Makes one cycle durable: identities, measurements, records, in this order; done twice it stores once."""

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from edge_agent.acquisition.cycle import CycleData
from edge_agent.acquisition.measure import measure
from edge_agent.config.settings import Station
from edge_agent.log import say
from edge_agent.outbox.results import Stored
from edge_agent.outbox.store import Outbox
from edge_agent.station.camera import CycleCamera
from edge_agent.station.handshake import ErrorCode
from edge_agent.station.identity import Identities, from_controller, from_shots
from edge_agent.station.result import Made, submission_of
from traceability.measurement import Measurement

_LOG = logging.getLogger(__name__)


class Production(msgspec.Struct, frozen=True, kw_only=True):
    """What all stations of an agent share: the part they make (GTIN and identity) and the control plan in force."""

    gtin: str
    part: str
    plan: str


class Recorder:
    """The way of one station's cycles into the outbox."""

    def __init__(
        self,
        station: Station,
        production: Production,
        outbox: Outbox,
        camera: CycleCamera | None,
        *,
        clock: Callable[[], datetime],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._station = station
        self._production = production
        self._outbox = outbox
        self._camera = camera
        self._clock = clock
        self._random_bytes = random_bytes
        self._nameless_lots = False

    async def record(self, cycle: CycleData) -> Stored:
        """Store a cycle, or find that it is stored; StorageRefused when it cannot be."""
        stored = await self._outbox.find_cycle(self._station.name, cycle.key)
        if stored is None:
            stored = await self._store(cycle)
        if self._camera is not None:
            self._camera.tidy(cycle.cycle)
        return stored

    async def _store(self, cycle: CycleData) -> Stored:
        identities = await self._identities(cycle)
        made = Made(
            result=UUID(bytes=self._random_bytes(16), version=4).urn,
            at=self._clock(),
            part=self._production.part,
            plan=self._production.plan,
        )
        submission = submission_of(self._station, cycle, self._measured(cycle), identities, made)
        stored = await self._outbox.append(submission)
        self._speak_of(cycle, stored, submission.result.defect)
        return stored

    async def _identities(self, cycle: CycleData) -> Identities:
        if self._camera is None:
            return from_controller(self._production.gtin, cycle.serial)
        return from_shots(self._production.gtin, cycle.serial, await self._camera.shots(cycle.cycle))

    def _measured(self, cycle: CycleData) -> list[Measurement]:
        points = self._station.resolved.points
        return [
            measure(cycle.samples[name], points[name], characteristic)
            for name, characteristic in self._station.measurements.items()
        ]

    def _speak_of(self, cycle: CycleData, stored: Stored, defect: str | None) -> None:
        if stored.outcome != ErrorCode.RECORDED:
            say(
                _LOG, logging.WARNING, "recorded as not decidable", station=self._station.name, cycle=cycle.cycle,
                reason=defect, next="look at label, camera and the controller's serial",
            )  # fmt: skip
        if cycle.lot is not None and self._station.lot is None and not self._nameless_lots:
            self._nameless_lots = True
            say(
                _LOG, logging.WARNING, "the controller names lots of unknown material; they are not recorded",
                station=self._station.name, lot=cycle.lot, next="set lot_part of the station to the material's GTIN",
            )  # fmt: skip
