"""One picture through a program."""

from collections.abc import Callable

import cv2
import msgspec
import numpy as np

from vision.calibrate.camera import Calibration
from vision.errors import PictureRefused, ProgramRefused
from vision.inspect.frame import Frame, load_frame
from vision.inspect.locate.registry import locator_of
from vision.inspect.metric import Metric, combined
from vision.inspect.pose import place_of
from vision.inspect.program import Program, Step
from vision.inspect.result import COVERAGE, Finding, Inspection, StepResult, StepUndecided, Verdict, Why, worst
from vision.inspect.scene import Scene
from vision.inspect.steps.registry import limits_of, perform
from vision.inspect.steps.text import TextReaders
from vision.inspect.taught import Taught
from vision.picture import Grey, PictureLimits

Clock = Callable[[], float]
"""Seconds from any origin, never going back."""

_LIMITS = PictureLimits()
DARK = 2.0
"""A picture whose grey levels deviate less than this shows nothing."""
LONGEST = 300
DIGITS = 6
"""Decimals to which values are given; a camera knows far fewer."""


UNFOCUSED = 0.3
"""Share of the reference's sharpness from which focus, not the part, is what differs."""


def sharpness(grey: Grey) -> float:
    """The steepest edges, per pixel, as a share of the picture's contrast: light changes both alike."""
    calm = cv2.GaussianBlur(grey, (0, 0), 1.0)
    across, down = (cv2.Sobel(calm, cv2.CV_32F, x, 1 - x, scale=0.125) for x in (1, 0))
    # Every fourth pixel in rows and columns tells the levels, every second one the edges.
    low, high = (float(level) for level in np.percentile(calm[::4, ::4], (0.5, 99.5)))
    return float(np.percentile(cv2.magnitude(across, down)[::2, ::2], 99.8)) / max(high - low, 1.0)


class Inspector:
    """A loaded program, ready for pictures; what costs time (features of the reference, networks) is kept.

    Raises:
        ProgramRefused: the reference picture lacks what the part is located by.
    """

    def __init__(
        self,
        program: Program,
        taught: Taught,
        *,
        digest: str = "",
        calibration: Calibration | None = None,
        readers: TextReaders | None = None,
        limits: PictureLimits = _LIMITS,
        clock: Clock | None = None,
    ) -> None:
        self.program = program
        self.digest = digest
        self._taught = taught
        self._metric = Metric(calibration)
        self._readers = readers or TextReaders()
        self._limits = limits
        self._clock = clock
        self._sharpness = max(sharpness(taught.reference.grey), 1e-6)
        try:
            self._locate = locator_of(program.locate, taught.reference)
        except StepUndecided as refused:
            advice = "teach with a picture that shows it"
            raise ProgramRefused(
                f"the reference picture: {refused.detail}", where=program.name, advice=advice
            ) from None

    def inspect(self, data: bytes) -> Inspection:
        """The answer about the bytes of a picture file. Never raises for what is in them."""
        begun = self._clock() if self._clock else None
        try:
            frame = load_frame(data, self._limits, self.program.picture.bits)
        except PictureRefused as refusal:
            return self._undecided(Why.PICTURE_REFUSED, str(refusal), begun)
        return self._answer(frame, begun)

    def inspect_frame(self, frame: Frame) -> Inspection:
        """The answer about a picture that is decoded already."""
        return self._answer(frame, self._clock() if self._clock else None)

    def _answer(self, frame: Frame, begun: float | None) -> Inspection:
        wanted, (height, width) = self.program.picture, frame.grey.shape
        if (width, height) != (wanted.width, wanted.height):
            what = f"the picture has {width} x {height} pixels; the program is for {wanted.width} x {wanted.height}"
            return self._undecided(Why.WRONG_SIZE, what, begun)
        if float(frame.grey.std()) < DARK:
            return self._undecided(Why.BLANK, f"all is grey level {float(frame.grey.mean()):.0f}", begun)
        try:
            located = self._locate(frame)
        except (StepUndecided, np.linalg.LinAlgError, cv2.error) as refused:
            detail = refused.detail if isinstance(refused, StepUndecided) else str(refused)
            return self._undecided(Why.NOT_LOCATED, detail, begun)
        sharp = sharpness(frame.grey) / self._sharpness
        if sharp < UNFOCUSED:
            what = f"edges are {sharp:.0%} as steep as in the reference picture"
            return self._undecided(Why.UNFOCUSED, what, begun)
        scene = Scene(frame=frame, pose=located.pose, taught=self._taught, metric=self._metric, circles={})
        steps = tuple(self._step(step, scene) for step in self.program.step)
        return msgspec.structs.replace(
            self._undecided(None, "", begun),
            verdict=worst(tuple(step.verdict for step in steps)),
            place=place_of(located.pose, width, height, located.score),
            steps=steps,
        )

    def _step(self, step: Step, scene: Scene) -> StepResult:
        lsl, usl = limits_of(step, self._taught)
        kind = str(step.__struct_config__.tag)
        plain = StepResult(id=step.id, kind=kind, verdict=Verdict.NOT_DECIDABLE, lsl=lsl, usl=usl)
        try:
            found = perform(step, scene, self._readers)
        except StepUndecided as undecided:
            return msgspec.structs.replace(plain, why=undecided.why, detail=undecided.detail)
        except (cv2.error, np.linalg.LinAlgError) as error:
            return msgspec.structs.replace(plain, why=Why.STEP_FAILED, detail=str(error)[:LONGEST])
        u = combined(found.budget)
        judged = _judged(found, lsl, usl, None if u is None else COVERAGE * u, self.program.decision == "guarded")
        return msgspec.structs.replace(
            plain,
            verdict=judged,
            value=None if found.value is None else round(found.value, DIGITS),
            uom=found.uom,
            expanded=None if u is None else round(COVERAGE * u, DIGITS),
            budget=found.budget,
            why=Why.UNCERTAIN if judged is Verdict.NOT_DECIDABLE else None,
            detail=found.detail,
            text=found.text,
            marks=found.marks,
        )

    def _undecided(self, why: Why | None, detail: str, begun: float | None) -> Inspection:
        return Inspection(
            verdict=Verdict.NOT_DECIDABLE,
            name=self.program.name,
            version=self.program.version,
            program=self.digest,
            why=why,
            detail=detail,
            elapsed=self._clock() - begun if self._clock and begun is not None else None,
        )


def _judged(found: Finding, lsl: float | None, usl: float | None, expanded: float | None, guarded: bool) -> Verdict:
    """By the limits; ``guarded`` asks for proof either way (ISO 14253-1: conformity, non-conformity, neither)."""
    if found.value is None:
        return Verdict.NOT_DECIDABLE
    guard = (expanded or 0.0) if guarded else 0.0
    value = round(found.value, DIGITS)
    if any(limit is not None and abs(value - limit) < guard for limit in (lsl, usl)):
        return Verdict.NOT_DECIDABLE
    outside = (lsl is not None and value < lsl) or (usl is not None and value > usl)
    return Verdict.NOT_OK if outside else Verdict.OK
