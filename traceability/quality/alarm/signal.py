"""What a detector says when its rule is broken."""

import msgspec

from traceability.quality.charts.rule_watch import Side


class Forecast(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When the trend's line reaches the limit, in units from now with a 95 % interval, and in seconds at this pace."""

    units: int
    least: int
    most: int
    seconds: int | None = None


class Signal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``signs``: what was seen, as ids of patterns or names of statistics; ``statistic`` went beyond ``limit``.

    ``value`` is the last value (or mean of the subgroup) in its unit of measure. ``units`` is how many units took part,
    ``failed`` how many of them failed.
    """

    signs: tuple[str, ...]
    statistic: float
    limit: float
    side: Side | None = None
    value: float | None = None
    units: int | None = None
    failed: int | None = None
    forecast: Forecast | None = None
