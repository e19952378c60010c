"""The values of a chart side by side by station and by tool: where does the difference come from?"""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from statistics import stdev

import msgspec

from hub.rollup.many import periods
from hub.rollup.spread import Spread, spreads
from hub.store.core.database import Reading
from hub.store.production.charts import latest_values
from hub.store.trace.details import tools_of_results
from hub.suppliers.asked import Subject
from hub.suppliers.control_chart import MOST_VALUES, charted, value_in_uom, wanted_of
from hub.suppliers.lots import interval_of_mean, mean_interval
from traceability.measurement import Characteristic
from traceability.quality.capability import plain_index
from traceability.quality.intervals import Interval

FEWEST = 2


class Stratum(msgspec.Struct, frozen=True, kw_only=True):
    """The values of one station, or of one tool (of one combination, where a result names several).

    ``name`` '' are values whose result names no tool. ``outside`` the limits of the plan.
    """

    name: str
    n: int
    mean: float | None
    mean_interval: Interval | None
    sigma: float | None
    outside: int


class Strata(msgspec.Struct, frozen=True, kw_only=True):
    """Every value of the period by station; by tool the last ``looked_at`` ones, over all stations asked for."""

    by_work_cell: tuple[Stratum, ...]
    by_tool: tuple[Stratum, ...]
    looked_at: int


def strata(connection: Reading, subject: Subject) -> Strata:
    """A few statements, whatever the number of stations and tools."""
    every = msgspec.structs.replace(subject, work_cell=None)
    cells = periods(connection, [wanted_of(every)])[0].work_cells
    of_cells = [msgspec.structs.replace(subject, work_cell=cell) for cell in cells]
    found = spreads(connection, [wanted_of(one) for one in of_cells])
    by_work_cell = tuple(_rolled(cell, told, subject) for cell, told in zip(cells, found, strict=True) if told.sums.n)
    values = latest_values(connection, charted(subject), MOST_VALUES)
    tools = tools_of_results(connection, {one.result for one in values})
    by_tool: defaultdict[str, list[Fraction]] = defaultdict(list)
    for one in values:
        told = value_in_uom(one, subject)
        if told is not None:
            by_tool[tools.get(one.result, "")].append(told)
    named = [] if set(by_tool) <= {""} else sorted(by_tool.items())
    return Strata(
        by_work_cell=by_work_cell,
        by_tool=tuple(_stratum(name, some, subject.characteristic) for name, some in named),
        looked_at=len(values),
    )


def _rolled(name: str, told: Spread, subject: Subject) -> Stratum:
    result = plain_index(told.sums, told.decimals, subject.characteristic)
    return Stratum(
        name=name,
        n=result.n,
        mean=result.mean,
        mean_interval=interval_of_mean(result),
        sigma=result.sigma,
        outside=sum(told.outside(subject.characteristic)),
    )


def _stratum(name: str, values: Sequence[Fraction], one: Characteristic) -> Stratum:
    mean = float(sum(values) / len(values))
    sigma = stdev(map(float, values)) if len(values) >= FEWEST else None
    below = sum(one.lsl is not None and value < Fraction(one.lsl) for value in values)
    above = sum(one.usl is not None and value > Fraction(one.usl) for value in values)
    return Stratum(
        name=name,
        n=len(values),
        mean=mean,
        mean_interval=None if sigma is None else mean_interval(mean, sigma, len(values)),
        sigma=sigma,
        outside=below + above,
    )
