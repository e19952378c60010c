"""Targets against their figures, and against the targets above them."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from hub.metric.figure import MetricFigure
from hub.metric.measure import measure
from hub.store.database import Reading
from hub.store.master_queries import plans_of_plants
from hub.target.add_up import Check, Routes, check
from hub.target.judge import Judged, judged, window_of_target
from hub.target.state import Target, children_of
from traceability.record.indicator import TargetRecord


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """A target with its figure (None before it begins) and where it stands."""

    target: Target
    figure: MetricFigure | None
    judged: Judged


def watched(connection: Reading, target: Target, today: date, now: datetime) -> Watched:
    """Measure a target as of a day of the plant's calendar."""
    window = window_of_target(target.now, today)
    figure = None if window is None else measure(connection, target.now.reference, window.first, window.last, now)
    return Watched(target=target, figure=figure, judged=judged(target.now, figure, today))


def checks(standing: Mapping[str, Target], routes: Routes) -> dict[str, Check]:
    """By the id of each target that has parts: whether they add up."""
    return {
        parent: check(standing[parent].now, [one.now for one in several], _routes_at(standing[parent].now, routes))
        for parent, several in children_of(standing.values()).items()
        if parent in standing
    }


def routes_of(connection: Reading, plant: str, now: datetime) -> Routes:
    """The operations of each part that is planned at the plant."""
    plans = plans_of_plants(connection, [plant], at=now).get(plant, ())
    return {entry.plan.part: tuple(one.id for one in entry.plan.operations) for entry in plans}


def _routes_at(parent: TargetRecord, routes: Routes) -> Routes:
    """Which operations a line has, plans don't say."""
    return {} if parent.reference.line else routes
