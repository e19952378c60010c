"""Product families of a plant: the route of each control plan with the counts of its operations."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from hub.scorecard.figures import yield_view
from hub.scorecard.submissions import History, Subject
from hub.scorecard.views import YieldView
from hub.store.master.queries import PlanEntry
from hub.store.rollup.scores import NO_UNIT
from traceability.quality.acceptance import Acceptance, judged_on_samples, pooled_acceptance
from traceability.quality.first_pass import FirstPass
from traceability.quality.rolled import FamilyYield, rolled_yield
from traceability.quality.sampling import SampledYield
from traceability.record.master import ControlPlan
from traceability.unit import Verdict

C = TypeVar("C")


def plant_families(
    plans: Iterable[PlanEntry], counts: Mapping[Subject, FirstPass], lots: Mapping[Subject, SampledYield]
) -> tuple[FamilyYield, ...]:
    """One family for each part that is planned or was made here.

    A part that was made without a control plan has no route: it makes the plant's yield unrated rather than vanish.
    """
    planned = {entry.plan.part: entry.plan for entry in plans}
    parts = sorted({*planned, *(part for part, _ in (*counts, *lots))})
    return tuple(_family(part, planned.get(part), _of_part(part, counts), _of_part(part, lots)) for part in parts)


def acceptance(
    plans: Iterable[PlanEntry], counts: Mapping[Subject, FirstPass], lots: Mapping[Subject, SampledYield]
) -> Acceptance:
    """Units submitted at first submission and those not OK, over the final operations of all plans (rule R5)."""
    final = [(e.plan.part, operation.id) for e in plans for operation in e.plan.operations if operation.final]
    return pooled_acceptance((counts.get(subject, FirstPass()), lots.get(subject)) for subject in dict.fromkeys(final))


def no_first_failure(plans: Iterable[PlanEntry], found: Iterable[History]) -> YieldView:
    """Of the units submitted at a final operation: how many failed no first submission anywhere on their route.

    It equals the product of yields only where failures are independent (rule R13).
    """
    final = finals_of(plans)
    finished: set[tuple[str, str]] = set()
    failed: set[tuple[str, str]] = set()
    for history in found:
        if history.first is None or history.first.unit.startswith(NO_UNIT):
            continue
        unit = (history.part, history.first.unit)
        if (history.part, history.operation) in final:
            finished.add(unit)
        if history.first.verdict is not Verdict.OK:
            failed.add(unit)
    return yield_view(len(finished - failed), len(finished))


def failed_of_accepted(plans: Iterable[PlanEntry], found: Iterable[History], failed: Collection[str]) -> dict[str, int]:
    """By part: units OK at their first submission to a final operation that failed in the field all the same."""
    final = finals_of(plans)
    units = {
        (history.part, history.first.unit)
        for history in found
        if history.first is not None and history.first.verdict is Verdict.OK and history.first.unit in failed
        if (history.part, history.operation) in final
    }
    return dict(sorted(Counter(part for part, _ in units).items()))


def finals_of(plans: Iterable[PlanEntry]) -> set[Subject]:
    """Parts with their final operations."""
    return {(entry.plan.part, one.id) for entry in plans for one in entry.plan.operations if one.final}


def _family(
    part: str,
    plan: ControlPlan | None,
    by_operation: Mapping[str, FirstPass],
    lots: Mapping[str, SampledYield],
) -> FamilyYield:
    route = [operation.id for operation in plan.operations] if plan else []
    ends = [operation.id for operation in plan.operations if operation.final] if plan else []
    last = (ends or route[-1:]) if plan else {*by_operation, *lots}
    finished = [_finished(by_operation.get(name, FirstPass()), lots.get(name)) for name in last]
    return FamilyYield(part, rolled_yield(route, by_operation, lots), max(finished, default=0))


def _finished(counts: FirstPass, lots: SampledYield | None) -> int:
    return lots.output if lots is not None and judged_on_samples(counts, lots) else counts.final_ok


def _of_part(part: str, counts: Mapping[Subject, C]) -> dict[str, C]:
    return {operation: found for (owner, operation), found in counts.items() if owner == part}
