"""Yields and shares of defects, counted at first submissions."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from fractions import Fraction

import msgspec

from hub.metric import why
from hub.metric.asked import Asked
from hub.metric.figure import Counted, Factors, MetricFigure
from hub.metric.pooled import Method, pooled_yield
from hub.scorecard.in_force import in_window
from hub.scorecard.lots import lot_inspections, lots_within
from hub.scorecard.management import management_of
from hub.scorecard.rolled import plant_families
from hub.scorecard.submissions import History, histories
from hub.store.core.instant import to_micros
from hub.store.ledger.batches import log_size
from hub.store.master.queries import PlanEntry, plans_of_plants
from hub.store.production.corrections import Place, erroneous
from hub.store.quality.metrics import first_pass_by_period, results_with_defect
from hub.store.rollup.scores import NO_UNIT
from hub.store.rollup.sources import PlacedResult, results_of_units
from hub.store.rollup.tallied import counts_between
from hub.store.rollup.tallies import marked_plants
from hub.tabular.words import NOTHING
from traceability.quality.effect.products import Family
from traceability.quality.first_pass import FirstPass, pooled
from traceability.quality.intervals import clopper_pearson
from traceability.quality.rolled import OperationYield, PlantRolledYield, plant_rolled_yield
from traceability.quality.sampling import SampledYield, yields_of_lots
from traceability.quality.window import Window
from traceability.unit import Verdict, is_submission

Subject = tuple[str, str]
"""Part and operation."""


def first_pass(asked: Asked) -> list[MetricFigure]:
    """Units OK at their first submission over units submitted, sum over sum; lots judged on samples as the grading."""
    lots = _lots(asked)
    return [
        _pooled(asked, window, counts, lots.get(number, {}))
        for number, (window, counts) in enumerate(zip(asked.windows, counts_by_period(asked), strict=True))
    ]


def rolled(asked: Asked) -> list[MetricFigure]:
    """As the grading: per part the product over its route, parts weighted by output (rule R13).

    At a line the route is what of it was submitted there.
    """
    where = asked.reference
    plans = plans_of_plants(asked.connection, [where.plant], at=asked.now).get(where.plant, ())
    lots = _lots(asked)
    found = []
    for number, (window, counts) in enumerate(zip(asked.windows, counts_by_period(asked), strict=True)):
        held = in_window(plans, asked.hours[number])
        seen = {subject for subject, one in counts.items() if one.submitted}
        routed = [told for entry in held if (told := _routed(asked, entry, seen)) is not None]
        value = plant_rolled_yield(plant_families(routed, counts, lots.get(number, {})))
        found.append(_rolled(asked, window, value))
    return found


def defect_share(asked: Asked) -> list[MetricFigure]:
    """Units whose first submission was not OK with the defect, of the units submitted."""
    where = asked.reference
    if not where.defect:
        return asked.untold(why.NAME_DEFECT)
    hits = Counter(asked.numbers_of(_first_with_defect(asked)))
    return [
        _counted(asked, window, hits[number], pooled(counts.values()).submitted)
        for number, (window, counts) in enumerate(zip(asked.windows, counts_by_period(asked), strict=True))
    ]


class MadeOk(msgspec.Struct, frozen=True):
    """By period: how many units of each part passed final acceptance in the end, and the parts of the ``failed``."""

    by_part: list[Counter[str]]
    failed: list[list[str]]


def made_ok(asked: Asked, failed: set[str]) -> MadeOk:
    """Units whose last submission at a final operation was OK, in the period of their first one there.

    ``failed`` are units that failed later: one entry, its part, for each of them that is among those.
    """
    where = asked.reference
    plans = plans_of_plants(asked.connection, [where.plant], at=asked.now).get(where.plant, ())
    final = {(entry.plan.part, one.id) for entry in plans for one in entry.plan.operations if one.final}
    made = [Counter[str]() for _ in asked.windows]
    for period, counts in zip(made, counts_by_period(asked), strict=True):
        for (part, operation), one in counts.items():
            if (part, operation) in final:
                period[part] += one.final_ok
    hit: list[list[str]] = [[] for _ in asked.windows]
    for history in _histories(asked, failed):
        submitted = [attempt for attempt in history.attempts if is_submission(attempt.verdict, attempt.flags)]
        if history.first is None or (history.part, history.operation) not in final:
            continue
        number = asked.number_of(history.first.event_time)
        if number is not None and submitted[-1].verdict is Verdict.OK:
            hit[number].append(history.part)
    return MadeOk(made, hit)


def invalid_share(asked: Asked) -> list[MetricFigure]:
    """Results that are no submission, of all results of the units first seen in the period."""
    return _share(asked, lambda all_: (all_.invalid, all_.invalid + all_.not_decidable + all_.attempts))


def rework_share(asked: Asked) -> list[MetricFigure]:
    """Units that came back after rework, of the units submitted."""
    return _share(asked, lambda all_: (all_.reworked, all_.submitted))


def _share(asked: Asked, of: Callable[[FirstPass], tuple[int, int]]) -> list[MetricFigure]:
    every = (pooled(counts.values()) for counts in counts_by_period(asked))
    return [_counted(asked, window, *of(counts)) for window, counts in zip(asked.windows, every, strict=True)]


def counts_by_period(asked: Asked) -> list[dict[Subject, FirstPass]]:
    """Counts at the place of each part at each operation, period by period."""
    where = asked.reference
    return asked.once(("first pass", where.part, where.operation), lambda: _read_counts(asked))


def _read_counts(asked: Asked) -> list[dict[Subject, FirstPass]]:
    where = asked.reference
    found: list[dict[Subject, FirstPass]] = [{} for _ in asked.windows]
    if asked.work_cells is None and marked_plants(asked.connection, [where.plant]):
        for told in counts_between(asked.connection, where.plant, asked.bounds):  # whole days where these fit
            if where.part in ("", told.part) and where.operation in ("", told.operation):
                found[told.number][told.part, told.operation] = told.counts
        return found
    for one in first_pass_by_period(
        asked.connection,
        where.plant,
        asked.bounds,
        part=where.part,
        operation=where.operation,
        work_cells=asked.work_cells,
    ):
        found[one.number][one.part, one.operation] = one.counts
    return found


def _lots(asked: Asked) -> Mapping[int, Mapping[Subject, SampledYield]]:
    """By period, what was judged on samples; not at a line, for lots don't say where they were made."""
    where = asked.reference
    if asked.work_cells is not None:
        return {}
    stated = lot_inspections(asked.connection, [where.plant]).get(where.plant, ())
    if not stated:
        return {}
    mode = management_of(asked.connection, [where.plant])[where.plant].policy.sampling
    return {
        number: {
            subject: told
            for subject, told in yields_of_lots(lots_within(stated, window), mode).items()
            if where.part in ("", subject[0]) and where.operation in ("", subject[1])
        }
        for number, window in enumerate(asked.windows)
    }


