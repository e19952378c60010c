"""Maintenance reminders (保养服务提示) of a part's units, by usage where it is known, else by days in the field."""

from collections.abc import Collection
from datetime import date

from hub.analysis.field import fit_of
from hub.analysis.field_views import RemindersView, ReminderView, RemindingView
from hub.analysis.fleet import FieldUnit, fleet_of
from hub.analysis.source import Source
from hub.page_paths import item_path
from hub.store.master.queries import part_name, parts_named
from hub.trace.catalogue import item_label
from traceability.identifier.item import parse_item
from traceability.quality.field.life_model import LifeModel
from traceability.quality.field.lives import lives_at
from traceability.quality.field.reminders import Reminding, reminder, reminding_tested
from traceability.quality.refusal import Refused

DAYS = "d"
_STEP_DAYS = 30


def reminders_view(
    source: Source,
    part: str,
    plants: Collection[str],
    *,
    day: date,
    shape: float | None,
    lead_days: int,
    limit: int,
) -> RemindersView:
    """Units that reach the limit within ``lead_days``; at most ``limit`` of them are listed, all are counted."""
    fleet = fleet_of(source, part, plants)
    by_usage = bool(fleet.uom)
    lives = fleet.by_usage() if by_usage else fleet.by_days()
    fit = fit_of(shape)
    model = fit(lives_at(lives, day))
    tested, baseline = reminding_tested(lives, fit, today=day, ahead_days=lead_days, step_days=_STEP_DAYS)
    due = [] if isinstance(model, Refused) else _due(fleet.units, model, day, lead_days, by_usage=by_usage)
    return RemindersView(
        part=part_name(parts_named(source.connection, {part}), part),
        day=day,
        uom=fleet.uom or DAYS,
        limit=None if isinstance(model, Refused) else model.b10.low,
        reason=model.reason.value if isinstance(model, Refused) else "",
        detail=model.detail if isinstance(model, Refused) else "",
        without_usage=sum(unit.failed is None and unit.rate is None for unit in fleet.units) if by_usage else 0,
        due=len(due),
        reminders=tuple(due[:limit]),
        tested=_reminding(tested),
        baseline=_reminding(baseline),
    )


def _due(
    units: Collection[FieldUnit], model: LifeModel, day: date, lead_days: int, *, by_usage: bool
) -> list[ReminderView]:
    found = []
    for unit in units:
        rate = unit.rate if by_usage else 1.0
        if unit.failed is not None or rate is None or unit.start > day:
            continue
        used = rate * (day - unit.start).days  # a reading is carried on to today at its own rate
        told = reminder(model, used, lead=rate * lead_days, today=day, rate=rate)
        if told.left <= rate * lead_days:
            found.append(
                ReminderView(
                    unit=unit.unit,
                    label=item_label(parse_item(unit.unit)),
                    used=told.used,
                    left=told.left,
                    due=told.due,
                    chance=told.chance,
                    url=item_path(unit.unit),
                )
            )
    return sorted(found, key=lambda each: (each.due or day, each.unit))


def _reminding(sums: Reminding) -> RemindingView:
    return RemindingView(
        origins=sums.origins,
        reminded=sums.reminded,
        failures=sums.failures,
        hits=sums.hits,
        false_alarms=sums.false_alarms,
        hit_rate=sums.hit_rate,
        false_alarm_rate=sums.false_alarm_rate,
    )
