"""What a weak point is: a figure with what it rests on, its effects in stated units, and what the next Level needs."""

from datetime import datetime
from enum import StrEnum
from fractions import Fraction

import msgspec

from hub.store.master.defect_codes import Defect
from traceability.quality.intervals import Interval
from traceability.quality.level import Level
from traceability.quality.window import Window
from traceability.record.improvement import Direction, WeakPointKind
from traceability.record.metric import MetricReference


class EffectUnit(StrEnum):
    """In what an effect is stated."""

    UNITS = "units"
    """Units over the twelve months: lost at first pass, values outside limits, results with the defect, failed."""
    RTY_POINTS = "rty-points"
    """Percentage points of the plant's rolled yield."""
    MONEY = "money"
    """Losses entered for it, in the currency of the plant's output value."""


class Scale(StrEnum):
    """How the figure is to be read."""

    SHARE = "share"
    INDEX = "index"
    PPM = "ppm"
    COUNT = "count"
    OTHER = "other"
    """The unit that the metric has itself."""


class StatedEffect(msgspec.Struct, frozen=True, kw_only=True):
    """How much is lost by it; ``currency`` of money."""

    unit: EffectUnit
    value: Fraction
    currency: str = ""


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """What the figure would have to be for ``level``, all others unchanged.

    ``value`` None with ``enough`` False: even the best value of this figure alone would not do.
    """

    level: Level | None
    value: Fraction | None
    enough: bool = True


class WeakSpot(msgspec.Struct, frozen=True, kw_only=True):
    """One weak point; ``reference`` is the metric that an improvement of it would aim at, where there is one."""

    kind: WeakPointKind
    subject: str
    part: str = ""
    operation: str = ""
    scale: Scale
    value: Fraction | None
    n: int
    interval: Interval | None = None
    rated: bool = True
    reason: str = ""
    effects: tuple[StatedEffect, ...] = ()
    need: Need | None = None
    reference: MetricReference | None = None
    direction: Direction = Direction.DOWN
    improvement: str = ""
    """The open improvement that works on it already."""
    defect: Defect | None = None
    """What master data call the defect that it is."""

    def effect(self, unit: EffectUnit) -> Fraction | None:
        """In one unit; None where it is not stated in it."""
        return next((one.value for one in self.effects if one.unit is unit), None)


class WeakPoints(msgspec.Struct, frozen=True, kw_only=True):
    """The weak points of a plant, ordered by their effect in ``by``; those without such an effect stand last."""

    plant: str
    window: Window
    as_of: datetime
    log_size: int
    level: Level
    rated: bool
    by: EffectUnit
    points: tuple[WeakSpot, ...]
