"""From when to when each control plan of a part was in force at a plant.

Plans come from two sides. A line's agent states the plan that it works by: it holds from then on, until another one is
stated. Master data state plans with days (``traceability.record.master_data.Version``), by the plant's clock; on the
days for which they hold they are the plant's word, whatever single lines work by.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

import msgspec

from traceability.record.master import ControlPlan


class StatedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as it was stated, in the order of statement; ``begin`` None: by an agent, at ``stated_at``."""

    id: str
    plan: ControlPlan
    stated_at: datetime
    begin: date | None
    end: date | None
    withdrawn: bool


class PlanSpan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan in force from ``begin`` to just before ``end``; ``end`` None: until now.

    ``dated``: it begins on a day that master data name, which may lie ahead; what an agent stated is in force.
    """

    id: str
    plan: ControlPlan
    begin: datetime
    end: datetime | None
    dated: bool


_Bounds = tuple[datetime, datetime | None, StatedPlan]


def plan_spans(stated: Sequence[StatedPlan], zone: tzinfo) -> tuple[PlanSpan, ...]:
    """The plans of one part at one plant, one after the other; neighbours that say the same are one."""
    planned = _planned(stated, zone)
    told = _told([one for one in stated if one.begin is None])
    points = sorted({point for begin, end, _ in (*planned, *told) for point in (begin, end) if point is not None})
    spans: list[PlanSpan] = []
    for begin, end in pairwise([*points, None]):
        assert begin is not None
        held = _at(planned, begin) or _at(told, begin)
        if held is None:
            continue
        last = spans[-1] if spans else None
        if last is not None and (last.id, last.end) == (held.id, begin):
            spans[-1] = msgspec.structs.replace(last, end=end)
        else:
            dated = held.begin is not None
            spans.append(PlanSpan(id=held.id, plan=held.plan, begin=begin, end=end, dated=dated))
    return tuple(spans)


def _planned(stated: Iterable[StatedPlan], zone: tzinfo) -> list[_Bounds]:
    counted = {one.begin: one for one in stated if one.begin is not None}
    kept = sorted((begin, one) for begin, one in counted.items() if not one.withdrawn)
    bounds: list[_Bounds] = []
    for place, (begin, one) in enumerate(kept):
        ends = [one.end + timedelta(days=1)] if one.end is not None else []
        ends += [kept[place + 1][0]] if place + 1 < len(kept) else []
        bounds.append((midnight(begin, zone), midnight(min(ends), zone) if ends else None, one))
    return bounds


def _told(stated: Sequence[StatedPlan]) -> list[_Bounds]:
    by_time = {one.stated_at: one for one in stated}
    ordered = [by_time[at] for at in sorted(by_time)]
    ends: list[datetime | None] = [*(one.stated_at for one in ordered[1:]), None]
    return [(one.stated_at, end, one) for one, end in zip(ordered, ends, strict=False)]


def _at(bounds: Iterable[_Bounds], instant: datetime) -> StatedPlan | None:
    for begin, end, one in bounds:
        if begin <= instant and (end is None or instant < end):
            return one
    return None


def midnight(day: date, zone: tzinfo) -> datetime:
    """When a day begins by the plant's clock."""
    return datetime.combine(day, time(0), zone)
