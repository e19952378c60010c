"""What the API shows of targets of an organisation."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

from hub.errors import NotFound
from hub.metric.views import FigureView, figure_view
from hub.named import Named
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from hub.target.add_up import Check
from hub.target.organisation import (
    WholeWatched,
    parts_of,
    plants_of,
    standing_wholes,
    today_of,
    watched_wholes,
    whole_checks,
    whole_target,
)
from hub.target.state import Target
from hub.target.views import SaidView, StandingView, StatusView, said_words, standing_words, statuses_view
from traceability.record.indicator import TargetStatus
from traceability.record.metric import MetricName


class OwnTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A target of a plant, and what it asks."""

    id: str
    value: Decimal


class PlantPart(msgspec.Struct, frozen=True, kw_only=True):
    """What one plant came to, and which of its ``targets`` are parts of the whole."""

    plant: Named
    figure: FigureView
    targets: tuple[OwnTarget, ...]


class WholeTargetView(StandingView, frozen=True, kw_only=True):
    """A target over all plants, with what each of them came to."""

    metric: MetricName
    part: str
    operation: str
    characteristic: str
    defect: str
    indicator: str
    plants: tuple[PlantPart, ...]


class WholeTargetsView(msgspec.Struct, frozen=True, kw_only=True):
    """The targets in force of an organisation over its ``plants``; ``counts`` by status."""

    organisation: Named
    day: date
    plants: tuple[Named, ...]
    counts: dict[str, int]
    targets: tuple[WholeTargetView, ...]


class WholeHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Everything ever said of a target, the latest first."""

    id: str
    organisation: str
    metric: MetricName
    statements: tuple[SaidView, ...]
    statuses: tuple[StatusView, ...]


def wholes_view(connection: Reading, organisation: str, now: datetime, *, own: bool) -> WholeTargetsView:
    """The targets measured now; ``NotFound`` unless it is the asker's own organisation, or known to the operator."""
    master = read_master(connection)
    named = require_own(connection, organisation, own=own)
    plants = plants_of(connection, organisation)
    standing = standing_wholes(connection, organisation)
    ordered = sorted(standing.values(), key=lambda one: (list(MetricName).index(one.now.metric), one.now.id))
    checks, parts = whole_checks(connection, organisation, standing), parts_of(connection, organisation)
    names = {plant: master.plants[plant].named for plant in plants}
    views = tuple(
        _view(one, names, checks.get(one.target.now.id), parts.get(one.target.now.id, []))
        for one in watched_wholes(connection, organisation, ordered, now)
    )
    return WholeTargetsView(
        organisation=named,
        day=today_of(plants, now),
        plants=tuple(names.values()),
        counts={status.value: sum(view.status is status for view in views) for status in TargetStatus},
        targets=views,
    )


def require_own(connection: Reading, organisation: str, *, own: bool) -> Named:
    """What it is called; ``NotFound`` unless it is the asker's own organisation, or known to the operator."""
    named = read_master(connection).organisations.get(organisation)
    if named is None or not own:
        raise NotFound(f"there is no organisation {organisation[:100]!r}", advice="GET /api/v1/summary names them")
    return named


def whole_history(connection: Reading, organisation: str, name: str) -> WholeHistory:
    """One target; ``NotFound`` where nobody stated it, or the asker may not see it."""
    target = whole_target(connection, organisation, name)
    return WholeHistory(
        id=name,
        organisation=organisation,
        metric=target.now.metric,
        statements=tuple(SaidView(**said_words(one)) for one in reversed(target.statements)),
        statuses=statuses_view(target.statuses),
    )


def _view(measured: WholeWatched, names: dict[str, Named], check: Check | None, parts: list[Target]) -> WholeTargetView:
    stated = measured.target.now
    alike = ("metric", "part", "operation", "characteristic", "defect", "indicator")
    return WholeTargetView(
        **{name: getattr(stated, name) for name in alike},
        plants=tuple(
            PlantPart(
                plant=names[one.reference.plant],
                figure=figure_view(one),
                targets=tuple(
                    OwnTarget(id=part.now.id, value=Decimal(part.now.value))
                    for part in parts
                    if part.now.plant == one.reference.plant
                ),
            )
            for one in measured.of_plants
        ),
        **standing_words(measured.target, measured.figure, measured.judged, check),
    )
