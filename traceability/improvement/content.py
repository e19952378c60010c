"""What may be said in an improvement, whatever its state: targets and checks that make sense."""

from decimal import Decimal

from traceability.errors import ZhuoyueError
from traceability.improvement.judge import TESTS, natural_direction
from traceability.record.improvement import Direction, PlanCheck, SetTarget
from traceability.record.metric import MetricName

MOST_DAYS = 1100
_NEEDS = {
    MetricName.CAPABILITY: "characteristic",
    MetricName.CHARACTERISTIC_MEAN: "characteristic",
    MetricName.DEFECT_SHARE: "defect",
    MetricName.INDICATOR: "indicator",
}


class ImprovementRefused(ZhuoyueError):
    """What was to be entered breaks a rule of improvements."""


def target_objection(target: SetTarget | PlanCheck, plant: str) -> str | None:
    """Why this can't be aimed at; None when it can."""
    reference = target.reference
    needed = _NEEDS.get(reference.metric)
    wanted = natural_direction(reference.metric)
    if reference.plant != plant:
        return f"the target is of plant {reference.plant}, the improvement of {plant}"
    if needed is not None and not getattr(reference, needed):
        return f"the metric {reference.metric} needs a {needed}"
    if wanted is not None and target.direction is not wanted:
        up = wanted is Direction.UP
        return (
            f"of {reference.metric} the higher is the better"
            if up
            else f"of {reference.metric} the lower is the better"
        )
    return None


def plan_objection(plan: PlanCheck) -> str | None:
    """Why a check can't be planned so; None when it can."""
    fitting = TESTS[plan.reference.metric]
    if plan.test not in fitting:
        return f"{plan.test} does not fit {plan.reference.metric}: {', '.join(fitting)}"
    if not Decimal(0) < Decimal(plan.level) <= Decimal("0.5"):
        return "the level lies between 0 and 0.5"
    if not plan.before_first <= plan.before_last < plan.after_first <= plan.after_last:
        return "the days before end before the days after begin, and each period begins before it ends"
    if (plan.before_last - plan.before_first).days >= MOST_DAYS or (
        plan.after_last - plan.after_first
    ).days >= MOST_DAYS:
        return f"a period has at most {MOST_DAYS} days"
    return None