def _pooled(
    asked: Asked, window: Window, counts: Mapping[Subject, FirstPass], lots: Mapping[Subject, SampledYield]
) -> MetricFigure:
    found = pooled_yield((counts.get(name, FirstPass()), lots.get(name)) for name in {**counts, **lots})
    if found.method is Method.UNITS:
        return _counted(asked, window, found.units.first_ok, found.units.submitted)
    return asked.figure(window, exact=found.value, n=found.n, interval=found.interval, why=why.ON_SAMPLES)


def _counted(asked: Asked, window: Window, k: int, n: int) -> MetricFigure:
    if not n:
        return asked.figure(window, why=why.NO_SUBMISSION)
    k = min(k, n)
    basis = Counted(k=k, n=n)
    return asked.figure(window, exact=Fraction(k, n), n=n, interval=clopper_pearson(k, n), basis=basis)


def _routed(asked: Asked, entry: PlanEntry, seen: Collection[Subject]) -> PlanEntry | None:
    """The plan with the route that is asked for; None where nothing of it is."""
    where, plan = asked.reference, entry.plan
    operations = tuple(
        one
        for one in plan.operations
        if where.operation in ("", one.id) and (asked.work_cells is None or (plan.part, one.id) in seen)
    )
    if where.part not in ("", plan.part) or not operations:
        return None
    return PlanEntry(entry.id, msgspec.structs.replace(plan, operations=operations), entry.spans)


def _rolled(asked: Asked, window: Window, value: PlantRolledYield) -> MetricFigure:
    missing = sorted({name for family in value.families for name in family.rolled.missing})
    told = NOTHING if value.reason is None else why.of_reason(value.reason, ", ".join(missing))
    basis = None if value.value is None else _factors(value)
    return asked.figure(window, exact=value.value, n=value.units, interval=value.interval, why=told, basis=basis)


def _factors(value: PlantRolledYield) -> Factors:
    """The counts of every operation; of lots judged on samples as many trials as they count, rounded down."""
    return Factors(
        families=tuple(
            Family(output=family.output, steps=tuple(map(_step, family.rolled.operations)))
            for family in value.families
            if family.output > 0
        )
    )


def _step(one: OperationYield) -> tuple[int, int]:
    if one.trials is None:
        return one.first_ok, one.submitted
    return math.floor((one.fpy or Fraction(0)) * one.trials), one.trials


def _first_with_defect(asked: Asked) -> list[int]:
    """When results with the defect happened that were their unit's first submission at the operation, microseconds."""
    where = asked.reference
    alone, found = results_with_defect(
        asked.connection,
        where.plant,
        where.defect,
        asked.span,
        part=where.part,
        operation=where.operation,
        work_cells=asked.work_cells,
    )
    named = {one.attempt.unit for one in found if not one.attempt.unit.startswith(NO_UNIT)}
    first = {_key(history) for history in _histories(asked, named)} if named else set()
    for one in found:
        key = (one.part, one.attempt.operation, one.attempt.author, one.attempt.chain, one.attempt.record_seq)
        if one.attempt.unit.startswith(NO_UNIT) or key in first:
            alone.append(to_micros(one.attempt.event_time))
    return alone


def _key(history: History) -> tuple[object, ...] | None:
    first = history.first
    if first is None:
        return None
    return history.part, history.operation, first.author, first.chain, first.record_seq


def _histories(asked: Asked, units: set[str]) -> list[History]:
    placed = [
        one
        for one in results_of_units(asked.connection, units, log_size(asked.connection))
        if one.scored.plant == asked.reference.plant
    ]
    wrong = erroneous(asked.connection, map(_place, placed))
    return histories(one.scored for one in placed if _place(one) not in wrong)


def _place(placed: PlacedResult) -> Place:
    attempt = placed.scored.attempt
    return Place(attempt.author, attempt.chain, attempt.record_seq, attempt.result_id, placed.scored.plant)
