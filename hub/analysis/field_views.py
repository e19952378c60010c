"""What the field analysis answers."""

from datetime import date

import msgspec

from hub.named import Named
from traceability.quality.field.back_test import BackTest
from traceability.quality.field.forecast import Forecast
from traceability.quality.field.triangle import Cohort


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with its interval at the model's confidence; ``high`` None: the lives give no upper bound."""

    value: float
    low: float
    high: float | None


class ModelView(msgspec.Struct, frozen=True, kw_only=True):
    """A Weibull model of lives, or ``reason`` why there is none."""

    failures: int
    units: int
    reason: str = ""
    detail: str = ""
    shape: Bounds | None = None
    """Below 1 early failures, about 1 failures by chance, above 1 wear. Without an interval where it was given."""
    shape_given: bool = False
    scale: Bounds | None = None
    """Characteristic life: 63.2 % have failed."""
    b10: Bounds | None = None
    """A tenth has failed."""
    confidence: float | None = None


class LotModel(msgspec.Struct, frozen=True, kw_only=True):
    """Units that hold a component lot, by themselves."""

    lot: Named
    part: Named
    model: ModelView
    failed_share: float


class ForecastView(msgspec.Struct, frozen=True, kw_only=True):
    """Claims to come of the units in the field now, and how such forecasts did in the past."""

    ahead_days: int
    forecast: Forecast | None
    """None where there is no model."""
    baseline: int
    """The dumb answer: as many as in the last period of this length."""
    back_test: BackTest
    better_than_baseline: bool | None
    """None: nothing could be tested yet, so nobody knows."""


class FieldView(msgspec.Struct, frozen=True, kw_only=True):
    """How a part lasts in the field, as known at ``day``; ages in days since a unit was shipped."""

    part: Named
    day: date
    log_size: int
    units: int
    failed: int
    shipped: int
    """Units of which a shipment is known; the others count from their last OK."""
    unknown: int
    impossible: int
    repeated: int
    triangle: tuple[Cohort, ...]
    model: ModelView
    lots: tuple[LotModel, ...]
    """Component lots with the most failures; each has a model of its own from 5 failures on."""
    forecasts: tuple[ForecastView, ...]


class ReminderView(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that comes near its limit; ``left`` below 0: it has passed it."""

    unit: str
    label: str
    used: float
    left: float
    due: date | None
    chance: float
    url: str


class RemindingView(msgspec.Struct, frozen=True, kw_only=True):
    """How reminders would have done in the past."""

    origins: int
    reminded: int
    failures: int
    hits: int
    false_alarms: int
    hit_rate: float | None
    false_alarm_rate: float | None


class RemindersView(msgspec.Struct, frozen=True, kw_only=True):
    """Units due for maintenance, the most urgent first; none, and ``reason``, where there is no model."""

    part: Named
    day: date
    uom: str
    """``d`` where usage is not known: days since the unit was shipped."""
    limit: float | None
    """The lower bound of B10."""
    reason: str
    detail: str
    without_usage: int
    """Units of which no usage is known: they are reminded of nothing."""
    due: int
    reminders: tuple[ReminderView, ...]
    tested: RemindingView
    baseline: RemindingView
    """Reminders at the mean age of the failures known then."""
