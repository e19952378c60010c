"""What was planned when: routing and limits that were valid at the time of the events in a window.

A part's route over a window is its last routing there, and every operation that was planned before in the window: what
a unit went through then counts, and taking a bad operation out of the plan does not take its failures out of the year.
Values are judged by the limits that were in force when they were measured: where these changed, each stretch is a
characteristic of its own. What was made before any plan was known is judged by the first one. Roll-ups know whole
hours, so does this: an hour belongs to the plan at its end.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from hub.rollup.hours import hour_of, instant_of
from hub.store.master.plan_spans import PlanSpan
from hub.store.master.queries import PlanEntry
from hub.store.rollup.queries import Range
from traceability.measurement import Characteristic
from traceability.quality.capability import CapabilityResult
from traceability.record.master import ControlPlan, Operation


class Measured(msgspec.Struct, frozen=True):
    """A characteristic with the limits of a stretch of hours; ``over`` when these changed before the window's end."""

    plan: ControlPlan
    characteristic: Characteristic
    hours: Range
    over: bool

    @property
    def until(self) -> datetime | None:
        """When these limits stopped being in force; None: they are."""
        return instant_of(self.hours[1]) if self.over else None


def in_window(entries: Iterable[PlanEntry], hours: Range) -> tuple[PlanEntry, ...]:
    """The plans of which some was in force in ``hours``, with the route of the whole window."""
    found: list[PlanEntry] = []
    for entry in entries:
        spans = tuple(span for span, _ in _held(entry, hours))
        if spans:
            plan = msgspec.structs.replace(spans[-1].plan, operations=_route(spans))
            found.append(PlanEntry(spans[-1].id, plan, spans))
    return tuple(found)


def measured(entry: PlanEntry, hours: Range, *, key: bool = True) -> Iterator[Measured]:
    """The (key) characteristics of an entry, each over the hours of ``hours`` for which its limits held."""
    if not entry.spans:
        yield from (
            Measured(entry.plan, one, hours, over=False) for one in entry.plan.characteristics if one.key >= key
        )
        return
    stretches: dict[str, list[Measured]] = {}
    for span, held in _held(entry, hours):
        for one in span.plan.characteristics:
            if one.key < key:
                continue
            told = stretches.setdefault(one.id, [])
            if told and told[-1].hours[1] == held[0] and _judges(told[-1].characteristic) == _judges(one):
                begin = told.pop().hours[0]
                told.append(Measured(span.plan, one, (begin, held[1]), over=False))
            else:
                told.append(Measured(span.plan, one, held, over=False))
    for told in stretches.values():
        yield from (msgspec.structs.replace(one, over=one.hours[1] < hours[1]) for one in told)


def counts_for_plant(one: Measured, result: CapabilityResult) -> bool:
    """Whether a result is one of the plant's: of limits that are over, only if there were values enough to rate it."""
    return not one.over or result.rated


def _judges(one: Characteristic) -> tuple[object, ...]:
    return one.operation, one.uom, one.lsl, one.target, one.usl


def _held(entry: PlanEntry, hours: Range) -> Iterator[tuple[PlanSpan, Range]]:
    """The spans that fall into ``hours``, and with which of them."""
    for place, span in enumerate(entry.spans):
        begin = max(hours[0], hour_of(span.begin)) if place else hours[0]
        end = hours[1] if span.end is None else min(hours[1], hour_of(span.end))
        if begin < end:
            yield span, (begin, end)


def _route(spans: tuple[PlanSpan, ...]) -> tuple[Operation, ...]:
    last = spans[-1].plan.operations
    known = {operation.id for operation in last}
    before: dict[str, Operation] = {}
    for span in spans[:-1]:
        before |= {operation.id: operation for operation in span.plan.operations if operation.id not in known}
    return (*last, *before.values())
