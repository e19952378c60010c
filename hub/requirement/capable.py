"""Cpk of a requirement: values judged by the limits that held when they were made, of all plants together."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from hub.requirement.figure import Asked, Figure
from hub.rollup.many import Wanted, periods
from hub.rollup.window import Narrowing
from hub.scorecard.in_force import Measured, in_window, measured
from hub.store.master.queries import plans_of_plants
from traceability.quality.capability import CapabilityResult
from traceability.quality.rollup import Rollup, pooled
from traceability.quality.rollup_figures import rollup_capability
from traceability.record.requirement import Indicator

_Limits = tuple[Decimal | None, Decimal | None, int, str]
_Held = tuple[str, Measured]
"""A plant, and a characteristic with the hours for which its limits held there."""


def capability(asked: Asked, one: Indicator) -> Figure:
    """Cpk of the characteristic, values of all plants together; Ppk, or too few values, are not fit to be rated.

    Where limits changed within the period, the lowest Cpk counts; of limits that are over, only if it can be rated.
    """
    fitting = _in_force(asked, one)
    if not fitting:
        return Figure(why="no control plan with the characteristic is shared")
    current = {_limits(held) for _, held in fitting if not held.over}
    if len(current) > 1:
        return Figure(why="the supplier's plants work to different limits")
    judged = _judged(asked, fitting)
    results = [result for limits, result in judged.items() if limits in current or result.rated]
    if not results:
        return Figure(why="no measured value is shared for the period")
    lowest = min(results, key=lambda each: (each.rated, float("-inf") if each.value is None else each.value))
    why = [reason.value for reason in lowest.reasons]
    if len(results) > 1:
        why.append(f"limits changed, the lowest of {len(results)}")
    return Figure(
        exact=None if lowest.value is None else Fraction(lowest.value),
        n=lowest.n,
        interval=lowest.interval,
        fit=lowest.rated,
        why=", ".join(why),
    )


def _in_force(asked: Asked, one: Indicator) -> list[_Held]:
    """The characteristic of the part in what each plant worked by in the period; plans to come are not in it."""
    plants, hours = asked.plants, asked.hours(one)
    plans = plans_of_plants(asked.shared, plants, at=asked.now) if plants else {}
    return [
        (plant, held)
        for plant, entries in plans.items()
        for entry in in_window(entries, hours)
        if entry.plan.part == asked.content.part
        for held in measured(entry, hours, key=False)
        if held.characteristic.id == one.characteristic and one.operation in ("", held.characteristic.operation)
    ]


def _judged(asked: Asked, fitting: Sequence[_Held]) -> dict[_Limits, CapabilityResult]:
    """By limits, where there are values."""
    found: defaultdict[_Limits, list[Rollup]] = defaultdict(list)
    for (_, held), told in zip(fitting, periods(asked.shared, [_wanted(*one) for one in fitting]), strict=True):
        if told.rollup.sums.n:
            found[_limits(held)].append(told.rollup)
    characteristics = {_limits(held): held.characteristic for _, held in fitting}
    return {limits: rollup_capability(pooled(some), characteristics[limits]) for limits, some in found.items()}


def _limits(held: Measured) -> _Limits:
    one = held.characteristic
    return one.lsl, one.usl, one.decimals, one.uom


def _wanted(plant: str, held: Measured) -> Wanted:
    narrowing = Narrowing(part=held.plan.part, operation=held.characteristic.operation)
    return Wanted(plant=plant, characteristic=held.characteristic, hours=held.hours, narrowing=narrowing)
