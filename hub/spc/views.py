"""What is shown of the limits and exclusions of a chart."""

from datetime import datetime

import msgspec

from hub.suppliers.chart_views import ControlChart
from traceability.record.spc import ChartName, ChartSubject, ValuePlace


class BaselineView(msgspec.Struct, frozen=True, kw_only=True):
    """Frozen limits: who, when, from which data, why. ``standing``: new points are judged by it.

    ``ended_by`` and what follows say why it stands no more, where it was ended; a later baseline ends one without.
    """

    id: str
    subject: ChartSubject
    chart: ChartName
    centre: float
    sigma: float
    uom: str
    estimator: str
    subgroup: int
    values: int
    first: datetime
    last: datetime
    first_batch: int
    last_batch: int
    excluded: int
    signals: int
    reason: str
    entered_by: str
    at: datetime
    log_index: int
    standing: bool
    ended_by: str = ""
    ended_at: datetime | None = None
    ended_why: str = ""


class ExclusionView(msgspec.Struct, frozen=True, kw_only=True):
    """Values left out of a chart; ``restored_by`` and what follows: taken back."""

    id: str
    subject: ChartSubject
    places: tuple[ValuePlace, ...]
    reason: str
    entered_by: str
    at: datetime
    log_index: int
    standing: bool
    restored_by: str = ""
    restored_at: datetime | None = None
    restored_why: str = ""


class OwnChart(msgspec.Struct, frozen=True, kw_only=True):
    """A control chart of the own plant with what was decided of it, the latest first."""

    chart: ControlChart
    baselines: tuple[BaselineView, ...]
    exclusions: tuple[ExclusionView, ...]
