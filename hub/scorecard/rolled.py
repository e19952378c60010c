"""Product families of a plant: the route of each control plan with the counts of its operations."""

from collections.abc import Iterable, Mapping

from hub.store.master_queries import PlanEntry
from traceability.quality.first_pass import FirstPass
from traceability.quality.rolled import FamilyYield, rolled_yield
from traceability.record.master import ControlPlan

Subject = tuple[str, str]


def plant_families(plans: Iterable[PlanEntry], counts: Mapping[Subject, FirstPass]) -> tuple[FamilyYield, ...]:
    """One family for each part that is planned or was made here.

    A part that was made without a control plan has no route: it makes the plant's yield unrated rather than vanish.
    """
    planned = {entry.plan.part: entry.plan for entry in plans}
    parts = sorted({*planned, *(part for part, _ in counts)})
    return tuple(_family(part, planned.get(part), _of_part(part, counts)) for part in parts)


def acceptance(plans: Iterable[PlanEntry], counts: Mapping[Subject, FirstPass]) -> tuple[int, int]:
    """Units submitted and units OK at first submission, pooled over the final operations of all plans (rule R5)."""
    final = [(e.plan.part, operation.id) for e in plans for operation in e.plan.operations if operation.final]
    pooled = [counts.get(subject, FirstPass()) for subject in dict.fromkeys(final)]
    return sum(part.submitted for part in pooled), sum(part.first_ok for part in pooled)


def _family(part: str, plan: ControlPlan | None, by_operation: Mapping[str, FirstPass]) -> FamilyYield:
    route = [operation.id for operation in plan.operations] if plan else []
    ends = [operation.id for operation in plan.operations if operation.final] if plan else []
    finished = [by_operation[name].final_ok for name in (ends or route[-1:]) if name in by_operation]
    if plan is None:
        finished = [counts.final_ok for counts in by_operation.values()]
    return FamilyYield(part, rolled_yield(route, by_operation), max(finished, default=0))


def _of_part(part: str, counts: Mapping[Subject, FirstPass]) -> dict[str, FirstPass]:
    return {operation: found for (owner, operation), found in counts.items() if owner == part}
