"""The picture with what was found drawn in: green what is in order, red what is not, amber what is not decided."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.inspect.frame import Colour
from vision.inspect.result import Inspection, Mark, StepResult, Verdict

_COLOURS = {Verdict.OK: (60, 170, 40), Verdict.NOT_OK: (40, 40, 220), Verdict.NOT_DECIDABLE: (0, 150, 230)}
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_SHIFT = 4
"""Bits of the fraction in which points are drawn."""


def overlay(colour: Colour, inspection: Inspection) -> Colour:
    """A copy of the picture with marks and a line of text for each step."""
    drawn = colour.copy()
    thick = max(1, round(min(colour.shape[:2]) / 500))
    for step in inspection.steps:
        for mark in step.marks:
            _draw(drawn, mark, _COLOURS[step.verdict], thick)
    size = max(0.35, min(colour.shape[:2]) / 1100)
    place = f" at {inspection.place.angle:+.1f} deg" if inspection.place else ""
    head = f"{inspection.name} {inspection.version}: {inspection.verdict}{place} {inspection.why or ''}"
    lines = [(head, inspection.verdict), *((_line(step), step.verdict) for step in inspection.steps)]
    for number, (line, verdict) in enumerate(lines, 1):
        at = (round(8 * size / 0.4), round(number * 42 * size))
        (wide, high), below = cv2.getTextSize(line, _FONT, size, thick)
        cv2.rectangle(drawn, (at[0] - 3, at[1] - high - 3), (at[0] + wide + 3, at[1] + below), (245, 245, 245), -1)
        cv2.putText(drawn, line, at, _FONT, size, _COLOURS[verdict], thick, cv2.LINE_AA)
    return drawn


def _draw(drawn: NDArray[np.uint8], mark: Mark, colour: tuple[int, int, int], thick: int) -> None:
    points = np.rint(np.array(mark.points) * (1 << _SHIFT)).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(drawn, [points], mark.closed, colour, thick, cv2.LINE_AA, _SHIFT)


def _line(step: StepResult) -> str:
    """Plain ASCII: the drawing font has nothing else."""
    value = "" if step.value is None else f" {step.value:.4g} {step.uom}"
    spread = "" if step.expanded is None else f" +/-{step.expanded:.2g}"
    return f"{step.id}: {step.verdict}{value}{spread} {step.why or ''}".encode("ascii", "replace").decode()
