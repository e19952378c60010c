"""Targets against their figures, and against the targets above them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from hub.metric.figure import MetricFigure
from hub.metric.measure import each_of
from hub.store.core.database import Reading
from hub.store.master.queries import plans_of_plants
from hub.target.add_up import Check, Routes, check
from hub.target.judge import Judged, judged, window_of_target
from hub.target.state import Target, children_of
from traceability.record.indicator import TargetRecord


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """A target with its figure (None before it begins) and where it stands."""

    target: Target
    figure: MetricFigure | None
    judged: Judged


def watched(connection: Reading, targets: Sequence[Target], today: date, now: datetime) -> list[Watched]:
    """Measure targets as of a day of the plant's calendar."""
    windows = [window_of_target(one.now, today) for one in targets]
    wanted = [(one.now.reference, window) for one, window in zip(targets, windows, strict=True) if window is not None]
    told = iter(each_of(connection, wanted, now))
    measured = [None if window is None else next(told) for window in windows]
    return [
        Watched(target=one, figure=figure, judged=judged(one.now, figure, today))
        for one, figure in zip(targets, measured, strict=True)
    ]


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
