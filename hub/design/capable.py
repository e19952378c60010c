"""Real capability against tolerances, characteristic by characteristic, over twelve months; from roll-ups."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from hub.errors import NotFound
from hub.named import Named
from hub.rollup.hours import hours_of
from hub.rollup.many import Wanted, periods
from hub.rollup.window import Narrowing, Period
from hub.scorecard.capability import characteristic_view
from hub.scorecard.in_force import Measured, counts_for_plant, in_window, measured
from hub.scorecard.management import management_of
from hub.scorecard.views import CapabilityView
from hub.store.core.database import Reading
from hub.store.master.queries import parts_named, plans_of_plants, read_master
from hub.store.rollup.queries import Range
from hub.suppliers.spread import outside
from traceability.measurement import Characteristic
from traceability.quality.errors import OutOfDomain
from traceability.quality.intervals import Interval
from traceability.quality.tolerance import Limits, Needed, share_used, tolerance_for
from traceability.quality.window import Window, year_to

INDICES = (1.33, 1.67)


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One characteristic with its values over the hours for which its limits held."""

    measured: Measured
    period: Period
    view: CapabilityView

    @property
    def outside(self) -> tuple[int, int]:
        """Values below the lower and above the upper limit."""
        return outside(self.period.rollup, self.measured.characteristic)


class ToleranceView(msgspec.Struct, frozen=True, kw_only=True):
    """A characteristic for its designer. Lengths and so on in ``uom``; ``index`` is Cpk, or Ppk where not stable."""

    part: Named
    operation: Named
    characteristic: str
    name: str
    key: bool
    uom: str
    lsl: Decimal | None
    target: Decimal | None
    usl: Decimal | None
    n: int
    left_out: int
    mean: float | None
    sigma: float | None
    kind: str
    index: float | None
    interval: Interval | None
    rated: bool
    reasons: tuple[str, ...]
    below: int
    above: int
    share_used: float | None
    """6s over the tolerance; None with one limit only."""
    needed: tuple[Needed, ...]
    """Which limits would give 1.33 and 1.67; empty without values or limits."""
    until: datetime | None
    """When these limits stopped being in force; None: they are."""


def judged_characteristics(
    connection: Reading, plant: str, now: datetime, *, key: bool = False, parts: Collection[str] = ()
) -> tuple[Window, list[Judged]]:
    """Every characteristic (``key``: the key ones) of the plant's plans over twelve months; ``NotFound``."""
    entry = read_master(connection).plants.get(plant)
    if entry is None:
        raise NotFound(f"there is no plant {plant[:100]!r}", advice="/api/v1/plants lists them")
    zone = ZoneInfo(entry.time_zone)
    window = year_to(now.astimezone(zone).date())
    hours = hours_of(window, zone)
    plans = in_window(plans_of_plants(connection, [plant], at=now).get(plant, ()), hours)
    held = [one for plan in plans if not parts or plan.plan.part in parts for one in measured(plan, hours, key=key)]
    return window, _judged(connection, plant, held, window.last)


def tolerance_view(one: Judged) -> ToleranceView:
    """What a designer wants to know."""
    result, asked = one.view.result, one.measured.characteristic
    mean = None if result.mean is None else float(result.mean)
    below, above = one.outside
    limits = Limits(_float(asked.lsl), _float(asked.usl))
    return ToleranceView(
        part=one.view.part,
        operation=one.view.operation,
        characteristic=asked.id,
        name=asked.name,
        key=asked.key,
        uom=asked.uom,
        lsl=asked.lsl,
        target=asked.target,
        usl=asked.usl,
        n=result.n,
        left_out=one.view.left_out,
        mean=mean,
        sigma=result.sigma,
        kind=result.kind.value,
        index=result.value,
        interval=result.interval,
        rated=result.rated,
        reasons=tuple(reason.value for reason in result.reasons),
        below=below,
        above=above,
        share_used=None if result.sigma is None else share_used(result.sigma, limits),
        needed=_needed(mean, result.sigma, limits, asked),
        until=one.view.until,
    )


def _judged(connection: Reading, plant: str, held: list[Measured], day: date) -> list[Judged]:
    management = management_of(connection, [plant])[plant]
    parts = parts_named(connection, {one.plan.part for one in held})
    found = periods(connection, [_wanted(plant, one, one.hours) for one in held])
    views = [
        Judged(
            measured=one,
            period=period,
            view=characteristic_view(
                one.plan,
                one.characteristic,
                period,
                management.gauge(one.plan.part, one.characteristic.id, day),
                parts,
                until=one.until,
            ),
        )
        for one, period in zip(held, found, strict=True)
    ]
    return [one for one in views if counts_for_plant(one.measured, one.view.result)]


def _wanted(plant: str, one: Measured, hours: Range) -> Wanted:
    asked = one.characteristic
    narrowing = Narrowing(part=one.plan.part, operation=asked.operation)
    return Wanted(plant=plant, characteristic=asked, hours=hours, narrowing=narrowing)


def _needed(mean: float | None, sigma: float | None, limits: Limits, asked: Characteristic) -> tuple[Needed, ...]:
    if mean is None or sigma is None:
        return ()
    try:
        return tuple(tolerance_for(index, mean, sigma, limits, _float(asked.target)) for index in INDICES)
    except OutOfDomain:  # a characteristic without limits
        return ()


def _float(limit: Decimal | None) -> float | None:
    return None if limit is None or not limit.is_finite() else float(limit)
