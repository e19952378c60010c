"""The kinds of steps, in one visible table."""

from collections.abc import Callable, Mapping
from typing import Any

from vision.inspect.program import (
    Anomaly,
    Blob,
    Circle,
    Colour,
    Differing,
    Pitch,
    Presence,
    Step,
    Surface,
    Text,
    Width,
)
from vision.inspect.result import Finding
from vision.inspect.scene import Scene
from vision.inspect.steps.anomaly import anomaly
from vision.inspect.steps.callipers import circle, pitch, width
from vision.inspect.steps.colour import colour
from vision.inspect.steps.difference import difference
from vision.inspect.steps.presence import presence
from vision.inspect.steps.spots import blob, surface
from vision.inspect.steps.text import TextReaders, text
from vision.inspect.taught import Taught

STEPS: Mapping[type, Callable[[Any, Scene], Finding]] = {
    Presence: presence,
    Differing: difference,
    Width: width,
    Circle: circle,
    Pitch: pitch,
    Blob: blob,
    Surface: surface,
    Colour: colour,
    Anomaly: anomaly,
}
"""Text steps stand beside: they need readers."""


def perform(step: Step, scene: Scene, readers: TextReaders) -> Finding:
    """What the step finds in the scene; StepUndecided where it cannot say."""
    return text(step, scene, readers) if isinstance(step, Text) else STEPS[type(step)](step, scene)


def limits_of(step: Step, taught: Taught) -> tuple[float | None, float | None]:
    """Lower and upper limit of the step's value."""
    match step:
        case Presence():
            return step.at_least, None
        case Text():
            return 1.0, None
        case Differing() | Colour():
            return None, step.usl
        case Anomaly():
            return None, taught.limits[step.id] if step.usl is None else step.usl
        case _:
            return step.lsl, step.usl
