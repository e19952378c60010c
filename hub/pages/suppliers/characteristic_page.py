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
from hub.suppliers.whole import Whole

PERIODS = (7, 30, 90, 365)


def characteristic_context(told: Whole, *, zone: str, speech: Speech) -> dict[str, Any]:
    """The template's variables."""
    drawn = told.drawn
    return {
        "filed": drawn.filed,
        "drawn": drawn,
        "capable": told.capable.view,
        "rated": rated_cell(told.capable.view, speech),
        "zone": zone,
        "periods": PERIODS,
        "location": location_chart(drawn, zone, speech),
        "spread": spread_chart(drawn, zone, speech),
        "histogram": histogram_chart(told.spread, speech),
        "trend": trend_chart(told.parts, zone, speech),
        "lots": lots_chart(told.lots, speech),
        "digits": max(0, drawn.filed.characteristic.decimals) + 1,
    }


def characteristic_tables(told: Whole, *, zone: str, speech: Speech) -> tuple[Filled, ...]:
    """Each chart's figures."""
    drawn = told.drawn
    one = drawn.filed.characteristic
    located = drawn.location.points if drawn.location else ()
    spreads = drawn.spread.points if drawn.spread else ()
    return (
        Filled(points_table(one, zone, "points", speech.say("Points of the chart")), located),
        Filled(points_table(one, zone, "spreads", speech.say("Points of the chart of spread")), spreads),
        Filled(bins_table(one), told.spread.bins),
        Filled(trend_table(one, zone), [point for point in told.parts.points if point.n]),
        Filled(lots_table(one, zone), told.lots.lots),
    )
