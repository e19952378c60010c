"""Capability of a plant's key characteristics 关键特性, from the records of its units' first submissions.

Only first submissions count: a unit measured again after a failure would otherwise stand twice in the sample, and
selected values would flatter the index. Values are kept as integers; mixed resolutions are brought to the finest.
"""

from collections.abc import Mapping
from datetime import datetime

from hub.scorecard.gather import PlantRecords
from hub.scorecard.submissions import History
from hub.scorecard.views import CapabilityView
from hub.store.master_queries import PartEntry, operation_named, part_name
from hub.store.score_queries import ResultKey, ValueRow
from traceability.measurement import Characteristic, Status
from traceability.quality.capability import CapabilityResult, assess_capability
from traceability.quality.first_pass import Attempt
from traceability.record.master import ControlPlan


def capability_views(
    records: PlantRecords, found: list[History], parts: Mapping[str, PartEntry]
) -> tuple[CapabilityView, ...]:
    """Every key characteristic of the control plans in force, worst first; unrated before rated."""
    first = {
        (history.first.author, history.first.chain, history.first.result_id): (history.part, history.first)
        for history in found
        if history.first is not None
    }
    views = [
        _view(entry.plan, characteristic, records.values, first, parts)
        for entry in records.plans
        for characteristic in entry.plan.characteristics
        if characteristic.key
    ]
    return tuple(sorted(views, key=_worst_first))


def _view(
    plan: ControlPlan,
    characteristic: Characteristic,
    values: tuple[ValueRow, ...],
    first: Mapping[ResultKey, tuple[str, Attempt]],
    parts: Mapping[str, PartEntry],
) -> CapabilityView:
    taken: list[tuple[tuple[datetime, str, str, int], ValueRow]] = []
    for row in values:
        part, attempt = first.get(row.key, ("", None))
        about = (part, row.operation, row.characteristic)
        if attempt is not None and about == (plan.part, characteristic.operation, characteristic.id):
            taken.append(((attempt.event_time, attempt.author, attempt.chain, row.seq), row))
    ordered = [row for _, row in sorted(taken, key=lambda pair: pair[0])]
    usable = [row for row in ordered if row.status == Status.GOOD and row.uom == characteristic.uom]
    finest = max((row.decimals for row in usable), default=characteristic.decimals)
    steps = [row.value * 10 ** (finest - row.decimals) for row in usable if row.value is not None]
    return CapabilityView(
        part=part_name(parts, plan.part),
        operation=operation_named(plan, characteristic.operation),
        characteristic=characteristic,
        result=assess_capability(steps, finest, characteristic),
        left_out=len(ordered) - len(steps),
    )


def _worst_first(view: CapabilityView) -> tuple[bool, float, str, str]:
    result: CapabilityResult = view.result
    value = float("-inf") if result.value is None else result.value
    return result.rated, value, view.part.id, view.characteristic.id
