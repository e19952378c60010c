"""The control chart of the last values of a period: bounded, so that the longest history costs what a short one does.

X̄-S charts take consecutive values five by five, counted from the first value shown; a chart of single values with
their moving ranges where there are fewer than ``FEWEST_SUBGROUPS`` subgroups. Limits come from the points shown, unless
some were frozen.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import msgspec

from hub.rollup.hours import instant_of
from hub.rollup.in_uom import scale_between
from hub.rollup.many import Wanted, periods
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.production.charts import ChartedValue, ChartWanted, latest_values
from hub.suppliers.asked import Chart, Rules, Subject
from hub.suppliers.chart_views import ChartLine, ChartPoint, ControlChart, RuleSeen
from traceability.measurement import exact
from traceability.quality.charts.baseline import Baseline
from traceability.quality.charts.chart import Chart as Drawn
from traceability.quality.charts.chart import ChartKind, ChartPair, Exclusion
from traceability.quality.charts.individuals import individuals
from traceability.quality.charts.options import ChartOptions
from traceability.quality.charts.rule import NELSON, WESTERN_ELECTRIC
from traceability.quality.charts.variables import xbar_s
from traceability.quality.reason import Reason
from traceability.quality.refusal import Refused
from traceability.quality.stability import SUBGROUP
from traceability.record.spc import ValuePlace

MOST_VALUES = 1000
"""Two hundred subgroups."""
MOST_SINGLE = 300
FEWEST_SUBGROUPS = 10
LOCATION = {Chart.XBAR_S: ChartKind.MEANS, Chart.I_MR: ChartKind.INDIVIDUALS}
_RULES = {Rules.WESTERN_ELECTRIC: WESTERN_ELECTRIC, Rules.NELSON: NELSON}


class Ground(msgspec.Struct, frozen=True):
    """What was decided of a chart before it is drawn: frozen limits by kind of chart, values left out by place."""

    baselines: Mapping[ChartKind, Baseline] = {}
    excluded: Mapping[ValuePlace, Exclusion] = {}


Decided = Callable[[str | None], Ground]
"""By work cell."""


def nothing_decided(_work_cell: str | None) -> Ground:
    """Limits come from the points shown, and every point counts."""
    return Ground()


def control_chart(
    connection: Reading, subject: Subject, chart: Chart | None, rules: Rules, decided: Decided = nothing_decided
) -> ControlChart:
    """The last values of the period, of one work cell: the asked one, or the one that measured last."""
    every = periods(connection, [wanted_of(subject)])[0]
    subject, taken = _taken(connection, subject)
    found = every if subject.work_cell is None else periods(connection, [wanted_of(subject)])[0]
    values = [(one, told) for one in taken if (told := value_in_uom(one, subject)) is not None]
    kind = chart or (Chart.XBAR_S if len(values) >= FEWEST_SUBGROUPS * SUBGROUP else Chart.I_MR)
    most = MOST_VALUES if kind is Chart.XBAR_S else MOST_SINGLE
    shown = values[-most:]
    size = SUBGROUP if kind is Chart.XBAR_S else 1
    shown = shown[len(shown) % size :]
    ground = decided(subject.work_cell or (shown[-1][0].work_cell if shown else None))
    options = _options(ground, kind, rules, [_place(one) for one, _ in shown], size)
    drawn = _draw([value for _, value in shown], kind, options)
    lines = None if isinstance(drawn, Refused) else _lines(drawn, [one for one, _ in shown], size)
    return ControlChart(
        filed=subject.filed,
        location=lines[0] if lines else None,
        spread=lines[1] if lines else None,
        rules=_seen(drawn, rules),
        values=len(shown),
        available=max(found.rollup.sums.n, len(values)),
        left_out=found.left_out,
        subgroup=size,
        work_cells=every.work_cells,
        earlier=shown[0][0].at if shown and len(values) > len(shown) else None,
        reason=drawn.reason if isinstance(drawn, Refused) else None,
        baseline=options.baseline,
    )


def _taken(connection: Reading, subject: Subject) -> tuple[Subject, list[ChartedValue]]:
    """The values of one work cell: several in one chart would be a mixture that no rule is made for."""
    taken = latest_values(connection, charted(subject), MOST_VALUES + 1)
    if subject.work_cell is not None or len({one.work_cell for one in taken}) < 2:
        return subject, taken
    one_cell = msgspec.structs.replace(subject, work_cell=taken[-1].work_cell)
    return one_cell, latest_values(connection, charted(one_cell), MOST_VALUES + 1)


def wanted_of(subject: Subject) -> Wanted:
    """The subject's values as roll-ups are asked for them."""
    return Wanted(
        plant=subject.entry.named.id,
        characteristic=subject.characteristic,
        hours=subject.hours,
        narrowing=subject.narrowing,
    )


