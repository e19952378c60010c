"""What is shown of a control chart."""

from datetime import datetime

import msgspec

from hub.suppliers.views import Filed
from traceability.quality.charts.baseline import Baseline
from traceability.quality.charts.chart import Exclusion
from traceability.quality.reason import Reason
from traceability.record.spc import ValuePlace


class ChartPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One plotted point with its own limits; ``rules`` are those that it completes."""

    at: datetime
    value: float | None
    centre: float
    lcl: float | None
    ucl: float | None
    n: int
    rules: tuple[str, ...]
    unit: str | None
    """The last unit of the point."""
    work_cell: str
    batch: int
    """Log position of the record of its last value."""
    places: tuple[ValuePlace, ...] = ()
    """Where its values stand."""
    excluded: Exclusion | None = None
    """Who left it out of the chart, when and why: it neither estimates nor signals."""


class ChartLine(msgspec.Struct, frozen=True, kw_only=True):
    """A chart of location or of spread."""

    kind: str
    centre: float
    sigma: float
    estimator: str
    points: tuple[ChartPoint, ...]


class RuleSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that is judged, and how often it was broken."""

    id: str
    times: int


class ControlChart(msgspec.Struct, frozen=True, kw_only=True):
    """The last ``values`` of ``available`` values of the period; limits are estimated from them (phase I), or are those
    of ``baseline`` (phase II).

    ``earlier`` is the time before which the others lie. ``reason`` says why there is no chart.
    """

    filed: Filed
    location: ChartLine | None
    spread: ChartLine | None
    rules: tuple[RuleSeen, ...]
    values: int
    available: int
    left_out: int
    subgroup: int
    work_cells: tuple[str, ...]
    earlier: datetime | None
    reason: Reason | None = None
    baseline: Baseline | None = None
