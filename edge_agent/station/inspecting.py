"""The pictures of a cycle, judged by the station's inspection programs.

What the programs measure become measurements of the control plan's characteristics, as if a gauge had told them; what
they decide joins the controller's verdict. One proven defect outweighs everything; what cannot be decided outweighs
OK. A controller that has no opinion (UNDEFINED) leaves the verdict to the programs.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Protocol

import msgspec

from edge_agent.acquisition.cycle import CycleData
from edge_agent.config.settings import Inspection, Station
from edge_agent.log import say
from edge_agent.station.album import Album
from traceability.encoding import SHA256_PREFIX
from traceability.measurement import Characteristic, Measurement, Status
from traceability.record.production import Picture
from traceability.unit import Verdict
from vision.inspect.result import Inspection as Answer
from vision.inspect.result import StepResult, Why
from vision.inspect.result import Verdict as Judged
from vision.inspection_process import InspectionProcess

_LOG = logging.getLogger(__name__)
_ROUNDING = Context(prec=60, rounding=ROUND_HALF_EVEN)
_EXACT_IN_JSON = 2**53


class Inspected(msgspec.Struct, frozen=True, kw_only=True):
    """What the programs say about a cycle; ``verdict`` None: nothing was inspected."""

    verdict: Verdict | None = None
    measurements: tuple[Measurement, ...] = ()
    defect: str = ""


NOT_INSPECTED = Inspected()


class PictureInspector(Protocol):
    """One program; a process of its own in production."""

    def inspect(self, picture_bytes: bytes, within: float) -> Answer:
        """The answer about a picture; never raises for what is in it."""


class CycleInspector:
    """The programs of one station, each with what runs it."""

    def __init__(self, station: str, programs: Sequence[tuple[Inspection, PictureInspector]], album: Album) -> None:
        self._station = station
        self._programs = tuple(programs)
        self._album = album

    async def inspect(self, pictures: Iterable[Picture]) -> Inspected:
        """All programs on the pictures of their positions, one after the other."""
        by_position = {picture.position: picture for picture in pictures}
        answers = [
            (inspection, await asyncio.to_thread(self._one, inspection, inspector, by_position))
            for inspection, inspector in self._programs
        ]
        for inspection, answer in answers:
            if answer.why in (Why.PROCESS_FAILED, Why.PROGRAM_REFUSED):
                say(
                    _LOG, logging.ERROR, "an inspection program does not work", station=self._station,
                    program=inspection.program, reason=answer.detail, next="results are not decidable until it does",
                )  # fmt: skip
        return inspected_of(answers)

    def _one(self, inspection: Inspection, inspector: PictureInspector, pictures: dict[str, Picture]) -> Answer:
        picture = pictures.get(inspection.position)
        if picture is None:
            return _undecided(inspection, Why.NO_PICTURE, "no picture was taken")
        place = self._album.find(picture.sha256.removeprefix(SHA256_PREFIX))
        try:
            content = None if place is None else place.read_bytes()
        except OSError as error:
            return _undecided(inspection, Why.NO_PICTURE, f"the picture cannot be read: {error.strerror}")
        if content is None:
            return _undecided(inspection, Why.NO_PICTURE, "the picture is not kept any more")
        return inspector.inspect(content, inspection.timeout)


def inspected_of(answers: Sequence[tuple[Inspection, Answer]]) -> Inspected:
    """The programs' answers, in the words of a result."""
    if not answers:
        return NOT_INSPECTED
    verdict = Verdict.OK
    for _, answer in answers:
        verdict = joined(verdict, Verdict(answer.verdict))
    return Inspected(
        verdict=verdict,
        measurements=tuple(found for inspection, answer in answers for found in _measured(inspection, answer)),
        defect="; ".join(filter(None, (_defect(inspection, answer) for inspection, answer in answers))),
    )


