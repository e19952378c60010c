"""What an inspection says."""

from enum import StrEnum

import msgspec

Point = tuple[float, float]
"""x (to the right), y (down) in pixels of the picture as stored."""

COVERAGE = 2.0
"""Coverage factor k of an expanded uncertainty U = k u (GUM 6.2.1): about 95 % for a normal distribution."""


class Verdict(StrEnum):
    """Spelt as in the unit's verdict; there is nothing undefined about a finished inspection."""

    OK = "OK"
    NOT_OK = "NOT_OK"
    NOT_DECIDABLE = "NOT_DECIDABLE"


class Why(StrEnum):
    """Why something could not be decided."""

    PICTURE_REFUSED = "PICTURE_REFUSED"
    WRONG_SIZE = "WRONG_SIZE"
    BLANK = "BLANK"
    """The picture shows next to no contrast: no light, a closed shutter, a cap on the lens."""
    NOT_LOCATED = "NOT_LOCATED"
    UNFOCUSED = "UNFOCUSED"
    """The picture's edges are far less steep than the reference's: every step would see defects of the focus."""
    OUTSIDE_PICTURE = "OUTSIDE_PICTURE"
    EDGE_NOT_FOUND = "EDGE_NOT_FOUND"
    NO_CIRCLE = "NO_CIRCLE"
    STEP_MISSING = "STEP_MISSING"
    """A step that this one builds on was not decided."""
    NO_READER = "NO_READER"
    """The text reader or network that the step names is not installed."""
    STEP_FAILED = "STEP_FAILED"
    """The step stumbled over this picture."""
    PROGRAM_REFUSED = "PROGRAM_REFUSED"
    PROCESS_FAILED = "PROCESS_FAILED"
    """The process that inspects died of the picture, or did not answer in time."""
    NO_PICTURE = "NO_PICTURE"
    UNCERTAIN = "UNCERTAIN"
    """The value lies within its expanded uncertainty of a limit (ISO 14253-1), and the program asks for proof."""


class StepUndecided(Exception):
    """A step cannot say anything about this picture."""

    def __init__(self, why: Why, detail: str) -> None:
        super().__init__(f"{why}: {detail}")
        self.why = why
        self.detail = detail


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """Something to draw: points of an open or closed line, in the picture's pixels."""

    points: tuple[Point, ...]
    closed: bool = False


class Contribution(msgspec.Struct, frozen=True):
    """One line of an uncertainty budget: a standard uncertainty in the value's unit."""

    name: str
    u: float


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a step found. ``uom`` is UCUM: ``mm``, ``mm2``, ``1``; ``{px}`` and ``{px2}`` without a calibration."""

    value: float | None
    uom: str = "1"
    budget: tuple[Contribution, ...] = ()
    text: str = ""
    detail: str = ""
    marks: tuple[Mark, ...] = ()


class StepResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step: its value with limits and the verdict on it.

    ``expanded`` is U = k u with k = 2, in ``uom``; None where the step has no model of its uncertainty.
    """

    id: str
    kind: str
    verdict: Verdict
    value: float | None = None
    uom: str = "1"
    lsl: float | None = None
    usl: float | None = None
    expanded: float | None = None
    budget: tuple[Contribution, ...] = ()
    why: Why | None = None
    detail: str = ""
    text: str = ""
    marks: tuple[Mark, ...] = ()


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the part lies: turn in degrees (positive from x to y), shift of the reference's middle in pixels."""

    angle: float
    dx: float
    dy: float
    scale: float
    score: float


class Inspection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer about one picture. ``program`` is the hash of the program file, ``picture`` that of the picture."""

    verdict: Verdict
    name: str
    version: str
    program: str
    picture: str = ""
    why: Why | None = None
    detail: str = ""
    place: Place | None = None
    steps: tuple[StepResult, ...] = ()
    elapsed: float | None = None


def worst(verdicts: tuple[Verdict, ...]) -> Verdict:
    """NOT_OK outweighs what could not be decided, which outweighs OK: one proven defect is enough."""
    for verdict in (Verdict.NOT_OK, Verdict.NOT_DECIDABLE):
        if verdict in verdicts:
            return verdict
    return Verdict.OK
