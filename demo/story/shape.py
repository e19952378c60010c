"""The types of the story: how a line behaves, and what follows for each unit."""

from decimal import Decimal

import msgspec

from traceability.measurement import Characteristic
from traceability.record.master import Operation
from traceability.unit import Purpose, Verdict


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A measured characteristic: the profile point it is read from, and the stable process behind it."""

    point: str
    characteristic: Characteristic
    mean: Decimal
    sigma: Decimal


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A way to fail at an operation: ``code`` is the controller's, ``per_block`` of 200 units have it.

    ``first`` is a unit that surely has it, so that short stories show it too. ``then`` says how the unit comes back
    (retest of a good unit wrongly refused, or rework); None means it fails the retest too and is scrapped.
    ``shows`` are the points on which a failing unit is seen to fail, with what is measured there.
    """

    code: int
    per_block: int
    first: int
    then: Purpose | None
    shows: tuple[tuple[str, Decimal], ...] = ()


class Blur(msgspec.Struct, frozen=True, kw_only=True):
    """A label that the camera cannot read at the first shot: in which position, how often, and surely on whom."""

    position: str
    per_block: int
    first: int


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """An operation of a line: what it measures, how it fails, what its camera looks at.

    Its ``tools`` take turns, unit by unit. The last one is worn: every unit with the fault ``wear`` was made with it.
    """

    operation: Operation
    readings: tuple[Reading, ...]
    recipe: str
    recipe_version: int = 1
    tools: tuple[str, ...] = ()
    wear: int | None = None
    faults: tuple[Fault, ...] = ()
    labels: tuple[str, ...] = ()
    blurs: tuple[Blur, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of one plant of one company. ``letter`` begins its serials; ``lot_size`` units share a material lot.

    ``ships`` names the stock its finished units go to, ``takes`` the stocks one unit of each goes into every unit.
    """

    name: str
    author: str
    organisation: str
    plant: str
    work_center: str
    gtin: str
    letter: str
    part_name: str
    part_name_zh: str
    steps: tuple[Step, ...]
    ships: str
    takes: tuple[str, ...] = ()
    lot_gtin: str | None = None
    lot_size: int = 25


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """One pass of one unit through one operation, as the controller sees it.

    ``values`` are by profile point, exact. ``ruined`` is the label that nobody can read in the camera's first shot;
    that cycle cannot be decided, and the camera shoots again in a new one.
    """

    verdict: Verdict
    purpose: Purpose
    values: dict[str, Decimal]
    defect: int = 0
    ruined: str | None = None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's way through the line: its passes at each operation (none once it is scrapped)."""

    index: int
    serial: str
    lot: str | None
    passes: dict[str, tuple[Pass, ...]]
    good: bool