def joined(controller: Verdict, inspection: Verdict | None) -> Verdict:
    """The verdict of both."""
    if inspection is None:
        return controller
    if controller is Verdict.UNDEFINED:
        return inspection
    for verdict in (Verdict.NOT_OK, Verdict.NOT_DECIDABLE):
        if verdict in (controller, inspection):
            return verdict
    return Verdict.OK


def with_inspection(cycle: CycleData, inspected: Inspected) -> CycleData:
    """The cycle with the verdict of both, and with what was found wrong."""
    if inspected.verdict is None:
        return cycle
    verdict = joined(cycle.verdict, inspected.verdict)
    return msgspec.structs.replace(cycle, verdict=verdict, finding=inspected.defect)


class InspectionPool:
    """The processes that inspect: one for each program of each station, started when the first picture comes."""

    def __init__(self) -> None:
        self._processes: dict[tuple[str, str], InspectionProcess] = {}

    def process(self, station: str, inspection: Inspection) -> InspectionProcess:
        """A new process for the station's position; the one before, of an older program perhaps, ends."""
        key = (station, inspection.position)
        if key in self._processes:
            self._processes[key].close()
        self._processes[key] = InspectionProcess(
            inspection.program, inspection.digest, name=inspection.name, version=inspection.version
        )
        return self._processes[key]

    def close(self) -> None:
        """End them all."""
        for process in self._processes.values():
            process.close()


def inspector_of(station: Station, album: Album, pool: InspectionPool) -> CycleInspector | None:
    """What inspects the station's pictures; None where nothing is inspected."""
    if not station.inspections:
        return None
    programs = [(one, pool.process(station.name, one)) for one in station.inspections]
    return CycleInspector(station.name, programs, album)


def _undecided(inspection: Inspection, why: Why, detail: str) -> Answer:
    return Answer(
        verdict=Judged.NOT_DECIDABLE,
        name=inspection.name,
        version=inspection.version,
        program=inspection.digest,
        why=why,
        detail=detail,
    )


def _measured(inspection: Inspection, answer: Answer) -> Iterable[Measurement]:
    steps = {step.id: step for step in answer.steps}
    for name, characteristic in inspection.measurements.items():
        yield _measurement(steps.get(name), characteristic)


def _measurement(step: StepResult | None, characteristic: Characteristic) -> Measurement:
    """Rounded half to even to the characteristic's resolution, with the value as it was beside it."""
    bad = Measurement(
        characteristic=characteristic.id,
        value=None,
        decimals=characteristic.decimals,
        uom=characteristic.uom,
        status=Status.BAD,
    )
    if step is None or step.value is None or step.uom != characteristic.uom:
        return bad
    number = Decimal(str(step.value))
    scaled = number.scaleb(characteristic.decimals, _ROUNDING)
    rounded = scaled.to_integral_value(context=_ROUNDING)
    if abs(rounded) >= _EXACT_IN_JSON:
        return bad
    return msgspec.structs.replace(
        bad,
        value=int(rounded),
        status=Status.UNCERTAIN if step.why is Why.UNCERTAIN else Status.GOOD,
        raw=None if rounded == scaled else str(number),
    )


def _defect(inspection: Inspection, answer: Answer) -> str:
    """What is wrong, as short as a person at the line needs it."""
    if answer.verdict is Judged.OK:
        return ""
    failing = [_words(step) for step in answer.steps if step.verdict is not Judged.OK]
    why = f"{answer.why}: {answer.detail}" if answer.why else ", ".join(failing)
    return f"{inspection.position} {inspection.name} {inspection.version}: {why}"


def _words(step: StepResult) -> str:
    if step.value is None:
        return f"{step.id} {step.why or step.verdict}"
    low = "" if step.lsl is None else f"{step.lsl:g} <= "
    high = "" if step.usl is None else f" <= {step.usl:g}"
    return f"{step.id} {step.value:g} {step.uom} ({low}x{high})"
