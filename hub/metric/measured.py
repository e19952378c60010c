"""Measured values of characteristics: how capable, and where the mean lies; from roll-ups."""

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import msgspec

from hub.metric import why
from hub.metric.asked import Asked
from hub.metric.figure import Counted, MetricFigure, Moments
from hub.metric.yields import counts_by_period
from hub.rollup.many import Wanted, periods, values_in
from hub.rollup.window import Narrowing
from hub.scorecard.in_force import Measured, counts_for_plant, in_window, measured
from hub.scorecard.management import Management, management_of
from hub.store.master.queries import plans_of_plants
from hub.tabular.words import Words
from traceability.quality.capability import CapabilityResult
from traceability.quality.distributions import t_quantile
from traceability.quality.first_pass import FirstPass
from traceability.quality.intervals import CONFIDENCE, Interval
from traceability.quality.rollup import Rollup, pooled
from traceability.quality.rollup_figures import rollup_capability
from traceability.quality.window import Window


class _Held(msgspec.Struct, frozen=True):
    """A characteristic with the limits of a stretch of a period, and its values there."""

    number: int
    one: Measured
    values: Rollup


def capability(asked: Asked) -> list[MetricFigure]:
    """Cpk of the characteristic (Ppk where not stable); where several are asked for, the lowest, unrated before rated.

    Without a characteristic those marked as key (rule R8).
    """
    held = _held(asked, key=not asked.reference.characteristic)
    management = management_of(asked.connection, [asked.reference.plant])[asked.reference.plant]
    found = []
    for number, window in enumerate(asked.windows):
        judged = [(each, _judged(each, management, window)) for each in held if each.number == number]
        counting = [pair for pair in judged if counts_for_plant(pair[0].one, pair[1])]
        found.append(_lowest(asked, window, counting))
    return found


def mean(asked: Asked) -> list[MetricFigure]:
    """The mean of the characteristic, with Student's interval; all values of the period, whatever their limits were."""
    if not asked.reference.characteristic:
        return asked.untold(why.NAME_CHARACTERISTIC)
    held = _held(asked, key=False)
    return [
        _mean(asked, window, [each for each in held if each.number == number])
        for number, window in enumerate(asked.windows)
    ]


def inspection_coverage(asked: Asked) -> list[MetricFigure]:
    """Operations judged and characteristics measured, of those planned for the parts made in the period."""
    stretches = list(_stretches(asked, key=False))
    numbers = values_in(asked.connection, _wanted(asked, stretches))
    plans = plans_of_plants(asked.connection, [asked.reference.plant], at=asked.now).get(asked.reference.plant, ())
    found = []
    for number, (window, counts) in enumerate(zip(asked.windows, counts_by_period(asked), strict=True)):
        made = {part for (part, _), one in counts.items() if one.attempts}
        planned = {
            (entry.plan.part, operation.id): bool(_attempts(counts, entry.plan.part, operation.id))
            for entry in in_window(plans, asked.hours[number])
            for operation in entry.plan.operations
            if entry.plan.part in made and asked.reference.operation in ("", operation.id)
        }
        values: dict[tuple[str, str, str], bool] = {}
        for (at, each), n in zip(stretches, numbers, strict=True):
            one = each.characteristic
            if at == number and each.plan.part in made:
                key = (each.plan.part, one.operation, one.id)
                values[key] = values.get(key, False) or bool(n)
        seen = [*planned.values(), *values.values()]
        found.append(_covered(asked, window, seen))
    return found


def _attempts(counts: Mapping[tuple[str, str], FirstPass], part: str, operation: str) -> int:
    return counts.get((part, operation), FirstPass()).attempts


def _covered(asked: Asked, window: Window, seen: Sequence[bool]) -> MetricFigure:
    """No sample, so no interval."""
    if not seen:
        return asked.figure(window, why=why.NOTHING_PLANNED)
    k, n = sum(seen), len(seen)
    return asked.figure(window, exact=Fraction(k, n), n=n, basis=Counted(k=k, n=n))


def _held(asked: Asked, *, key: bool) -> list[_Held]:
    stretches = list(_stretches(asked, key=key))
    found = periods(asked.connection, _wanted(asked, stretches))
    return [_Held(number, one, told.rollup) for (number, one), told in zip(stretches, found, strict=True)]


