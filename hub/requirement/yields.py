"""The first-pass yield that an indicator asks for: units, and lots judged on samples, that the supplier shares.

Lots enter as the grading takes them by default: a lot's yield is that of its sample, (n - d)/n, weighted by lot size
(rule R14). The policy by which the supplier grades itself is its own, and no part of what two companies agreed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from itertools import chain

import msgspec

from hub.metric.pooled import PooledYield, of_methods, pooled_yield
from hub.requirement.figure import Asked, Figure
from hub.scorecard.in_force import in_window
from hub.scorecard.lots import lot_inspections, lots_within
from hub.store.master.queries import plans_of_plants
from hub.store.rollup.many import first_pass_by_week
from hub.store.rollup.queries import Range
from traceability.quality.first_pass import FirstPass, pooled
from traceability.quality.sampling import SampledYield, SamplingMode, yields_of_lots
from traceability.quality.window import Window
from traceability.record.requirement import Indicator

_Place = tuple[str, str]
"""Plant and operation."""


def first_pass(asked: Asked, one: Indicator) -> Figure:
    """First-pass yield of the part at the operation, over all plants; without an operation the product over all.

    An operation of the route of which nothing is shared makes the product untold (rule R13).
    """
    places = dict(_places(asked, one))
    by_operation: defaultdict[str, list[tuple[FirstPass, SampledYield | None]]] = defaultdict(list)
    for (_, operation), judged in places.items():
        by_operation[operation].append(judged)
    found = [pooled_yield(several) for several in by_operation.values()]
    if not found or any(each.value is None for each in found):
        return Figure(why="no first submission of the part is shared for the period")
    if not one.operation and _routed(asked, asked.hours(one), {plant for plant, _ in places}) - by_operation.keys():
        return Figure(why="an operation of the route has no first submission that is shared")
    return _product(found)


def _product(found: list[PooledYield]) -> Figure:
    """The product over operations that all have a yield."""
    value = found[0].value
    for each in found[1:]:
        value = None if value is None or each.value is None else value * each.value
    n, method = min(each.n for each in found), of_methods(each.method for each in found)
    if len(found) > 1:
        return Figure(exact=value, n=n, method=method, why=f"the product over {len(found)} operations; no interval")
    return Figure(exact=value, n=n, method=method, interval=found[0].interval)


def _places(asked: Asked, one: Indicator) -> Iterator[tuple[_Place, tuple[FirstPass, SampledYield | None]]]:
    """Units and lots of the part at each operation of each plant, as far as they are shared."""
    counts, lots = _units(asked, one), _lots(asked, one)
    for place in sorted({*counts, *lots}):
        yield place, (counts.get(place, FirstPass()), lots.get(place))


def _units(asked: Asked, one: Indicator) -> Mapping[_Place, FirstPass]:
    hours = asked.hours(one)
    plants = asked.plants
    found: defaultdict[_Place, list[FirstPass]] = defaultdict(list)
    for week in first_pass_by_week(asked.shared, dict.fromkeys(plants, hours)) if plants else []:
        if week.part == asked.content.part and one.operation in ("", week.operation):
            found[week.plant, week.operation].append(week.counts)
    return {place: pooled(several) for place, several in found.items()}


def _lots(asked: Asked, one: Indicator) -> Mapping[_Place, SampledYield]:
    """Lots of which a first submission lies in the period; a plant may have entered the part by another spelling."""
    begin, end = asked.days(one)
    found: dict[_Place, SampledYield] = {}
    for plant, stated in lot_inspections(asked.shared, asked.plants).items():
        mine = [each for each in stated if asked.names_part(each.part)]
        alike = lots_within(
            [msgspec.structs.replace(each, part=asked.content.part) for each in mine], Window(begin, end)
        )
        for (_, operation), told in yields_of_lots(alike, SamplingMode.INSPECTED).items():
            if one.operation in ("", operation) and told.value is not None:
                found[plant, operation] = told
    return found


def _routed(asked: Asked, hours: Range, plants: Collection[str]) -> set[str]:
    """The operations of the part's routes in the period at the plants that made it, as far as plans are shared."""
    entries = chain.from_iterable(plans_of_plants(asked.shared, sorted(plants), at=asked.now).values())
    held = (entry.plan for entry in in_window(entries, hours))
    return {each.id for plan in held if plan.part == asked.content.part for each in plan.operations}
