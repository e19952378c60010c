"""The line as it is now, from roll-ups of today and from the results of one hour, whatever came before.

A fixed number of statements: names, first-pass counts of today's hours, alarms, defects, results by the minute, the
last results. First-pass yield is by rule R12, as everywhere: a unit counts where it was first submitted.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hub.alarm.views import alarm_page
from hub.live.targets import EVERY_PART
from hub.live.views import MINUTES, LineNow, Minute, OperationNow
from hub.rollup.hours import hour_of, hours_of
from hub.scorecard.figures import yield_view
from hub.scorecard.views import YieldView
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.ledger.batches import log_size
from hub.store.mail.alarms import AlarmWanted
from hub.store.master.queries import (
    PartEntry,
    PlanEntry,
    PlantEntry,
    operation_named,
    part_name,
    parts_named,
    plans_of_plants,
)
from hub.store.production.live import LastResult, MinuteCount, last_results, minutes_between
from hub.store.rollup.queries import first_pass_between
from hub.suppliers.asked import Asked, plant_entry
from hub.suppliers.pareto import pareto
from traceability.quality.window import Window
from traceability.unit import Verdict

MOST_ALARMS = 8
MOST_DEFECTS = 8
MOST_RESULTS = 12
MOST_OPERATIONS = 60
_Subject = tuple[str, str]
"""Part and operation."""
Targets = Mapping[_Subject, Fraction]


def line_now(connection: Reading, plant: str, now: datetime, targets: Targets | None = None) -> LineNow:
    """``NotFound`` unless the plant may be seen. ``targets``: as ``first_pass_targets`` has them."""
    entry = plant_entry(connection, plant)
    today, counts = _today(connection, entry, now)
    plans = {found.plan.part: found for found in plans_of_plants(connection, [plant], at=now).get(plant, ())}
    subjects = _in_order(plans, counts)[:MOST_OPERATIONS]
    parts = parts_named(connection, {part for part, _ in subjects})
    names = {operation for _, operation in subjects}
    end = to_micros(now) + 1
    strips = _strips(minutes_between(connection, plant, names, _strip_begin(now), end))
    last = last_results(connection, plant, names, end, MOST_RESULTS)
    defects = pareto(connection, plant, Asked(begin=today, end=now + timedelta(microseconds=1)), now)
    alarms = alarm_page(connection, AlarmWanted(plant=plant, open=True), offset=0, limit=MOST_ALARMS)
    operations = tuple(
        _operation(one, plans.get(one[0]), parts, counts.get(one, (0, 0)), _target(one, targets or {}), strips, last)
        for one in subjects
    )
    return LineNow(
        plant=entry.named,
        organisation=entry.organisation,
        time_zone=entry.time_zone,
        as_of=now,
        today=today,
        log_size=log_size(connection),
        operations=operations,
        missed=sum(one.on_target is False for one in operations),
        alarms_waiting=alarms.total,
        alarms=alarms.alarms,
        failed=defects.failed,
        defects=defects.lines[:MOST_DEFECTS],
        results=tuple(last[:MOST_RESULTS]),
    )


def _today(connection: Reading, entry: PlantEntry, now: datetime) -> tuple[datetime, dict[_Subject, tuple[int, int]]]:
    """Midnight by the plant's clock, and OK at first and submitted since, by part and operation."""
    zone = ZoneInfo(entry.time_zone)
    local = now.astimezone(zone)
    begin, _ = hours_of(Window(local.date(), local.date()), zone)
    counts: defaultdict[_Subject, list[int]] = defaultdict(lambda: [0, 0])
    for key, found in first_pass_between(connection, entry.named.id, begin, hour_of(now) + 1):
        counts[key.part, key.operation][0] += found.first_ok
        counts[key.part, key.operation][1] += found.submitted
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight, {subject: (ok, submitted) for subject, (ok, submitted) in counts.items()}


def _in_order(plans: Mapping[str, PlanEntry], counts: Mapping[_Subject, tuple[int, int]]) -> list[_Subject]:
    """Planned operations in the order of the route, then what else was recorded today."""
    planned = [(part, each.id) for part, entry in sorted(plans.items()) for each in entry.plan.operations]
    return list(dict.fromkeys([*planned, *sorted(counts)]))


def _strip_begin(now: datetime) -> int:
    """The begin of the first of sixty minutes of which the last one holds ``now``."""
    return to_micros(now.replace(second=0, microsecond=0) - timedelta(minutes=MINUTES - 1))


def _strips(counted: Sequence[MinuteCount]) -> dict[str, tuple[Minute, ...]]:
    decided: defaultdict[str, list[list[int]]] = defaultdict(lambda: [[0, 0] for _ in range(MINUTES)])
    for one in counted:
        if one.flagged or one.verdict not in (Verdict.OK, Verdict.NOT_OK) or not 0 <= one.minute < MINUTES:
            continue
        decided[one.operation][one.minute][0] += one.results
        decided[one.operation][one.minute][1] += one.results if one.verdict == Verdict.NOT_OK else 0
    return {operation: tuple(Minute(*each) for each in minutes) for operation, minutes in decided.items()}


def _operation(  # noqa: PLR0917 - what one row is made of
    subject: _Subject,
    plan: PlanEntry | None,
    parts: Mapping[str, PartEntry],
    counts: tuple[int, int],
    target: Fraction | None,
    strips: Mapping[str, tuple[Minute, ...]],
    last: Sequence[LastResult],
) -> OperationNow:
    part, operation = subject
    today = yield_view(*counts)
    met, sure = _compared(today, target)
    return OperationNow(
        operation=operation_named(plan.plan if plan else None, operation),
        part=part_name(parts, part),
        today=today,
        target=target,
        on_target=met,
        sure=sure,
        strip=strips.get(operation, ()),
        last_at=next((one.at for one in last if one.operation == operation), None),
    )


def _target(subject: _Subject, targets: Targets) -> Fraction | None:
    """That of the part at the operation, or else of every part there."""
    return targets.get(subject, targets.get((EVERY_PART, subject[1])))


def _compared(today: YieldView, target: Fraction | None) -> tuple[bool | None, bool]:
    if target is None or today.value is None or today.interval is None:
        return None, False
    return today.value >= target, not today.interval.low <= target <= today.interval.high