def _wanted(asked: Asked, stretches: Sequence[tuple[int, Measured]]) -> list[Wanted]:
    cells = None if asked.work_cells is None else tuple(sorted(asked.work_cells))
    return [
        Wanted(
            plant=asked.reference.plant,
            characteristic=one.characteristic,
            hours=one.hours,
            narrowing=Narrowing(part=one.plan.part, operation=one.characteristic.operation, work_cells=cells),
        )
        for _, one in stretches
    ]


def _stretches(asked: Asked, *, key: bool) -> Iterator[tuple[int, Measured]]:
    where = asked.reference
    plans = plans_of_plants(asked.connection, [where.plant], at=asked.now).get(where.plant, ())
    for number, hours in enumerate(asked.hours):
        for entry in in_window(plans, hours):
            if where.part not in ("", entry.plan.part):
                continue
            for one in measured(entry, hours, key=key):
                named = where.characteristic in ("", one.characteristic.id)
                if named and where.operation in ("", one.characteristic.operation):
                    yield number, one


def _judged(held: _Held, management: Management, window: Window) -> CapabilityResult:
    gauge = management.gauge(held.one.plan.part, held.one.characteristic.id, window.last)
    return rollup_capability(
        held.values,
        held.one.characteristic,
        gauge_share=gauge.share,
        calibrated=gauge.calibrated or not gauge.gauges,  # none registered: "not studied" says it
    )


def _lowest(asked: Asked, window: Window, judged: Sequence[tuple[_Held, CapabilityResult]]) -> MetricFigure:
    if not judged:
        return asked.figure(window, why=why.UNPLANNED)
    held, lowest = min(judged, key=lambda pair: _worst_first(pair[1]))
    name, several = held.one.characteristic.id, len(judged)
    which = Words(f"the lowest of {several}: {name}", f"{several} 个特性中最低者：{name}") if several > 1 else None
    exact = None if lowest.value is None else Fraction(lowest.value)
    return asked.figure(
        window,
        exact=exact,
        n=lowest.n,
        interval=lowest.interval,
        fit=lowest.rated,
        why=why.joined(why.of_reasons(lowest.reasons), which),
        basis=_moments(held.values, held.one.characteristic.uom) if len(judged) == 1 else None,
    )


def _worst_first(result: CapabilityResult) -> tuple[bool, float, str]:
    value = float("-inf") if result.value is None else result.value
    return result.rated, value, result.characteristic


def _mean(asked: Asked, window: Window, held: Sequence[_Held]) -> MetricFigure:
    if not held:
        return asked.figure(window, why=why.UNPLANNED)
    with_values = [each for each in held if each.values.sums.n]
    if not with_values:
        return asked.figure(window, why=why.NO_VALUES)
    if len({(each.one.plan.part, each.one.characteristic.operation) for each in with_values}) > 1:
        return asked.figure(window, why=why.SEVERAL_PLACES)
    uoms = {each.one.characteristic.uom for each in with_values}
    if len(uoms) > 1:
        several = ", ".join(sorted(uoms))
        changed = Words(f"the unit of measure changed within the period: {several}", f"期间内计量单位有变：{several}")
        return asked.figure(window, why=changed)
    values = pooled(each.values for each in with_values)
    basis = _moments(values, uoms.pop())
    assert basis is not None
    sums = values.sums
    exact = Fraction(sums.total, sums.n) / 10**values.decimals
    return asked.figure(window, exact=exact, n=sums.n, interval=student(basis), basis=basis)


def _moments(values: Rollup, uom: str) -> Moments | None:
    sums = values.sums
    if sums.mean is None:
        return None
    step = Fraction(1, 10**values.decimals)
    sd = None if sums.variance is None else math.sqrt(sums.variance * step * step)
    return Moments(n=sums.n, mean=float(sums.mean * step), sd=sd, uom=uom)


def student(basis: Moments) -> Interval | None:
    """Two-sided interval of a mean; None of a single value."""
    if basis.sd is None:
        return None
    half = t_quantile((1.0 + CONFIDENCE) / 2.0, basis.n - 1) * basis.sd / math.sqrt(basis.n)
    return Interval(basis.mean - half, basis.mean + half)
