"""Everything that is told of one characteristic at once, as its pages show it."""

from datetime import datetime

import msgspec

from hub.store.core.database import Reading
from hub.suppliers.asked import Chart, Rules, Subject
from hub.suppliers.chart_views import ControlChart
from hub.suppliers.control_chart import Decided, control_chart, nothing_decided
from hub.suppliers.lots import lot_comparison
from hub.suppliers.spread import capability, histogram, trend
from hub.suppliers.views import CapabilityAnswer, CharacteristicTrend, Histogram, LotComparison


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """The control chart, how the values lie, capability, the period in parts, and the lots."""

    drawn: ControlChart
    spread: Histogram
    capable: CapabilityAnswer
    parts: CharacteristicTrend
    lots: LotComparison


def whole(  # noqa: PLR0917 - one question
    connection: Reading,
    subject: Subject,
    chart: Chart | None,
    rules: Rules,
    now: datetime,
    decided: Decided = nothing_decided,
) -> Whole:
    """All of it from one state of the store; what the answers have in common is read once."""
    return Whole(
        drawn=control_chart(connection, subject, chart, rules, decided),
        spread=histogram(connection, subject),
        capable=capability(connection, subject, now),
        parts=trend(connection, subject),
        lots=lot_comparison(connection, subject),
    )
