"""What is told of one part as one plant makes it: yields, capability, defects, lots, and what was agreed about it."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

from hub.named import Named
from hub.scorecard.views import CapabilityView, YieldView
from hub.suppliers.views import LotComparison, Pareto, PpmView, TrendPoint, WeekPoint
from hub.suppliers.withheld import Withheld
from traceability.quality.rolled import PlantRolledYield
from traceability.quality.window import Window
from traceability.record.requirement import Indicator, Standing
from traceability.record.sharing import DataKind


class PartOperation(msgspec.Struct, frozen=True, kw_only=True):
    """An operation of the part's route, over twelve months; ``final``: where ppm are counted."""

    operation: Named
    final: bool
    fpy: YieldView


class PartCharacteristic(msgspec.Struct, frozen=True, kw_only=True):
    """Capability over twelve months, and month by month of UTC; the last month goes on."""

    view: CapabilityView
    trend: tuple[TrendPoint, ...]


class AgreedIndicator(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator of what a customer and the supplier agreed for the part, and how it stood when the hub last saw it
    change. ``standing`` None: the hub has not looked at these terms yet."""

    requirement: str
    title: str
    customer: Named
    indicator: Indicator
    standing: Standing | None
    value: Decimal | None
    n: int
    first: date | None
    last: date | None
    at: datetime | None
    why: str


class PartView(msgspec.Struct, frozen=True, kw_only=True):
    """One part at one plant. ``rolled``, ``ppm`` and ``operations`` are of ``window``, ``pareto`` of what was asked.

    ``lots`` are compared by the characteristic that stands first: key ones before others, the worst first.
    """

    plant: Named
    organisation: Named
    time_zone: str
    part: Named
    window: Window
    rolled: PlantRolledYield
    ppm: PpmView
    weeks: tuple[WeekPoint, ...]
    operations: tuple[PartOperation, ...]
    characteristics: tuple[PartCharacteristic, ...]
    pareto: Pareto
    lots: LotComparison | None
    agreed: tuple[AgreedIndicator, ...]
    withheld: dict[DataKind, Withheld]
    url: str
