"""What is shown of suppliers. A supplier is a plant with its company; every figure carries what it rests on."""

from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

import msgspec

from hub.fleet.views import Freshness
from hub.named import Named
from hub.scorecard.views import CapabilityView
from hub.store.master.defect_codes import Defect
from hub.suppliers.withheld import Withheld
from traceability.measurement import Characteristic
from traceability.quality.intervals import Interval
from traceability.quality.level import Level
from traceability.quality.metric_grade import MetricGrade
from traceability.quality.reason import Reason
from traceability.quality.rolled import PlantRolledYield
from traceability.quality.window import Window
from traceability.record.sharing import DataKind


class Trust(StrEnum):
    """How far what a supplier sent can be relied on."""

    SOUND = "sound"
    """Every batch in its chain, nothing lost, nothing refused."""
    INCOMPLETE = "incomplete"
    """Gaps were declared, or records could not be read."""
    BROKEN = "broken"
    """Two histories were signed, a key was used by two machines, or a key was revoked."""
    UNKNOWN = "unknown"
    """No agent of the plant is known."""


class TrustView(msgspec.Struct, frozen=True, kw_only=True):
    """Counts are entries, over all agents of the plant."""

    state: Trust
    agents: int
    forks: int
    clones: int
    revoked: int
    data_losses: int
    quarantined: int


class FreshView(msgspec.Struct, frozen=True, kw_only=True):
    """The plant's agents by when they were heard of; ``state`` is that of the one silent longest."""

    state: Freshness
    last_heard: datetime | None


class PpmView(msgspec.Struct, frozen=True, kw_only=True):
    """``failed`` of ``units`` as parts per million, with Wilson's 95 % interval; None without units."""

    failed: int
    units: int
    value: Fraction | None
    interval: Interval | None


class KeyCpk(msgspec.Struct, frozen=True, kw_only=True):
    """The worst key characteristic of a plant; of several the unrated ones speak first."""

    characteristic: Characteristic
    part: Named
    kind: str
    value: float | None
    interval: Interval | None
    n: int
    rated: bool
    reasons: tuple[Reason, ...]


class LossView(msgspec.Struct, frozen=True, kw_only=True):
    """Loss rates; a rate is None where it was not entered or is not shared."""

    internal: Fraction | None
    external: Fraction | None
    currency: str


class WeekPoint(msgspec.Struct, frozen=True):
    """Rolled throughput yield of the week that begins on ``first``; ``units`` is the smallest count it rests on."""

    first: date
    value: Fraction | None
    units: int


class SupplierRow(msgspec.Struct, frozen=True, kw_only=True):
    """One supplier in the list; ``ppm``: not OK at first submission to final acceptance."""

    plant: Named
    organisation: Named
    time_zone: str
    window: Window
    level: Level
    rated: bool
    at_most: Level | None
    provisional: bool
    binding: tuple[str, ...]
    metrics: tuple[MetricGrade, ...]
    rolled: PlantRolledYield
    worst_key: KeyCpk | None
    ppm: PpmView
    field_ppm: PpmView | None
    """Returned of what was shipped in the window; None where nobody stated anything."""
    losses: LossView | None
    fresh: FreshView
    trust: TrustView
    open_alarms: int
    open_notifications: int
    """Sent and not ended, with the plant's company on one side, as far as the asker takes part in them."""
    weeks: tuple[WeekPoint, ...]
    withheld: dict[DataKind, Withheld]
    """Kinds of records that the plant's company does not share with whoever asks; a figure may be missing for that."""
    url: str


class SupplierBoard(msgspec.Struct, frozen=True, kw_only=True):
    """Every supplier that may be seen, the lowest Level first; ``as_of`` is when the figures were made."""

    as_of: datetime
    log_size: int
    suppliers: tuple[SupplierRow, ...]


class CharacteristicList(msgspec.Struct, frozen=True, kw_only=True):
    """Capability of the characteristics that a plant plans, over twelve months."""

    plant: Named
    window: Window
    characteristics: tuple[CapabilityView, ...]


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """Which characteristic, of what and when: stands in every answer about one."""

    plant: Named
    organisation: Named
    time_zone: str
    part: Named
    operation: Named
    characteristic: Characteristic
    work_cell: str | None
    lot: str | None
    begin: datetime
    end: datetime


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Values from ``low`` to before ``high``; ``fitted`` is how many the fitted curve would have there."""

    low: float
    high: float
    count: int
    fitted: float | None


class Histogram(msgspec.Struct, frozen=True, kw_only=True):
    """All values of the period in at most forty bins whose edges lie between two possible values.

    The curve is the normal one; ``normal``: whether the values agree with it (Anderson-Darling at 5 %).
    """

    filed: Filed
    n: int
    bins: tuple[Bin, ...]
    mean: float | None
    sigma: float | None
    least: float | None
    greatest: float | None
    below: int
    above: int
    normal: bool | None


class CapabilityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Capability in the period with its interval and what its use depends on."""

    filed: Filed
    view: CapabilityView
    work_cells: tuple[str, ...]


class TrendPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the period: its values summed up; ``index`` is Cpk or Ppk."""

    begin: datetime
    end: datetime
    n: int
    mean: float | None
    sigma: float | None
    index: float | None
    interval: Interval | None
    least: float | None
    greatest: float | None


class CharacteristicTrend(msgspec.Struct, frozen=True, kw_only=True):
    """The period in equal parts."""

    filed: Filed
    points: tuple[TrendPoint, ...]


class LotView(msgspec.Struct, frozen=True, kw_only=True):
    """The values of units that contain a lot."""

    lot: str
    url: str
    last: datetime
    n: int
    mean: float | None
    mean_interval: Interval | None
    """95 %, by Student's t."""
    sigma: float | None
    index: float | None
    interval: Interval | None
    outside: int
    """Values outside the limits."""


class LotComparison(msgspec.Struct, frozen=True, kw_only=True):
    """The lots that were used last, at most ``most`` of them, the latest first."""

    filed: Filed
    most: int
    lots: tuple[LotView, ...]


class ParetoLine(msgspec.Struct, frozen=True, kw_only=True):
    """One defect, "" where none was named; ``share`` and ``running`` are of all that failed.

    ``named``: what master data last called it in the period.
    """

    defect: str
    named: Defect
    part: Named
    operation: str
    results: int
    share: Fraction
    running: Fraction


class Pareto(msgspec.Struct, frozen=True, kw_only=True):
    """Valid results that were not OK by defect, most frequent first; retests count too."""

    plant: Named
    begin: datetime
    end: datetime
    failed: int
    lines: tuple[ParetoLine, ...]