def charted(subject: Subject) -> ChartWanted:
    """The subject's values as the store is asked for the last ones."""
    begin, end = (instant_of(hour) for hour in subject.hours)
    return ChartWanted(
        plant=subject.entry.named.id,
        part=subject.plan.part,
        operation=subject.characteristic.operation,
        characteristic=subject.characteristic.id,
        work_cell=subject.work_cell,
        lot=subject.lot,
        begin=to_micros(begin),
        end=to_micros(end if subject.until is None else min(end, subject.until)),
    )


def value_in_uom(one: ChartedValue, subject: Subject) -> Fraction | None:
    """The value in the unit of the limits; None where it can't be told in it exactly."""
    uom = subject.characteristic.uom
    if one.uom == uom:
        return Fraction(exact(one.value, one.decimals))
    scale = scale_between(one.uom, uom, one.decimals)
    return None if scale is None else Fraction(scale.factor * one.value + scale.offset, 10**scale.decimals)


def _options(ground: Ground, kind: Chart, rules: Rules, places: Sequence[ValuePlace], size: int) -> ChartOptions:
    """A subgroup is left out with any of its values."""
    excluded: dict[int, Exclusion] = {}
    for number, place in enumerate(places):
        if place in ground.excluded:
            excluded.setdefault(number // size, ground.excluded[place])
    return ChartOptions(rules=_RULES[rules], baseline=ground.baselines.get(LOCATION[kind]), excluded=excluded)


def _place(one: ChartedValue) -> ValuePlace:
    return ValuePlace(one.batch_id, one.line)


def _draw(values: Sequence[Fraction], kind: Chart, options: ChartOptions) -> ChartPair | Refused:
    if not values:
        return Refused(Reason.NO_VALUES)
    told = [float(value) for value in values]
    if kind is Chart.I_MR:
        return individuals(told, options)
    return xbar_s([told[start : start + SUBGROUP] for start in range(0, len(told), SUBGROUP)], options)


def _lines(drawn: ChartPair, values: Sequence[ChartedValue], size: int) -> tuple[ChartLine, ChartLine]:
    return _line(drawn.location, values, size), _line(drawn.spread, values, size)


def _line(drawn: Drawn, values: Sequence[ChartedValue], size: int) -> ChartLine:
    broken: defaultdict[int, list[str]] = defaultdict(list)
    for violation in drawn.violations:
        if violation.rule not in broken[violation.point]:
            broken[violation.point].append(violation.rule)
    points = []
    for point in drawn.points:
        own = values[point.index * size : (point.index + 1) * size]
        last = own[-1]
        points.append(
            ChartPoint(
                at=last.at,
                value=point.value,
                centre=point.centre,
                lcl=point.lcl,
                ucl=point.ucl,
                n=size,
                rules=tuple(broken.get(point.index, ())),
                unit=last.unit,
                work_cell=last.work_cell,
                batch=last.batch_id,
                places=tuple(map(_place, own)),
                excluded=point.excluded,
            )
        )
    return ChartLine(
        kind=drawn.kind.value,
        centre=drawn.centre,
        sigma=drawn.parameters.sigma,
        estimator=drawn.parameters.estimator.value,
        points=tuple(points),
    )


def _seen(drawn: ChartPair | Refused, rules: Rules) -> tuple[RuleSeen, ...]:
    if isinstance(drawn, Refused):
        return tuple(RuleSeen(id=rule.id, times=0) for rule in _RULES[rules])
    times = Counter(violation.rule for violation in drawn.location.violations)
    return tuple(RuleSeen(id=rule.id, times=times[rule.id]) for rule in drawn.location.rules)
