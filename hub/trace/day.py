"""A unit's values among those of its day: how everything measured there that day lies, from roll-ups alone."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from hub.named import Named
from hub.rollup.hours import hours_of
from hub.rollup.many import Wanted
from hub.rollup.spread import Spread, spreads
from hub.rollup.window import Narrowing
from hub.store.core.database import Reading
from hub.store.master.queries import plans_by_id, read_master
from hub.trace.views import MeasurementView, ResultView, UnitView
from traceability.measurement import Characteristic
from traceability.quality.window import Window

MOST_BINS = 60
_FAR = 1 << 62


class DayBin(msgspec.Struct, frozen=True, kw_only=True):
    """How many values lie in ``[low, high)``."""

    low: float
    high: float
    count: int


class DayPopulation(msgspec.Struct, frozen=True, kw_only=True):
    """The values of one characteristic at one operation of one plant on one day of its clock, in ``uom``.

    First submissions count, of good status. ``n`` 0: nobody shares any. ``below`` and ``above`` count those smaller
    and larger than the unit's value, ``outside`` those beyond the limits that this unit was measured under.
    """

    result_id: str
    characteristic: str
    operation: str
    plant: Named
    day: date
    time_zone: str
    uom: str
    n: int
    left_out: int
    """Values in units of measure that can't be converted."""
    mean: float | None
    sigma: float | None
    least: float | None
    greatest: float | None
    below: int
    above: int
    outside: int
    bins: tuple[DayBin, ...]


class UnitDay(msgspec.Struct, frozen=True, kw_only=True):
    """Every value of a unit that can be compared, among those of its day."""

    item: str
    populations: tuple[DayPopulation, ...]


class _Asked(msgspec.Struct, frozen=True):
    """One value of the unit, and what to compare it with."""

    result: ResultView
    value: MeasurementView
    plant: Named
    zone: str
    day: date
    wanted: Wanted


def unit_day(connection: Reading, view: UnitView) -> UnitDay:
    """By a number of statements that does not grow with the values."""
    asked = list(_asked(connection, view))
    found = spreads(connection, [each.wanted for each in asked])
    told = (_population(one, among) for one, among in zip(asked, found, strict=True))
    return UnitDay(item=view.item, populations=tuple(told))


def _asked(connection: Reading, view: UnitView) -> Iterable[_Asked]:
    cited = {result.plan for result in view.results if result.plan is not None}
    planned = {
        (plan, one.id): one
        for plan, found in (plans_by_id(connection, cited) if cited else {}).items()
        for one in found.characteristics
    }
    plants = read_master(connection).plants
    for result in view.results:
        if result.plant is None or result.erroneous:
            continue
        entry = plants.get(result.plant.id)
        zone = entry.time_zone if entry else "UTC"
        day = result.event_time.astimezone(ZoneInfo(zone)).date()
        for value in result.measurements:
            if value.value is not None:
                known = planned.get((result.plan or "", value.characteristic)) or _unplanned(result, value)
                wanted = Wanted(
                    plant=result.plant.id,
                    characteristic=msgspec.structs.replace(known, uom=value.uom),
                    hours=hours_of(Window(day, day), ZoneInfo(zone)),
                    narrowing=Narrowing(part=view.part.id, operation=result.operation.id),
                )
                yield _Asked(result, value, result.plant, zone, day, wanted)


def _unplanned(result: ResultView, value: MeasurementView) -> Characteristic:
    assert value.value is not None
    exponent = value.value.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return Characteristic(
        id=value.characteristic, name=value.name, operation=result.operation.id, uom=value.uom, decimals=decimals
    )


def _population(asked: _Asked, among: Spread) -> DayPopulation:
    value, step, sums = asked.value, 10**among.decimals, among.sums
    assert value.value is not None
    own = value.value.scaleb(among.decimals)
    limits = (None if limit is None or not limit.is_finite() else limit for limit in (value.lsl, value.usl))
    low, high = (None if limit is None else limit.scaleb(among.decimals) for limit in limits)
    return DayPopulation(
        result_id=asked.result.result_id,
        characteristic=value.characteristic,
        operation=asked.result.operation.id,
        plant=asked.plant,
        day=asked.day,
        time_zone=asked.zone,
        uom=value.uom,
        n=sums.n,
        left_out=among.left_out,
        mean=None if sums.mean is None else float(sums.mean / step),
        sigma=None if sums.variance is None else float(sums.variance) ** 0.5 / step,
        least=None if among.least is None else among.least / step,
        greatest=None if among.greatest is None else among.greatest / step,
        below=among.below(own),
        above=among.above(own),
        outside=_outside(among, low, high),
        bins=_bins(among),
    )


def _outside(among: Spread, low: Decimal | None, high: Decimal | None) -> int:
    """Each value once, also where the limits lie the wrong way round."""
    if low is not None and high is not None and low > high:
        return sum(count for at, count in among.pairs if at < low or at > high)
    return (0 if low is None else among.below(low)) + (0 if high is None else among.above(high))


def _bins(among: Spread) -> tuple[DayBin, ...]:
    """Bins of equally many possible values each, those that hold any."""
    least, greatest = among.least, among.greatest
    if least is None or greatest is None:
        return ()
    width = -(-(greatest - least + 1) // MOST_BINS)
    far = greatest - least >= _FAR
    places = (among.values.astype(object) if far else among.values) - least
    counts = np.bincount((places // width).astype(np.int64), weights=among.counts).astype(np.int64).tolist()
    step, edge = 10**among.decimals, least - 0.5
    return tuple(
        DayBin(low=(edge + width * place) / step, high=(edge + width * (place + 1)) / step, count=count)
        for place, count in enumerate(counts)
        if count
    )
