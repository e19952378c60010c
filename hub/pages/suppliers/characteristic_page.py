"""What the page of one characteristic needs beyond the views: charts, tables, choices."""

from typing import Any

from hub.pages.speech import Speech
from hub.pages.suppliers.charts import (
    histogram_chart,
    location_chart,
    lots_chart,
    spread_chart,
    trend_chart,
)
from hub.pages.suppliers.tables import bins_table, lots_table, points_table, rated_cell, trend_table
from hub.pages.tables.define import Filled
from hub.suppliers.chart_views import ControlChart
from hub.suppliers.views import CapabilityAnswer, CharacteristicTrend, Histogram, LotComparison

PERIODS = (7, 30, 90, 365)


def characteristic_context(
    drawn: ControlChart,
    spread: Histogram,
    capable: CapabilityAnswer,
    parts: CharacteristicTrend,
    lots: LotComparison,
    *,
    zone: str,
    speech: Speech,
) -> dict[str, Any]:
    """The template's variables."""
    return {
        "filed": drawn.filed,
        "drawn": drawn,
        "capable": capable.view,
        "rated": rated_cell(capable.view, speech),
        "zone": zone,
        "periods": PERIODS,
        "location": location_chart(drawn, zone, speech),
        "spread": spread_chart(drawn, zone, speech),
        "histogram": histogram_chart(spread, speech),
        "trend": trend_chart(parts, zone, speech),
        "lots": lots_chart(lots, speech),
        "digits": max(0, drawn.filed.characteristic.decimals) + 1,
    }


def characteristic_tables(
    drawn: ControlChart,
    spread: Histogram,
    parts: CharacteristicTrend,
    lots: LotComparison,
    *,
    zone: str,
    speech: Speech,
) -> tuple[Filled, ...]:
    """Each chart's figures."""
    one = drawn.filed.characteristic
    located = drawn.location.points if drawn.location else ()
    spreads = drawn.spread.points if drawn.spread else ()
    return (
        Filled(points_table(one, zone, "points", speech.say("Points of the chart")), located),
        Filled(points_table(one, zone, "spreads", speech.say("Points of the chart of spread")), spreads),
        Filled(bins_table(one), spread.bins),
        Filled(trend_table(one, zone), [point for point in parts.points if point.n]),
        Filled(lots_table(one, zone), lots.lots),
    )
